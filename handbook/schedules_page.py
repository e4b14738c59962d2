"""The table of schedules, made from the table the system starts with."""

from cron_descriptor import Options, get_description

from config.schedules import SCHEDULES, Schedule

HEAD = """\
| Schedule | When | Task | What it does | Dropped after |
|---|---|---|---|---|
"""


def table() -> str:
    """All of them in Markdown."""
    return HEAD + "".join(line(schedule) for schedule in SCHEDULES)


def line(schedule: Schedule) -> str:
    """One of them as a line of the table."""
    name = schedule.name if schedule.enabled else f"{schedule.name} (switched off at first)"
    dropped = in_words(schedule.expires_seconds) if schedule.expires_seconds else "never"
    return f"| {name} | {_when(schedule)} | `{schedule.task}` | {schedule.description} | {dropped} |\n"


def _when(schedule: Schedule) -> str:
    if schedule.every_seconds:
        return f"every {in_words(schedule.every_seconds)}"
    options = Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    said = get_description(schedule.crontab or "", options)
    return f"{said[0].lower()}{said[1:]} (`{schedule.crontab}`)"


def in_words(seconds: int) -> str:
    """300 → 5 minutes; in the largest unit that gives a whole number."""
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds % length == 0:
            number = seconds // length
            return unit if number == 1 else f"{number} {unit}s"
    raise AssertionError("every number is a multiple of 1")
