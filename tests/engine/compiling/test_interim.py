"""Quarters, halves and years to date: what is printed, what is derived, and what must not be."""

from datetime import date
from decimal import Decimal

import pytest

from engine.compiling.compile import compile_statement
from engine.compiling.values import CompileRequest, KnownReport
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import (
    CheckOutcome,
    CompiledView,
    GapReason,
    PeriodKind,
    ReportingPeriod,
    RestatementKind,
    RowKind,
)
from engine.values import Period
from tests.engine.compiling.made_reports import BS, CF, IS, Line, day, report

QUARTER, HALF, TO_DATE = ReportingPeriod.QUARTER, ReportingPeriod.HALF_YEAR, ReportingPeriod.YEAR_TO_DATE


def span(start: str, end: str) -> Period:
    return Period(PeriodKind.DURATION, date.fromisoformat(start), date.fromisoformat(end))


FY23 = span("2023-01-01", "2023-12-31")
FY24 = span("2024-01-01", "2024-12-31")
Q1, Q2, Q3, Q4 = (
    span("2024-01-01", "2024-03-31"),
    span("2024-04-01", "2024-06-30"),
    span("2024-07-01", "2024-09-30"),
    span("2024-10-01", "2024-12-31"),
)
H1, H2 = span("2024-01-01", "2024-06-30"), span("2024-07-01", "2024-12-31")
M9, M9_23 = span("2024-01-01", "2024-09-30"), span("2023-01-01", "2023-09-30")
APRIL, AUGUST, NOVEMBER = date(2024, 4, 25), date(2024, 8, 1), date(2024, 11, 1)
MARCH25 = date(2025, 3, 1)


def compiled(vintages, period, statement=IS, reports=(), **options):
    request = CompileRequest(statement, period=period, **options)
    return compile_statement(vintages, reports, request, load_taxonomy())


def row(statement, key):
    (found,) = [row for row in statement.rows if row.key == key]
    return found


def millions(statement, key):
    return [None if c.value is None else c.value / 1_000_000 for c in row(statement, key).cells]


def a_year() -> list:
    """Three interim reports and the annual one: revenue of 2024 is 100, 110, 120 and 130."""
    return [
        *report("q1", APRIL, [Q1], [Line("Revenue", "is.revenue", (100,))]),
        *report(
            "h1",
            AUGUST,
            [Q2, H1],
            [Line("Revenue", "is.revenue", (110, 210)), Line("Income tax", "is.tax", (-9, -18))],
        ),
        *report(
            "q3",
            NOVEMBER,
            [Q3, M9],
            [Line("Revenue", "is.revenue", (120, 330)), Line("Income tax", "is.tax", (-11, -29))],
        ),
        *report(
            "ar",
            MARCH25,
            [FY24],
            [
                Line("Revenue", "is.revenue", (460,)),
                Line("Income tax", "is.tax", (-41,)),
                Line("Basic earnings per share", "is.eps_basic", (3,), kind=RowKind.PER_SHARE),
            ],
        ),
    ]


def test_a_year_has_four_quarters_the_last_of_them_derived():
    statement = compiled(a_year(), QUARTER)
    assert statement.names == ("Q4 2024", "Q3 2024", "Q2 2024", "Q1 2024")
    assert statement.periods == (Q4, Q3, Q2, Q1)
    assert millions(statement, "is.revenue") == [130, 120, 110, 100]
    last, third, *_ = row(statement, "is.revenue").cells
    assert (last.formula, last.source) == ("FY 2024 - 9M 2024", None)
    assert last.derived_from == ("ar/0/2024-12-31", "q3/0/2024-09-30")
    assert (third.formula, third.source) == (None, "q3/0/2024-09-30")


def test_a_quarter_that_only_years_to_date_tell_is_their_difference():
    statement = compiled(a_year(), QUARTER)
    assert millions(statement, "is.tax") == [-12, -11, -9, None]
    assert row(statement, "is.tax").cells[3].gap is GapReason.NOT_DISCLOSED


def test_earnings_per_share_do_not_subtract():
    cells = row(compiled(a_year(), QUARTER), "is.eps_basic").cells
    assert [(cell.value, cell.gap) for cell in cells] == [(None, GapReason.NOT_DISCLOSED)] * 4


def test_years_to_date_run_up_to_the_full_year():
    statement = compiled(a_year(), TO_DATE)
    assert statement.names == ("FY 2024", "9M 2024", "6M 2024", "3M 2024")
    assert statement.periods == (FY24, M9, H1, Q1)
    assert millions(statement, "is.revenue") == [460, 330, 210, 100]
    assert all(cell.formula is None for cell in row(statement, "is.revenue").cells)


