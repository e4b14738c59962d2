"""Which columns a compile has, and which of them are the rest of a longer period.

Full years are `periods.py`; here are halves, quarters and years to date. An issuer seldom prints its
fourth quarter, and some print nothing but years to date: such a column is what a longer period has
beyond a shorter one that began on the same day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from engine.compiling.calendar import ONE_DAY, Calendar, FiscalYear, quarters_in, starts_with
from engine.compiling.periods import annual_periods
from engine.compiling.values import CompileRequest, KnownReport, Vintage
from engine.kinds import PeriodKind, ReportingPeriod, StatementKind
from engine.values import Period

CUMULATIVE = {1: "3M", 2: "6M", 3: "9M", 4: "FY"}


@dataclass(frozen=True, slots=True)
class Rest:
    """A period as the difference of two that began on the same day."""

    whole: Period
    part: Period
    formula: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The periods of a compile, newest first, with their names (empty: named after their year), those
    that can be derived as the rest of a longer one, and the years whose four quarters are among them."""

    periods: tuple[Period, ...]
    names: tuple[str, ...] = ()
    rests: Mapping[Period, Rest] = field(default_factory=dict)
    quartered: Mapping[Period, tuple[Period, ...]] = field(default_factory=dict)


def columns_of(
    vintages: Sequence[Vintage], reports: Sequence[KnownReport], request: CompileRequest
) -> Columns:
    """The columns a request asks for, over up to `request.years` fiscal years."""
    annual = [report for report in reports if report.is_annual]
    if request.period is ReportingPeriod.FULL_YEAR:
        return Columns(annual_periods(vintages, annual, request.statement, request.years))
    calendar = Calendar(vintages, annual, request.year_end)
    if request.statement is StatementKind.BALANCE_SHEET:
        places = _instants(vintages, calendar, request.period)
        found = _Found(places, {})
    else:
        found = _flows(vintages, calendar, request.period)
    return _in_order(found, request)


_Place = tuple[FiscalYear, int]  # a fiscal year and the quarter with which the period ends


@dataclass(frozen=True, slots=True)
class _Found:
    places: Mapping[_Place, Period]
    rests: Mapping[Period, Rest]
    quartered: Mapping[Period, tuple[Period, ...]] = field(default_factory=dict)


def _instants(
    vintages: Iterable[Vintage], calendar: Calendar, length: ReportingPeriod
) -> dict[_Place, Period]:
    """Balance dates at the ends of halves or quarters."""
    places: dict[_Place, Period] = {}
    for end in sorted({v.period.end for v in vintages if v.period.kind is PeriodKind.INSTANT}):
        year = calendar.year_of(end)
        quarter = year.quarter_of(end)
        if length is not ReportingPeriod.HALF_YEAR or quarter in (2, 4):
            places[year, quarter] = Period(PeriodKind.INSTANT, None, end)
    return places


def _flows(vintages: Sequence[Vintage], calendar: Calendar, length: ReportingPeriod) -> _Found:
    """Printed periods of the asked length, and those that are the rest of a longer one."""
    printed: dict[_Place, Period] = {}
    to_date: dict[_Place, Period] = {}
    wanted = {ReportingPeriod.QUARTER: 1, ReportingPeriod.HALF_YEAR: 2}.get(length)
    for period in sorted({v.period for v in vintages}, key=_oldest):
        quarters = quarters_in(period)
        if quarters is None:
            continue
        year = calendar.year_of(period.end)
        place = year, year.quarter_of(period.end)
        if quarters == place[1] and starts_with(period, year):
            to_date[place] = period
        if quarters == wanted and (length is ReportingPeriod.QUARTER or place[1] in (2, 4)):
            printed[place] = period
    if wanted is None:
        return _Found(to_date, {})
    rests: dict[Period, Rest] = {}
    for (year, quarter), whole in to_date.items():
        part = to_date.get((year, quarter - wanted))
        if quarter % wanted or part is None:
            continue
        rest = Period(PeriodKind.DURATION, part.end + ONE_DAY, whole.end)
        period = printed.setdefault((year, quarter), rest)
        rests[period] = Rest(whole, part, f"{_to_date(year, quarter)} - {_to_date(year, quarter - wanted)}")
    quartered = {
        whole: tuple(printed[year, n] for n in (1, 2, 3, 4))
        for (year, quarter), whole in to_date.items()
        if wanted == 1 and quarter == 4 and all((year, n) in printed for n in (1, 2, 3, 4))
    }
    return _Found(printed, rests, quartered)


def _oldest(period: Period) -> tuple[date, int]:
    return period.end, period.days or 0


def _to_date(year: FiscalYear, quarter: int) -> str:
    return f"{CUMULATIVE[quarter]} {year.name}"


def _in_order(found: _Found, request: CompileRequest) -> Columns:
    """The places newest first, with those between two of them of which nothing is known."""
    steps = (2, 4) if request.period is ReportingPeriod.HALF_YEAR else (1, 2, 3, 4)
    years = sorted({year for year, _ in found.places}, key=lambda year: year.start, reverse=True)
    years = years[: request.years]
    if not years:
        return Columns(())
    places = [(year, quarter) for year in years for quarter in reversed(steps)]
    known = [place in found.places for place in places]
    first, last = known.index(True), len(known) - known[::-1].index(True)
    shown = [place for place in places[first:last] if _is_shown(place, found, request.period)]
    return Columns(
        tuple(found.places.get(place) or _supposed(place, request) for place in shown),
        tuple(_name(place, request) for place in shown),
        found.rests,
        found.quartered,
    )


def _is_shown(place: _Place, found: _Found, length: ReportingPeriod) -> bool:
    """A missing quarter is a gap worth a column; who reports by halves has no third quarter."""
    if place in found.places or length is not ReportingPeriod.YEAR_TO_DATE:
        return True
    return place[1] == 4 or any(quarter == place[1] for _, quarter in found.places)


def _supposed(place: _Place, request: CompileRequest) -> Period:
    """The period of a place of which nothing is known."""
    year, quarter = place
    if request.statement is StatementKind.BALANCE_SHEET:
        return Period(PeriodKind.INSTANT, None, year.quarter_end(quarter))
    length = {ReportingPeriod.QUARTER: 1, ReportingPeriod.HALF_YEAR: 2}.get(request.period, quarter)
    before = year.start if length == quarter else year.quarter_end(quarter - length) + ONE_DAY
    return Period(PeriodKind.DURATION, before, year.quarter_end(quarter))


def _name(place: _Place, request: CompileRequest) -> str:
    year, quarter = place
    if request.period is ReportingPeriod.HALF_YEAR:
        return f"H{quarter // 2} {year.name}"
    if (
        request.period is ReportingPeriod.YEAR_TO_DATE
        and request.statement is not StatementKind.BALANCE_SHEET
    ):
        return _to_date(year, quarter)
    return f"Q{quarter} {year.name}"
