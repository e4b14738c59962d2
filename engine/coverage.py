"""Which reports a company should have published, and when the next one is due.

Concluded from its history: an annual report for every fiscal year; reports of quarters and
half-years from the first one known on, since not every company publishes them. When a report comes
is the usual delay behind the end of its period, and where nothing is known the delay that rules allow.
"""

import calendar
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from engine.errors import BadInput
from engine.kinds import DocumentKind

# Days behind the end of the period, where no publication of the kind is known. Europe's Transparency
# Directive allows four months for annual and three for half-year reports; quarterly reports have 40 to
# 45 days in the United States.
ALLOWED_DAYS = {
    DocumentKind.ANNUAL_REPORT: 120,
    DocumentKind.HALF_YEAR_REPORT: 90,
    DocumentKind.QUARTERLY_REPORT: 45,
}
DELAYS_LOOKED_AT = 5  # the newest ones: companies become quicker or slower over the years
LONGEST_DELAY = 400  # days; what came later was found late rather than published late
PATIENCE = timedelta(days=14)  # a report is late when so much has passed beyond its day
# A site is visited for a report from shortly before its day on; after that the usual visits suffice.
LOOK_BEFORE, LOOK_AFTER = timedelta(days=7), timedelta(days=60)


class ReportState(StrEnum):
    """How far a report has come. `expected` is not due yet, `late` is due and was not found."""

    EXPECTED = "expected"
    LATE = "late"
    FOUND = "found"
    DOWNLOADED = "downloaded"
    READ = "read"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report that was found. `published_on` is None where the day is not known; `key` is the
    caller's own name for it."""

    kind: DocumentKind
    fiscal_year: int
    period_end: date | None
    published_on: date | None
    state: ReportState
    key: int = 0


@dataclass(frozen=True, slots=True)
class Expectation:
    """A report there should be. `expected_on` is the day of publication as concluded, `key` that of
    the report found, None where there is none."""

    kind: DocumentKind
    fiscal_year: int
    period_end: date
    expected_on: date
    state: ReportState
    key: int | None = None

    @property
    def is_missing(self) -> bool:
        return self.key is None

    def is_worth_a_visit(self, today: date) -> bool:
        """True in the weeks around the day on which it should appear."""
        return self.is_missing and self.expected_on - LOOK_BEFORE <= today <= self.expected_on + LOOK_AFTER


@dataclass(frozen=True, slots=True)
class Coverage:
    """A company's reports, newest period first."""

    reports: tuple[Expectation, ...]

    @property
    def next_publication(self) -> Expectation | None:
        """The report that should come next, None where none is expected."""
        coming = [one for one in self.reports if one.state is ReportState.EXPECTED]
        return min(coming, key=lambda one: (one.expected_on, one.period_end), default=None)

    def share(self, *states: ReportState) -> float | None:
        """The share of the annual reports due by now that have come so far; None where none is due."""
        due = [
            one
            for one in self.reports
            if one.kind is DocumentKind.ANNUAL_REPORT and one.state is not ReportState.EXPECTED
        ]
        return sum(one.state in states for one in due) / len(due) if due else None

    def is_worth_a_visit(self, today: date) -> bool:
        return any(one.is_worth_a_visit(today) for one in self.reports)


def coverage(
    known: Iterable[KnownReport], *, year_end: tuple[int, int], today: date, years: int = 10
) -> Coverage:
    """What a company whose fiscal year ends on `year_end` (month, day) should have published in the
    last `years` fiscal years, and the next report of each kind.

    Of several reports for one period the one that has come furthest counts. Raises BadInput for a
    month or a number of years that does not exist.
    """
    if not 1 <= year_end[0] <= 12 or years < 1:
        raise BadInput(
            f"{years} fiscal years that end in month {year_end[0]} cannot be laid out.", code="bad_year"
        )
    by_series: dict[tuple[DocumentKind, int], list[KnownReport]] = {(DocumentKind.ANNUAL_REPORT, 0): []}
    for report in known:
        before = _months_before_end(report, year_end)
        if report.kind in ALLOWED_DAYS and before is not None:
            by_series.setdefault((report.kind, before), []).append(report)
    first = _year_of(today, year_end) - years
    expected = [
        one
        for (kind, before), reports in by_series.items()
        for one in _series(kind, before, reports, year_end, first, today)
    ]
    return Coverage(tuple(sorted(expected, key=lambda one: (one.period_end, one.kind.value), reverse=True)))


