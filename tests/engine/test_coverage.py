"""Which reports there should be, and when the next one is due."""

from datetime import date, timedelta

import pytest

from engine.coverage import Coverage, KnownReport, ReportState, coverage, usual_delay
from engine.errors import BadInput
from engine.kinds import DocumentKind

ANNUAL, HALF, QUARTER = (
    DocumentKind.ANNUAL_REPORT,
    DocumentKind.HALF_YEAR_REPORT,
    DocumentKind.QUARTERLY_REPORT,
)
TODAY = date(2025, 6, 1)


def report(
    kind: DocumentKind,
    end: date,
    days: int | None = None,
    state: ReportState = ReportState.READ,
    year: int = 0,
) -> KnownReport:
    published = None if days is None else end + timedelta(days=days)
    return KnownReport(kind, year or end.year, end, published, state, key=end.year)


def laid_out(found: Coverage, kind: DocumentKind = ANNUAL) -> list[tuple[int, str]]:
    return [(one.fiscal_year, one.state.value) for one in found.reports if one.kind is kind]


def test_ten_years_without_a_report_are_ten_late_ones_and_one_to_come() -> None:
    found = coverage([], year_end=(12, 31), today=TODAY)
    assert laid_out(found) == [(2025, "expected")] + [(year, "late") for year in range(2024, 2014, -1)]
    coming = found.next_publication
    assert coming is not None
    assert (coming.period_end, coming.expected_on) == (date(2025, 12, 31), date(2026, 4, 30))
    assert found.share(ReportState.READ, ReportState.VERIFIED) == 0.0


def test_the_next_report_comes_as_late_as_the_last_five_did() -> None:
    delays = {2017: 300, 2018: 90, 2019: 80, 2020: 84, 2021: 82, 2022: 81, 2023: 83, 2024: 60}
    known = [report(ANNUAL, date(year, 12, 31), days) for year, days in delays.items()]
    found = coverage(known, year_end=(12, 31), today=TODAY)
    assert usual_delay(ANNUAL, known) == timedelta(days=82)
    coming = found.next_publication
    assert coming is not None
    assert coming.expected_on == date(2025, 12, 31) + timedelta(days=82)
    assert laid_out(found)[:3] == [(2025, "expected"), (2024, "read"), (2023, "read")]
    assert laid_out(found)[-2:] == [(2016, "late"), (2015, "late")]
    assert found.share(ReportState.READ) == 0.8


def test_a_day_found_late_says_nothing_about_the_delay() -> None:
    known = [report(ANNUAL, date(2015, 12, 31), 2000), report(ANNUAL, date(2016, 12, 31), -5)]
    assert usual_delay(ANNUAL, known) == timedelta(days=120)


def test_interim_reports_are_expected_from_the_first_one_known_on() -> None:
    known = [report(HALF, date(2022, 6, 30), 40), report(HALF, date(2024, 6, 30), 44)]
    found = coverage(known, year_end=(12, 31), today=TODAY)
    assert laid_out(found, HALF) == [(2025, "expected"), (2024, "read"), (2023, "late"), (2022, "read")]
    coming = found.next_publication
    assert coming is not None
    assert (coming.kind, coming.period_end, coming.expected_on) == (
        HALF,
        date(2025, 6, 30),
        date(2025, 8, 11),
    )
    assert laid_out(found, QUARTER) == []


def test_quarters_of_a_year_that_ends_in_june_and_is_counted_in_weeks() -> None:
    ends = [date(2024, 9, 28), date(2024, 12, 28), date(2025, 3, 29)]
    known = [report(QUARTER, end, 35, year=2025) for end in ends]
    found = coverage(known, year_end=(6, 28), today=date(2025, 6, 1))
    assert [
        (one.fiscal_year, one.period_end) for one in found.reports if one.kind is QUARTER and one.is_missing
    ] == [
        (2026, date(2026, 3, 31)),
        (2026, date(2025, 12, 31)),
        (2026, date(2025, 9, 30)),
    ]


def test_a_quarter_nobody_knows_the_end_of_is_placed_nowhere() -> None:
    found = coverage(
        [KnownReport(QUARTER, 2024, None, None, ReportState.FOUND, 1)], year_end=(12, 31), today=TODAY
    )
    assert laid_out(found, QUARTER) == []


def test_of_two_reports_for_a_year_the_one_further_on_counts() -> None:
    end = date(2024, 12, 31)
    known = [
        KnownReport(ANNUAL, 2024, end, None, ReportState.VERIFIED, 1),
        KnownReport(ANNUAL, 2024, end, None, ReportState.FOUND, 2),
    ]
    found = coverage(known, year_end=(12, 31), today=TODAY)
    assert [(one.key, one.state.value) for one in found.reports if one.fiscal_year == 2024] == [
        (1, "verified")
    ]


def test_a_visit_is_worth_it_around_the_day_and_not_for_ever() -> None:
    known = [report(ANNUAL, date(year, 12, 31), 90) for year in range(2014, 2024)]
    worth = [
        day
        for day in (date(2025, 3, 23), date(2025, 3, 24), date(2025, 5, 30), date(2025, 5, 31))
        if coverage(known, year_end=(12, 31), today=day).is_worth_a_visit(day)
    ]
    assert worth == [date(2025, 3, 24), date(2025, 5, 30)]


def test_a_month_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="month 13"):
        coverage([], year_end=(13, 1), today=TODAY)