def test_the_second_half_is_the_year_less_the_first():
    statement = compiled(a_year(), HALF)
    assert (statement.names, statement.periods) == (("H2 2024", "H1 2024"), (H2, H1))
    assert millions(statement, "is.revenue") == [250, 210]
    second = row(statement, "is.revenue").cells[0]
    assert (second.formula, second.derived_from) == (
        "FY 2024 - 6M 2024",
        ("ar/0/2024-12-31", "h1/0/2024-06-30"),
    )


def test_the_usual_compile_shows_years_alone():
    statement = compiled(a_year(), ReportingPeriod.FULL_YEAR)
    assert (statement.periods, statement.names) == ((FY24,), ())
    assert millions(statement, "is.revenue") == [460]


def restated_year() -> list:
    """2024 as above, and the report of the third quarter of 2025, which restates the nine months."""
    return [
        *a_year(),
        *report(
            "q3-25",
            date(2025, 11, 1),
            [span("2025-01-01", "2025-09-30"), M9],
            [Line("Revenue", "is.revenue", (350, 300)), Line("Income tax", "is.tax", (-30, -29))],
        ),
    ]


def fourth_quarter(statement, key):
    return row(statement, key).cells[statement.periods.index(Q4)]


def test_nothing_is_derived_across_a_restatement():
    statement = compiled(restated_year(), QUARTER)
    last = fourth_quarter(statement, "is.revenue")
    assert (last.value, last.gap, last.derived_from) == (None, GapReason.NOT_COMPARABLE, ())
    # The report restates revenue, and tax as before: that can still be subtracted.
    assert fourth_quarter(statement, "is.tax").value == Decimal(-12_000_000)


def test_the_original_view_subtracts_what_was_first_printed():
    last = fourth_quarter(compiled(restated_year(), QUARTER, view=CompiledView.ORIGINAL), "is.revenue")
    assert (last.value, last.gap) == (Decimal(130_000_000), None)


def test_as_of_a_day_before_the_restatement_the_quarter_is_there():
    day_before = {"view": CompiledView.AS_OF, "as_of": date(2025, 6, 30)}
    assert fourth_quarter(compiled(restated_year(), QUARTER, **day_before), "is.revenue").value == 130_000_000


def test_once_both_are_restated_they_subtract_again():
    annual_25 = report(
        "ar-25",
        date(2026, 3, 1),
        [span("2025-01-01", "2025-12-31"), FY24],
        [Line("Revenue", "is.revenue", (480, 425))],
    )
    statement = compiled([*restated_year(), *annual_25], QUARTER)
    last = fourth_quarter(statement, "is.revenue")
    assert (last.value, last.gap) == (Decimal(125_000_000), None)
    assert last.derived_from == ("ar-25/0/2024-12-31", "q3-25/0/2024-09-30")


def test_a_change_of_what_is_consolidated_shows_in_the_year_before_and_forbids_the_difference():
    """The annual report takes a sold business out of both years; the nine months still hold it."""
    vintages = [
        *report("ar-23", date(2024, 3, 1), [FY23], [Line("Revenue", "is.revenue", (400,))]),
        *report("q3", NOVEMBER, [M9, M9_23], [Line("Revenue", "is.revenue", (330, 290))]),
        *report("ar-24", MARCH25, [FY24, FY23], [Line("Revenue", "is.revenue", (420, 370))]),
    ]
    statement = compiled(vintages, QUARTER)
    last = fourth_quarter(statement, "is.revenue")
    assert (last.value, last.gap) == (None, GapReason.NOT_COMPARABLE)


def test_weeks_of_twelve_twelve_twelve_and_seventeen_are_four_quarters():
    """A year of 53 weeks, of which the last quarter has 17."""
    year = span("2022-08-29", "2023-09-03")
    first, half, three = (
        span("2022-08-29", "2022-11-20"),
        span("2022-08-29", "2023-02-12"),
        span("2022-08-29", "2023-05-07"),
    )
    vintages = [
        *report("q1", date(2022, 12, 8), [first], [Line("Revenue", "is.revenue", (54,))]),
        *report("q2", date(2023, 3, 2), [half], [Line("Revenue", "is.revenue", (109,))]),
        *report("q3", date(2023, 5, 25), [three], [Line("Revenue", "is.revenue", (163,))]),
        *report("ar", date(2023, 10, 11), [year], [Line("Revenue", "is.revenue", (242,))]),
    ]
    statement = compiled(vintages, QUARTER)
    assert statement.names == ("Q4 2023", "Q3 2023", "Q2 2023", "Q1 2023")
    assert millions(statement, "is.revenue") == [79, 54, 55, 54]
    assert statement.periods[0] == span("2023-05-08", "2023-09-03")


