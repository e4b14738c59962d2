"""What the statement page shows beside the figures: marks, shares, growth and small drawings."""

from datetime import date
from decimal import Decimal

import pytest

from companies.models import Company
from engine.kinds import GapReason, StatementKind
from extraction.compile import compile_company
from extraction.store import store_reading
from extraction.table.find import Wanted, table_for
from extraction.table.presentation import TableView
from extraction.table.sheet import GAP_SIGNS, RESTATED, Links, SheetRow, address_of, find_cell, sheet_of
from extraction.table.sparkline import sparkline
from tests.extraction.made import Line, a_company, a_company_that_restated, a_document, a_reading

LINKS = Links("/cell/", "unit=millions&cell=")
INCOME: list[Line] = [
    ("Revenue", "is.revenue", 1, ["1,000", "800"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["600", "500"]),
    ("Gross profit", "is.gross_profit", 1, ["400", "300"]),
    ("Special result", None, 1, ["5", "(5)"]),
]
FLOWS: list[Line] = [("Cash from operations", "cf.cfo", 1, ["250", "100"])]


def read(company: Company, lines: list[Line], statement: StatementKind) -> None:
    document = a_document(company, 2024)
    reading = a_reading([2024, 2023], lines, statement=statement)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)


def table_of(company: Company, statement: StatementKind = StatementKind.INCOME_STATEMENT) -> TableView:
    found = table_for(company, statement, Wanted())
    assert found is not None
    return found.view.without_empty_lines()


def by_key(rows: tuple[SheetRow, ...]) -> dict[str, SheetRow]:
    return {line.row.key: line for line in rows}


@pytest.mark.django_db
def test_shares_and_growth_stand_beside_the_figures_when_asked_for() -> None:
    company = a_company()
    read(company, INCOME, StatementKind.INCOME_STATEMENT)
    plain = sheet_of(table_of(company), LINKS)
    assert {item.share + item.growth for line in plain.rows for item in line.cells} == {""}
    sheet = sheet_of(table_of(company), LINKS, with_share=True, with_growth=True)
    assert sheet.share_of == "Revenue"
    rows = by_key(sheet.rows)
    assert [item.share for item in rows["is.cost_of_sales"].cells] == ["(60.0)", "(62.5)"]
    assert [item.growth for item in rows["is.cost_of_sales"].cells] == ["+20.0", ""]
    assert [item.growth for item in rows["is.gross_profit"].cells] == ["+33.3", ""]
    own = next(line for line in sheet.rows if line.row.is_own_line)
    assert [item.growth for item in own.cells] == ["", ""]  # from a loss to a profit
    assert sheet.width == 1 + 2 * 3


@pytest.mark.django_db
def test_flows_of_cash_are_shares_of_the_revenue_of_the_income_statement() -> None:
    company = a_company()
    read(company, INCOME, StatementKind.INCOME_STATEMENT)
    flows = a_document(company, 2024)
    reading = a_reading([2024, 2023], FLOWS, statement=StatementKind.CASH_FLOW_STATEMENT)
    store_reading(flows.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    table = table_of(company, StatementKind.CASH_FLOW_STATEMENT)
    with_income = sheet_of(table, LINKS, with_share=True, income=table_of(company))
    assert [item.share for item in by_key(with_income.rows)["cf.cfo"].cells] == ["25.0", "12.5"]
    without = sheet_of(table, LINKS, with_share=True, income=None)
    assert without.lacks_base
    assert without.width == 1 + 2


@pytest.mark.django_db
def test_marks_say_what_is_to_be_known_and_the_legend_has_those_that_occur() -> None:
    company = a_company_that_restated("northwind")
    compile_company(company)
    found = table_for(company, StatementKind.INCOME_STATEMENT, Wanted())
    assert found is not None
    sheet = sheet_of(found.view, LINKS)
    revenue = by_key(sheet.rows)["is.revenue"]
    assert [item.signs for item in revenue.cells] == ["", "R", ""]
    assert sheet.legend[0] == RESTATED
    assert {mark.sign for mark in sheet.legend} == {
        mark.sign for line in sheet.rows for item in line.cells for mark in item.marks
    }


def test_every_reason_for_a_gap_has_a_sign_of_its_own() -> None:
    assert set(GAP_SIGNS) == set(GapReason)
    assert len(set(GAP_SIGNS.values())) == len(GapReason)


@pytest.mark.django_db
def test_a_cell_is_found_by_its_address_and_by_no_other() -> None:
    company = a_company()
    read(company, INCOME, StatementKind.INCOME_STATEMENT)
    table = table_of(company)
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            assert find_cell(table, address_of(row, column)) == (row, column, cell)
    assert address_of(table.rows[0], table.columns[1]) == "is.revenue@2023-12-31"
    for wrong in ("", "is.revenue", "is.revenue@2020-12-31", "is.tax@2023-12-31", "@2023-12-31"):
        assert find_cell(table, wrong) is None


@pytest.mark.django_db
def test_the_chart_gets_the_figures_oldest_first_in_the_unit_shown() -> None:
    company = a_company()
    read(company, INCOME, StatementKind.INCOME_STATEMENT)
    chart = sheet_of(table_of(company), LINKS).chart
    assert chart["periods"] == ["FY2023", "FY2024"]
    assert chart["unit"] == "EUR millions"
    assert chart["rows"]["is.revenue"]["values"] == ["800", "1000"]
    assert chart["rows"]["is.cost_of_sales"]["values"] == ["-500", "-600"]
    assert date(2024, 12, 31) == table_of(company).columns[0].period_end


@pytest.mark.django_db
def test_a_cost_that_rises_is_drawn_rising() -> None:
    company = a_company()
    read(company, INCOME, StatementKind.INCOME_STATEMENT)
    cost = by_key(sheet_of(table_of(company), LINKS).rows)["is.cost_of_sales"]
    assert cost.trend is not None
    assert cost.trend.lines == ("2.5,17.5 69.5,2.5",)


def test_a_drawing_leaves_gaps_open_and_shows_where_nothing_is() -> None:
    values = [Decimal(-10), None, Decimal(0), Decimal(10), None]
    drawn = sparkline(values)
    assert drawn is not None
    assert drawn.alone == (("2.5", "17.5"),)
    assert drawn.lines == ("36.0,10.0 52.8,2.5",)
    assert drawn.last == ("52.8", "2.5")
    assert drawn.zero == "10.0"


def test_one_figure_is_no_line_and_equal_figures_are_a_level_one() -> None:
    assert sparkline([Decimal(5), None]) is None
    level = sparkline([Decimal(5), Decimal(5)])
    assert level is not None
    assert level.lines == ("2.5,10.0 69.5,10.0",)
    assert level.zero is None
