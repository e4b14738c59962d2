"""Frozen values that every part of the engine shares."""

from dataclasses import dataclass
from datetime import date, timedelta

from engine.kinds import PeriodKind


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points (1/72 inch), measured from the top left corner of the page
    as it is shown, that is after its rotation. `x1 >= x0` and `y1 >= y0`."""

    x0: float
    y0: float
    x1: float
    y1: float

    def united_with(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


@dataclass(frozen=True, slots=True)
class Period:
    """An instant (`start` is None) or a duration, both days included.

    A duration whose start is not printed and cannot be concluded has `start` None and kind
    DURATION: its length is unknown, which is not the same as an instant.
    """

    kind: PeriodKind
    start: date | None
    end: date

    def __post_init__(self) -> None:
        if self.kind is PeriodKind.INSTANT and self.start is not None:
            raise ValueError("an instant has no start")
        if self.start is not None and self.start > self.end:
            raise ValueError(f"period ends on {self.end} before it starts on {self.start}")

    @property
    def days(self) -> int | None:
        """Length in days, None for an instant or an unknown start."""
        return None if self.start is None else (self.end - self.start).days + 1

    @property
    def is_full_year(self) -> bool:
        """52 or 53 weeks or a calendar year; shorter and longer periods are transitions or interims."""
        return self.days is not None and 357 <= self.days <= 378

    @property
    def fiscal_year(self) -> int:
        """The year a period is named after: that of its last day, where a year that ends in the
        first week of January belongs to the year before (52/53-week calendars)."""
        return (self.end - timedelta(days=7)).year


@dataclass(frozen=True, slots=True)
class Unit:
    """What one printed unit stands for. `currency` is an ISO 4217 code; `scale` a power of ten
    (1, 1000, 1000000 ...). None is unknown and never replaced by a guess. `minor_units` is how many
    of what is printed make one of the currency: 100 where earnings per share are in cents or pence."""

    currency: str | None
    scale: int | None
    minor_units: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something is printed. `page` counts from 1."""

    page: int
    box: Box
    text: str
