"""Durations as people read them."""

from datetime import timedelta


def in_words(duration: timedelta | None) -> str:
    """ "0.4 s", "12 s", "3 min 5 s", "2 h 14 min"; a dash for none."""
    if duration is None:
        return "—"
    seconds = duration.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"