def test_a_transition_period_is_no_quarter_of_any_year():
    """Five months between two year ends stay out of the quarters and keep their own annual column."""
    transition = span("2024-08-01", "2024-12-31")
    before, after = span("2023-08-01", "2024-07-31"), span("2025-01-01", "2025-12-31")
    vintages = [
        *report("ar-24", date(2024, 10, 1), [before], [Line("Revenue", "is.revenue", (400,))]),
        *report("tr", date(2025, 3, 1), [transition], [Line("Revenue", "is.revenue", (170,))]),
        *report("ar-25", date(2026, 3, 1), [after, transition], [Line("Revenue", "is.revenue", (430, 170))]),
    ]
    reports = [
        KnownReport("ar-24", before.end, date(2024, 10, 1), True),
        KnownReport("tr", transition.end, date(2025, 3, 1), True),
        KnownReport("ar-25", after.end, date(2026, 3, 1), True),
    ]
    annual = compiled(vintages, ReportingPeriod.FULL_YEAR, reports=reports)
    assert annual.periods == (after, transition, before)
    assert compiled(vintages, QUARTER, reports=reports).periods == ()


def test_balances_stand_at_the_ends_of_quarters():
    ends = [day(date(2024, month, last)) for month, last in ((3, 31), (6, 30), (12, 31))]
    vintages = [
        *report(
            "q1", APRIL, [ends[0], day(date(2023, 12, 31))], [Line("Cash", "bs.cash", (5, 4))], statement=BS
        ),
        *report("h1", AUGUST, [ends[1]], [Line("Cash", "bs.cash", (6,))], statement=BS),
        *report("ar", MARCH25, [ends[2]], [Line("Cash", "bs.cash", (8,))], statement=BS),
    ]
    statement = compiled(vintages, QUARTER, BS)
    assert statement.names == ("Q4 2024", "Q3 2024", "Q2 2024", "Q1 2024", "Q4 2023")
    assert millions(statement, "bs.cash") == [8, None, 6, 5, 4]
    assert row(statement, "bs.cash").cells[1].gap is GapReason.NO_REPORT
    assert compiled(vintages, HALF, BS).names == ("H2 2024", "H1 2024", "H2 2023")


def test_cash_at_the_ends_of_a_derived_quarter_is_printed_elsewhere():
    lines = [
        Line("Net cash from operating activities", "cf.cfo", (90,)),
        Line("Cash at the beginning", "cf.cash_open", (4,)),
        Line("Cash at the end", "cf.cash_close", (8,)),
    ]
    nine = [
        Line("Net cash from operating activities", "cf.cfo", (60,)),
        Line("Cash at the beginning", "cf.cash_open", (4,)),
        Line("Cash at the end", "cf.cash_close", (7,)),
    ]
    vintages = [
        *report("q3", NOVEMBER, [M9], nine, statement=CF),
        *report("ar", MARCH25, [FY24], lines, statement=CF),
    ]
    statement = compiled(vintages, QUARTER, CF)
    assert statement.names == ("Q4 2024",)
    assert [millions(statement, key) for key in ("cf.cfo", "cf.cash_open", "cf.cash_close")] == [
        [30],
        [7],
        [8],
    ]
    assert row(statement, "cf.cash_open").cells[0].source == "q3/2/2024-09-30"
    assert row(statement, "cf.cash_close").cells[0].formula is None


def test_a_period_of_unknown_length_is_left_out_and_said_so():
    """A report of the fourth quarter that does not say so is not taken for one of the year."""
    unknown = Period(PeriodKind.DURATION, None, FY24.end)
    vintages = [
        *a_year(),
        *report("q4", date(2025, 2, 6), [unknown], [Line("Revenue", "is.revenue", (130,))]),
    ]
    reports = [
        KnownReport("q4", FY24.end, date(2025, 2, 6), True, is_annual=False),
        KnownReport("ar", FY24.end, MARCH25, True),
    ]
    statement = compiled(vintages, TO_DATE, reports=reports)
    assert millions(statement, "is.revenue") == [460, 330, 210, 100]
    assert statement.restatements == ()
    assert statement.warnings == (
        "The report of 2025-02-06 prints a period to 2024-12-31 without saying how long it is; its figures"
        " are left out of this statement.",
    )


def printed_quarters(last: int) -> list:
    """Four quarters that a report prints, and its year of 460."""
    return report(
        "ar",
        MARCH25,
        [Q1, Q2, Q3, Q4, FY24],
        [Line("Revenue", "is.revenue", (100, 110, 120, last, 460))],
    )


@pytest.mark.parametrize(("last", "outcome"), [(130, CheckOutcome.HOLDS), (134, CheckOutcome.FAILS)])
def test_four_printed_quarters_are_held_to_their_year(last, outcome):
    (check,) = compiled(printed_quarters(last), QUARTER).checks
    assert (check.identity, check.period, check.outcome) == ("Q1", FY24, outcome)
    assert (check.left, check.right) == (Decimal(330 + last) * 1_000_000, Decimal(460_000_000))


