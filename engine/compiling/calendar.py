"""The issuer's fiscal years, and where in them a day lies.

A quarter is not a place in the calendar but a place in the issuer's year: weeks of 12, 12, 12 and 16,
years that end in May and years of 53 weeks all have four of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.compiling.values import KnownReport, Vintage
from engine.values import Period

ONE_DAY = timedelta(days=1)
FULL_YEAR = (357, 378)  # days, as in Period.is_full_year
# Days of three, six and nine months in calendars of months and of weeks: quarters have 12 to 17 weeks,
# halves 24 to 28, three quarters 36 to 40.
LENGTHS = {1: (77, 120), 2: (160, 200), 3: (245, 290), 4: FULL_YEAR}
SAME_START = 8  # days by which one fiscal year's start may be printed differently


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """First and last day of a year."""

    start: date
    end: date

    @property
    def name(self) -> str:
        """The year it is named after."""
        return str((self.end - timedelta(days=7)).year)

    def quarter_of(self, day: date) -> int:
        """1 to 4: the quarter that ends on the day, or nearest to it."""
        share = ((day - self.start).days + 1) / ((self.end - self.start).days + 1)
        return min(4, max(1, round(4 * share)))

    def quarter_end(self, quarter: int) -> date:
        """The last day of a quarter of which nothing is printed, as a calendar of months has it."""
        if quarter == 4:
            return self.end
        first = _months_later(self.start, 3 * quarter)
        return first - ONE_DAY


class Calendar:
    """The fiscal years of an issuer, known from its reports and carried on to years between and after."""

    def __init__(
        self, vintages: Iterable[Vintage], reports: Iterable[KnownReport], year_end: tuple[int, int]
    ) -> None:
        known = {
            v.period.start: v.period.end
            for v in vintages
            if v.period.is_full_year and v.period.start is not None
        }
        ends = set(known.values())
        for report in reports:
            if report.is_annual and report.period_end not in ends:
                known[_a_year_before(report.period_end) + ONE_DAY] = report.period_end
        if not known:
            end = _year_end(year_end)
            known[_a_year_before(end) + ONE_DAY] = end
        self._years = [FiscalYear(start, end) for start, end in sorted(known.items())]

    def year_of(self, day: date) -> FiscalYear:
        """The fiscal year a day lies in."""
        for year in self._years:
            if year.start <= day <= year.end:
                return year
        before = [year for year in self._years if year.end < day]
        year = before[-1] if before else self._years[0]
        while year.end < day:
            year = FiscalYear(year.end + ONE_DAY, self._end_after(year.end))
        while day < year.start:
            year = FiscalYear(_a_year_before(year.start - ONE_DAY) + ONE_DAY, year.start - ONE_DAY)
        return year

    def _end_after(self, end: date) -> date:
        """A year later; the day before the next known year where that is about as far."""
        following = [year.start - ONE_DAY for year in self._years if year.start > end + ONE_DAY]
        if following and FULL_YEAR[0] <= (following[0] - end).days <= FULL_YEAR[1]:
            return following[0]
        return _months_later(end + ONE_DAY, 12) - ONE_DAY


def quarters_in(period: Period) -> int | None:
    """How many quarters long a duration is, None where it is none, or of unknown length."""
    days = period.days
    if days is None:
        return None
    return next((n for n, (least, most) in LENGTHS.items() if least <= days <= most), None)


def starts_with(period: Period, year: FiscalYear) -> bool:
    """Whether a duration runs from the first day of a fiscal year."""
    return period.start is not None and abs((period.start - year.start).days) <= SAME_START


def _months_later(day: date, months: int) -> date:
    months += day.year * 12 + day.month - 1
    year, month = months // 12, months % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _year_end(month_and_day: tuple[int, int]) -> date:
    month, day = month_and_day
    return _months_later(date(2000, 1, day if day <= 31 else 31), month - 1)


def _a_year_before(day: date) -> date:
    """The same place of the year before: the last of February stays the last."""
    return _months_later(day + ONE_DAY, -12) - ONE_DAY
