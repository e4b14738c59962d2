"""Dated figures in order, gaps kept: what forecasts and searches for anomalies look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.errors import BadInput
from engine.prices import AdjustedBar


@dataclass(frozen=True, slots=True)
class Series:
    """One figure for each day of `days`, which rise; None is a gap: a figure that there should be."""

    days: tuple[date, ...]
    values: tuple[Decimal | None, ...]

    def __post_init__(self) -> None:
        if len(self.days) != len(self.values):
            raise BadInput("A series needs as many days as figures.")
        if any(later <= earlier for earlier, later in zip(self.days, self.days[1:], strict=False)):
            raise BadInput("The days of a series have to rise.")

    def __len__(self) -> int:
        return len(self.days)

    @property
    def known(self) -> tuple[tuple[date, Decimal], ...]:
        """The days that have a figure, with it."""
        pairs = zip(self.days, self.values, strict=True)
        return tuple((day, value) for day, value in pairs if value is not None)

    @property
    def last(self) -> tuple[date, Decimal] | None:
        """The last day with a figure; None where there is none."""
        known = self.known
        return known[-1] if known else None

    def up_to(self, day: date) -> "Series":
        """What was dated up to a day, that day included."""
        count = sum(one <= day for one in self.days)
        return Series(self.days[:count], self.values[:count])

    def without_later_gaps(self) -> "Series":
        """The series up to its last figure."""
        last = self.last
        return self.up_to(last[0]) if last else Series((), ())

    def as_floats(self) -> list[float | None]:
        """For statistics, which do not reckon in decimals."""
        return [None if value is None else float(value) for value in self.values]


def of_prices(bars: Sequence[AdjustedBar], sessions: Iterable[date] = ()) -> Series:
    """Closing prices; the exchange's `sessions` between the first and the last that have none are gaps."""
    closes = {bar.day: bar.close for bar in bars}
    if not closes:
        return Series((), ())
    first, last = min(closes), max(closes)
    days = sorted({*closes, *(day for day in sessions if first < day < last)})
    return Series(tuple(days), tuple(closes.get(day) for day in days))


def of_periods(figures: Iterable[tuple[date, Decimal | None]]) -> Series:
    """Figures of periods by the day each ends; a year that is left out between two others is a gap.

    Raises BadInput where two are of one day.
    """
    ordered = sorted(figures, key=lambda figure: figure[0])
    days: list[date] = []
    values: list[Decimal | None] = []
    for day, value in ordered:
        while days and (day - days[-1]) > timedelta(days=550):
            days.append(a_year_later(days[-1]))
            values.append(None)
        days.append(day)
        values.append(value)
    return Series(tuple(days), tuple(values))


def a_year_later(day: date, years: int = 1) -> date:
    """The same day of a later year; the last of February stays the last of February."""
    if (day + timedelta(days=1)).month == 3 and day.month == 2:
        return date(day.year + years, 3, 1) - timedelta(days=1)
    return day.replace(year=day.year + years)