def _series(
    kind: DocumentKind,
    before: int,
    reports: Sequence[KnownReport],
    year_end: tuple[int, int],
    first: int,
    today: date,
) -> Iterable[Expectation]:
    """The reports of one kind on one part of the year, up to the next one to come."""
    delay = usual_delay(kind, reports)
    begins = first if kind is DocumentKind.ANNUAL_REPORT else max(first, min(r.fiscal_year for r in reports))
    best: dict[int, KnownReport] = {}
    for report in sorted(reports, key=lambda one: list(ReportState).index(one.state)):
        best[report.fiscal_year] = report
    for year in range(begins, today.year + 3):
        found = best.get(year)
        ends = (found.period_end if found else None) or _period_end(year, before, year_end)
        due = ends + delay
        if found is not None:
            yield Expectation(kind, year, ends, due, found.state, found.key)
            continue
        late = today > due + PATIENCE
        yield Expectation(kind, year, ends, due, ReportState.LATE if late else ReportState.EXPECTED)
        if not late and not any(later > year for later in best):
            return


def usual_delay(kind: DocumentKind, reports: Iterable[KnownReport]) -> timedelta:
    """The median time from the end of the period to publication over the newest reports whose day is
    known; the time that rules allow where there is none."""
    delays = [
        (report.published_on - report.period_end).days
        for report in sorted(reports, key=lambda one: one.fiscal_year)
        if report.published_on is not None and report.period_end is not None
    ]
    usable = [days for days in delays if 0 < days <= LONGEST_DELAY][-DELAYS_LOOKED_AT:]
    return timedelta(days=round(statistics.median(usable)) if usable else ALLOWED_DAYS[kind])


def _months_before_end(report: KnownReport | Expectation, year_end: tuple[int, int]) -> int | None:
    """How many months before the fiscal year's end the period ends: 0 for a year, 6 for its half; None
    for a quarter nobody knows the end of. A few days to either side, as of years counted in weeks,
    make no difference."""
    if report.kind is DocumentKind.ANNUAL_REPORT:
        return 0
    if report.period_end is None:
        return 6 if report.kind is DocumentKind.HALF_YEAR_REPORT else None
    end = report.period_end
    ends = end if end.day > 15 else end.replace(day=1) - timedelta(days=1)
    months = (year_end[0] - ends.month) % 12
    return min((0, 3, 6, 9), key=lambda usual: abs(usual - months))


def part_of_year(report: KnownReport | Expectation, year_end: tuple[int, int]) -> str:
    """What a report of a company covers of its fiscal year: FY, H1, H2, Q1 … Q4; a question mark for a
    quarter nobody knows the end of."""
    if report.kind is DocumentKind.ANNUAL_REPORT:
        return "FY"
    before = _months_before_end(report, year_end)
    if report.kind is DocumentKind.HALF_YEAR_REPORT:
        return "H2" if before == 0 else "H1"
    return "Q?" if before is None else f"Q{4 - before // 3}"


def _period_end(year: int, months_before: int, year_end: tuple[int, int]) -> date:
    index = year * 12 + year_end[0] - 1 - months_before
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    whole_month = year_end[1] >= 28
    return date(year, month, last if whole_month else min(year_end[1], last))


def _year_of(today: date, year_end: tuple[int, int]) -> int:
    """The fiscal year that is running, named by the year in which it ends."""
    return today.year if today <= _period_end(today.year, 0, year_end) else today.year + 1