def test_a_derived_quarter_does_not_prove_itself():
    assert [check for check in compiled(a_year(), QUARTER).checks if check.identity == "Q1"] == []


def test_the_same_reports_give_the_same_hash_and_other_periods_another():
    one, other = compiled(a_year(), QUARTER), compiled(list(reversed(a_year())), QUARTER)
    assert one.content_hash == other.content_hash
    assert one.content_hash != compiled(a_year(), TO_DATE).content_hash


@pytest.mark.parametrize("period", [QUARTER, HALF, TO_DATE])
def test_nothing_gives_no_columns(period):
    assert compiled([], period).periods == ()
    assert (
        compiled(report("ar", MARCH25, [FY24], [Line("Revenue", "is.revenue", (460,))]), QUARTER).periods
        == ()
    )


IFRS_18_LINES = [
    Line("Revenue", "is.revenue", (1000, 900)),
    Line("Operating profit", "is.operating_profit", (150, 128)),
    Line("Interest income on cash", "is.finance_income", (6, 9)),
    Line("Profit before financing and income taxes", "is.pbfit", (156, 137)),
    Line("Interest expense on borrowings", "is.finance_costs", (-20, -22)),
    Line("Profit before tax", "is.pbt", (136, 115)),
]
FY26, FY27 = span("2026-01-01", "2026-12-31"), span("2027-01-01", "2027-12-31")


def ifrs_18_reports() -> list:
    """2026 by IAS 1, and 2027 by IFRS 18 with 2026 restated: the share of associates leaves operating
    profit, and interest on leases joins the finance costs."""
    return [
        *report(
            "ar-26",
            date(2027, 3, 1),
            [FY26, span("2025-01-01", "2025-12-31")],
            [
                Line("Revenue", "is.revenue", (900, 850)),
                Line("Operating profit", "is.operating_profit", (131, 120)),
                Line("Finance income", "is.finance_income", (4, 3)),
                Line("Finance costs", "is.finance_costs", (-20, -19)),
                Line("Profit before tax", "is.pbt", (115, 104)),
            ],
        ),
        *report("ar-27", date(2028, 3, 1), [FY27, FY26], IFRS_18_LINES),
    ]


def test_operating_profit_before_and_under_ifrs_18_are_two_rows():
    statement = compiled(ifrs_18_reports(), ReportingPeriod.FULL_YEAR)
    assert millions(statement, "is.operating_profit") == [None, 131, 120]
    assert millions(statement, "is.operating_profit_ifrs18") == [150, 128, None]
    assert millions(statement, "is.pbt") == [136, 115, 104]
    keys = [row.key for row in statement.rows]
    assert keys.index("is.operating_profit_ifrs18") == keys.index("is.operating_profit") + 1
    changed = {(r.row_key, r.kind) for r in statement.restatements}
    assert changed == {
        ("is.finance_income", RestatementKind.FRAMEWORK_CHANGE),
        ("is.finance_costs", RestatementKind.FRAMEWORK_CHANGE),
    }


def test_the_restated_comparative_year_gives_the_bridge_line_by_line():
    (bridge,) = compiled(ifrs_18_reports(), ReportingPeriod.FULL_YEAR).bridges
    assert (bridge.period, bridge.old_document, bridge.new_document) == (FY26, "ar-26", "ar-27")
    shown = [
        (r.key, *(None if v is None else int(v / 1_000_000) for v in (r.old_value, r.new_value, r.delta)))
        for r in bridge.rows
    ]
    assert shown == [
        ("is.revenue", 900, 900, 0),
        ("is.operating_profit", 131, None, None),
        ("is.operating_profit_ifrs18", None, 128, None),
        ("is.finance_income", 4, 9, 5),
        ("is.finance_costs", -20, -22, -2),
        ("is.pbfit", None, 137, None),
        ("is.pbt", 115, 115, 0),
    ]


def test_without_ifrs_18_there_is_no_bridge_and_one_row():
    before = [v for v in ifrs_18_reports() if v.document == "ar-26"]
    statement = compiled(before, ReportingPeriod.FULL_YEAR)
    assert statement.bridges == ()
    assert "is.operating_profit_ifrs18" not in [row.key for row in statement.rows]


def test_a_profit_before_financing_of_years_before_the_standard_is_no_adoption():
    lines = [
        Line("Operating profit", "is.operating_profit", (131,)),
        Line("Profit before financing and tax", "is.pbfit", (140,)),
    ]
    statement = compiled(
        report("old", date(2020, 3, 1), [span("2019-01-01", "2019-12-31")], lines), ReportingPeriod.FULL_YEAR
    )
    assert millions(statement, "is.operating_profit") == [131]
