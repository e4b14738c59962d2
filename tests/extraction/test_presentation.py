"""What the page and the exports show alike."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client

from engine.kinds import GapReason, PeriodKind, ReportingPeriod
from engine.statement import Reading
from engine.values import Period
from extraction.compile import compile_company
from extraction.exports import export_of, to_workbook
from extraction.models import CompiledStatement
from extraction.store import store_reading
from extraction.table.figures import figures_of_stored
from extraction.table.presentation import GAP_TEXTS, written
from tests.extraction.made import Line, a_company, a_document, a_reading


def test_every_reason_for_a_gap_has_a_sentence() -> None:
    assert set(GAP_TEXTS) == set(GapReason)
    assert all(text.endswith(".") for text in GAP_TEXTS.values())


HALF: list[Line] = [
    ("Revenue", "is.revenue", 1, ["500", "450"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["300", "280"]),
    ("Gross profit", "is.gross_profit", 1, ["200", "170"]),
]
YEAR: list[Line] = [
    ("Revenue", "is.revenue", 1, ["1,000", "900"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["600", "550"]),
    ("Gross profit", "is.gross_profit", 1, ["400", "350"]),
]


def of_first_halves(reading: Reading) -> Reading:
    """The same reading with columns of the first six months of each year."""
    [read] = reading.statements
    columns = tuple(
        replace(column, period=Period(PeriodKind.DURATION, date(year, 1, 1), date(year, 6, 30)))
        for column in read.table.columns
        if column.period is not None and (year := column.period.end.year)
    )
    return replace(reading, statements=(replace(read, table=replace(read.table, columns=columns)),))


@pytest.mark.django_db
def test_half_years_have_their_names_and_do_not_take_the_place_of_years(client: Client) -> None:
    company = a_company()
    annual = a_document(company, 2024)
    store_reading(annual.current_version, a_reading([2024, 2023], YEAR), options_digest="d", task_run=None)
    interim = a_document(company, 2024)
    interim.document_type, interim.period_end = "half_year_report", date(2024, 6, 30)
    interim.save()
    half_year = of_first_halves(a_reading([2024, 2023], HALF))
    store_reading(interim.current_version, half_year, options_digest="d", task_run=None)
    compile_company(company, periods=[ReportingPeriod.HALF_YEAR])

    kept = CompiledStatement.objects.get(
        company=company, period=ReportingPeriod.HALF_YEAR, view="latest", is_current=True
    )
    table = written(figures_of_stored(kept))
    assert [column.heading for column in table.columns] == [entry["name"] for entry in kept.periods]
    workbook = openpyxl.load_workbook(io.BytesIO(to_workbook(export_of([table]))))
    sheet = workbook["Income statement"]
    rows = {row[0].value: [cell.value for cell in row[1:]] for row in sheet.iter_rows(min_row=7, max_row=9)}
    halves = dict(
        zip([column.period_end for column in table.columns], zip(*rows.values(), strict=True), strict=True)
    )
    assert halves[date(2024, 6, 30)][:2] == (500, -300)
    assert str(halves[date(2024, 6, 30)][2]).startswith("=SUM(")

    client.force_login(User.objects.create_superuser("ada"))
    page = client.get("/admin/statements/northwind/").content.decode()
    assert "FY2024" in page
    assert kept.periods[0]["name"] not in page
