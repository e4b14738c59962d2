"""The stretch of time a report speaks of: whole days, weeks and months in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from engine.errors import BadInput
from monitoring.models import ReportType

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` on and before `until`."""

    report_type: ReportType
    since: datetime
    until: datetime

    @property
    def before(self) -> "Window":
        """The window of the same sort that ends where this one begins."""
        if self.report_type is ReportType.MONTHLY:
            return window_of(self.report_type, (self.since - _DAY).date())
        return Window(self.report_type, self.since - (self.until - self.since), self.since)

    @property
    def title(self) -> str:
        """ "15 June 2026", "8 to 14 June 2026", "June 2026"."""
        first, last = self.since.date(), (self.until - timedelta(microseconds=1)).date()
        if first == last:
            return _long(first)
        if self.report_type is ReportType.MONTHLY:
            return f"{first:%B %Y}"
        if (first.month, first.year) == (last.month, last.year):
            return f"{first.day} to {_long(last)}"
        return f"{_long(first)} to {_long(last)}"

    def parts(self) -> tuple[tuple[str, datetime, datetime], ...]:
        """The hours of a day or the days of a longer window, each with its label."""
        step = timedelta(hours=1) if self.report_type is ReportType.DAILY else _DAY
        found, start = [], self.since
        while start < self.until:
            label = f"{start:%H:%M}" if step < _DAY else f"{start.day} {start:%b}"
            found.append((label, start, min(start + step, self.until)))
            start += step
        return tuple(found)


def window_of(report_type: ReportType, day: date) -> Window:
    """The day, the week from Monday on, or the month that holds a day."""
    if report_type is ReportType.DAILY:
        first, end = day, day + _DAY
    elif report_type is ReportType.WEEKLY:
        first = day - timedelta(days=day.weekday())
        end = first + timedelta(days=7)
    else:
        first = day.replace(day=1)
        end = (first + timedelta(days=32)).replace(day=1)
    return Window(report_type, _midnight(first), _midnight(end))


def window_asked(report_type: str, day: str, *, now: datetime) -> Window:
    """The window that holds the day, or the last one that is over where no day is given.

    Raises BadInput for another sort of report, for what is no day, and for a window that is not over: a
    report of it would differ tomorrow.
    """
    if report_type not in ReportType.values:
        known = ", ".join(ReportType.values)
        raise BadInput(f"There are no {report_type!r} reports. Known are {known}.", code="unknown_report")
    sort = ReportType(report_type)
    if not day:
        return window_of(sort, now.astimezone(UTC).date()).before
    try:
        window = window_of(sort, date.fromisoformat(day))
    except (ValueError, OverflowError):
        raise BadInput(f"{day!r} is no day. Write it like 2026-06-15.", code="no_day") from None
    if window.until > now:
        raise BadInput(
            f"{window.title} is not over before {window.until:%Y-%m-%d %H:%M} UTC. Ask again after that.",
            code="window_not_over",
        )
    return window


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
