"""Which columns a compile has: periods told apart by their dates, never by a year's name."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from engine.compiling.values import KnownReport, Vintage
from engine.kinds import PeriodKind, StatementKind
from engine.values import Period

LONGEST_YEAR = 378  # days; 53 weeks and a week of grace, as in Period.is_full_year
ANNIVERSARY = 10  # days by which the end of a 52/53-week year may move from year to year


def settle_periods(
    vintages: Sequence[Vintage], statement: StatementKind, interim: Collection[str] = ()
) -> tuple[Vintage, ...]:
    """The same vintages with periods that can be compared: a duration of unknown start becomes the
    full year that ends on the same day where one is known, and in a statement of flows so does an
    instant, because opening and closing cash belong to their year. Of full years that end on one day
    and are said to begin on different ones there is one. In `interim` documents a length that is not
    printed is not supposed: a report of the fourth quarter ends on the same day as the year."""
    years = _full_years(vintages)

    def settled(period: Period) -> Period:
        year = years.get(period.end)
        if year is None or (period.start is not None and not period.is_full_year):
            return period
        is_flow = period.kind is PeriodKind.DURATION or statement is not StatementKind.BALANCE_SHEET
        return year if is_flow else period

    return tuple(
        v if v.document in interim and not v.period.is_full_year else replace(v, period=settled(v.period))
        for v in vintages
    )


def unsettled_periods(vintages: Iterable[Vintage]) -> tuple[str, ...]:
    """A sentence for each flow of which no report says how long it is: it can stand in no column."""
    unknown = {
        (v.published_on, v.period.end)
        for v in vintages
        if v.period.kind is PeriodKind.DURATION and v.period.start is None
    }
    return tuple(
        f"The report of {published} prints a period to {end} without saying how long it is; its figures are"
        " left out of this statement."
        for published, end in sorted(unknown, reverse=True)
    )


def _full_years(vintages: Sequence[Vintage]) -> dict[date, Period]:
    """The full year that ends on a day. A report supposes the start of its oldest column where it does
    not print it, and may miss a 53rd week: the start that follows on the end of another year is right,
    else the one that most figures have."""
    found: dict[date, Counter[Period]] = defaultdict(Counter)
    for vintage in vintages:
        if vintage.period.is_full_year:
            found[vintage.period.end][vintage.period] += 1
    ends = {vintage.period.end for vintage in vintages}

    def rank(entry: tuple[Period, int]) -> tuple[bool, int, int]:
        period, times = entry
        follows = period.start is not None and period.start - timedelta(days=1) in ends
        return follows, times, period.days or 0

    return {end: max(periods.items(), key=rank)[0] for end, periods in found.items()}


def annual_periods(
    vintages: Iterable[Vintage], reports: Sequence[KnownReport], statement: StatementKind, years: int
) -> tuple[Period, ...]:
    """The columns of an annual compile, newest first: full years and balance dates at the ends of
    fiscal years, periods of a transition, and the years between them of which nothing was found."""
    by_end: dict[date, set[Period]] = defaultdict(set)
    for vintage in vintages:
        by_end[vintage.period.end].add(vintage.period)
    ends = {report.period_end for report in reports}
    found = [
        period for end, candidates in by_end.items() if (period := _yearly(candidates, end, ends)) is not None
    ]
    known = {period.end for period in found}
    found += [_supposed(end, statement) for end in ends if end not in known]
    return tuple(_without_holes(sorted(found, key=_newest), statement)[:years])


def _newest(period: Period) -> tuple[int, int]:
    return -period.end.toordinal(), -(period.days or 0)


def _yearly(candidates: set[Period], end: date, report_ends: set[date]) -> Period | None:
    """The period that stands for the fiscal year ending on a day; None for interims."""
    full = [period for period in candidates if period.is_full_year]
    if full:
        return max(full, key=lambda period: period.days or 0)
    if report_ends and not any(_is_anniversary(end, other) for other in report_ends):
        # A shorter or longer year may end on a new day; its own report proves it.
        return None
    instants = [period for period in candidates if period.kind is PeriodKind.INSTANT]
    if instants:
        return instants[0]
    known = [period for period in candidates if period.days is not None]
    if known and end in report_ends:
        return max(known, key=lambda period: period.days or 0)
    unknown = [period for period in candidates if period.days is None]
    return unknown[0] if unknown and not known else None


def _is_anniversary(end: date, other: date) -> bool:
    """Whether two days fall on the same place of their years, give or take a 53rd week."""
    years = round((end - other).days / 365.25)
    return abs((end - other).days - round(years * 365.25)) <= ANNIVERSARY


def _supposed(end: date, statement: StatementKind) -> Period:
    """The period of a report of which this statement gave nothing."""
    if statement is StatementKind.BALANCE_SHEET:
        return Period(PeriodKind.INSTANT, None, end)
    return Period(PeriodKind.DURATION, _a_year_before(end) + timedelta(days=1), end)


def _without_holes(periods: Sequence[Period], statement: StatementKind) -> list[Period]:
    """The periods with the years between two of them that nothing covers."""
    filled: list[Period] = []
    for period in periods:
        while filled and (filled[-1].end - period.end).days > LONGEST_YEAR + ANNIVERSARY:
            missing = _a_year_before(filled[-1].end)
            if (missing - period.end).days < LONGEST_YEAR - 2 * ANNIVERSARY - ANNIVERSARY:
                break
            filled.append(_supposed(missing, statement))
        filled.append(period)
    return filled


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)
