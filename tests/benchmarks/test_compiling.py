"""Ten reports of the invented company, from their files to one table; the real ones where they are."""

from datetime import date
from decimal import Decimal

import pytest

from benchmarks import compiled_years, compiling, many_years, reliability, samples
from benchmarks.filed import Company, Expected
from engine.kinds import CompiledView, RestatementKind, StatementKind

IS, BS, CF = StatementKind


@pytest.fixture(scope="module")
def company():
    return compiled_years.invented()


def row(company, kind, key, view=CompiledView.LATEST):
    statement = compiled_years.compiled(company, kind, view)
    found = [row for row in statement.rows if row.key == key]
    assert len(found) == 1, f"{key} stands {len(found)} times"
    return {cell.period.end: cell.value for cell in found[0].cells}, found[0]


def test_every_figure_of_every_year_is_that_of_the_report_that_wins(company):
    measured = compiled_years.table(company)
    assert measured.faults == ()
    assert measured.counts["latest_right"] == measured.counts["latest_figures"] == 638
    assert measured.counts["original_right"] == measured.counts["original_figures"] == 638


def test_no_year_is_missing_and_the_transition_has_its_own_column(company):
    ends = [end for _, end in reversed(many_years.PERIODS)]
    for kind in StatementKind:
        statement = compiled_years.compiled(company, kind)
        assert [period.end for period in statement.periods] == ends
        assert statement.warnings == ()
    days = {p.end: p.days for p in compiled_years.compiled(company, IS).periods}
    assert days[date(2016, 1, 2)] == 371  # 53 weeks
    assert days[date(2016, 12, 31)] == 364
    assert days[date(2018, 6, 30)] == 181
    assert days[date(2019, 6, 30)] == 365


def test_lines_stay_one_row_through_renames_and_a_change_of_language(company):
    own, printed = row(company, IS, many_years.OWN_KEY)
    assert printed.labels == ("Aufwendungen vor Eröffnung", "Preopening expenses", "Workshop start-up")
    assert None not in own.values()
    _, selling = row(company, IS, "is.selling")
    assert selling.labels == (
        "Vertriebskosten",
        "Bringing goods to market",
        "Selling and distribution expenses",
    )
    companys_own = [
        r.key for kind in StatementKind for r in compiled_years.compiled(company, kind).rows if not r.concept
    ]
    assert companys_own == [many_years.OWN_KEY]


def test_thousands_and_millions_are_one_scale(company):
    revenue, _ = row(company, IS, "is.revenue")
    assert all(Decimal(10**9) < value < Decimal(10**10) for value in revenue.values())
    assert compiled_years.table(company).counts["thousandfold"] == 0


def test_the_restated_year_and_nothing_else_is_restated(company):
    found = {
        r.row_key: (r.period.end, r.new_value - r.old_value, r.kind)
        for kind in StatementKind
        for r in compiled_years.compiled(company, kind).restatements
    }
    year = many_years.RESTATED_YEAR
    declared = RestatementKind.DECLARED
    assert found == {
        "is.revenue": (year, Decimal(5_500_000), declared),
        "is.cost_of_sales": (year, Decimal(-5_500_000), declared),
        "is.selling": (year, Decimal(-1_200_000), declared),
        "is.admin": (year, Decimal(1_200_000), declared),
    }
    latest, _ = row(company, IS, "is.revenue")
    original, _ = row(company, IS, "is.revenue", CompiledView.ORIGINAL)
    assert latest[year] - original[year] == 5_500_000
    assert {end: latest[end] - original[end] for end in latest if end != year} == dict.fromkeys(
        (end for end in latest if end != year), Decimal(0)
    )


def test_equal_comparatives_are_never_restated(company):
    measured = [compiled_years.comparatives(company, kind) for kind in StatementKind]
    assert [m.faults for m in measured] == [(), (), ()]
    assert sum(m.counts["equal"] for m in measured) > 500


def test_a_wrong_figure_is_a_fault(company):
    end = date(2023, 6, 30)
    wrong = Expected("report-2023-06", IS, "revenue", ("is.revenue",), end, Decimal(1))
    spoiled = Company(company.name, company.reports, (*company.expected, wrong))
    faults = compiled_years.table(spoiled).faults
    assert len(faults) == 1
    assert faults[0].startswith(
        "invented company, latest income_statement: revenue of 2023-06-30 is 6219700000"
    )


def test_confidence_is_about_the_share_that_is_right():
    rows = list(reliability.judged(reliability.made_statements(), 1))
    assert len(rows) == 2052
    assert reliability.worst_gap({"made": rows}) < 0.08
    doubted = [row for row in rows if row.confidence < 0.8]
    sure = [row for row in rows if row.confidence > 0.99]
    assert sum(row.right for row in doubted) / len(doubted) < 0.8
    assert sum(row.right for row in sure) / len(sure) > 0.99


@pytest.mark.samples
@pytest.mark.timeout(900)
@pytest.mark.skipif(not samples.FOLDER.is_dir(), reason="the sample reports are not beside the repository")
def test_the_real_companies_reach_every_bar():
    _, table_faults, of_tables = compiling.measured_tables()
    change_faults, of_changes = compiling.measured_changes()
    _, of_proofs = compiling.measured_proofs()
    assert (table_faults, change_faults) == ([], [])
    missed = [verdict for verdict in (*of_tables, *of_changes, *of_proofs) if not verdict.reached]
    assert missed == []
    assert "113 of 113" in [verdict.found for verdict in of_changes]
