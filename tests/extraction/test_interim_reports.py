"""Reports of quarters and half-years from the PDF to the table: read and compiled when asked for."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from companies.models import Company
from engine.kinds import ReportingPeriod, StatementKind
from extraction.compile import compile_now, request_for
from extraction.models import CompiledStatement, Fact
from jobs.launch import launch
from jobs.models import TaskRun
from tests.extraction.made import a_company
from tests.extraction.printed_reports import Flow, upload
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db(transaction=True)

# 2024 by quarter: revenue 100, 110, 120, 130.
OF_2024 = {
    3: Flow(100.0, 60.0, 2.0, 8.0),
    6: Flow(210.0, 126.0, 4.0, 17.0),
    9: Flow(330.0, 198.0, 6.0, 27.0),
    12: Flow(460.0, 276.0, 8.0, 38.0),
}
OF_2023 = {
    3: Flow(90.0, 55.0, 2.0, 7.0),
    6: Flow(190.0, 115.0, 4.0, 15.0),
    9: Flow(300.0, 181.0, 6.0, 24.0),
    12: Flow(420.0, 253.0, 8.0, 34.0),
}
ENDS = {3: date(2024, 3, 31), 6: date(2024, 6, 30), 9: date(2024, 9, 30), 12: date(2024, 12, 31)}
PUBLISHED = {3: date(2024, 5, 2), 6: date(2024, 8, 1), 9: date(2024, 11, 5), 12: date(2025, 3, 6)}


@pytest.fixture
def company(files: Path) -> Company:
    company = a_company()
    for months, figures in OF_2024.items():
        upload(company, months, ENDS[months], PUBLISHED[months], figures, OF_2023[months])
    return company


def process(company: Company, **options: object) -> TaskRun:
    arguments = {"company_id": company.pk, **options}
    return work_off(launch("process_all_documents", subject=company, **arguments).run)


def quarters(company: Company, concept: str) -> list[tuple[str, Decimal | None, str | None]]:
    request = request_for(company, StatementKind.INCOME_STATEMENT, period=ReportingPeriod.QUARTER)
    values = compile_now(company, request)
    (row,) = [row for row in values.rows if row.key == concept]
    return [
        (name, None if cell.value is None else cell.value / 1_000_000, cell.formula)
        for name, cell in zip(values.names, row.cells, strict=True)
    ]


def test_interim_reports_are_read_when_asked_for_and_only_then(company: Company) -> None:
    assert process(company).state == "succeeded"
    types = dict(company.documents.values_list("period_end", "document_type"))
    assert types == {
        ENDS[3]: "quarterly_report",
        ENDS[6]: "half_year_report",
        ENDS[9]: "quarterly_report",
        ENDS[12]: "annual_report",
    }
    assert set(Fact.objects.values_list("document__document_type", flat=True)) == {"annual_report"}
    run = process(company, interim=True)
    assert run.state == "succeeded", run.error_message
    assert Fact.objects.values("document").distinct().count() == 4
    # The years stay what they were.
    annual = CompiledStatement.objects.get(
        company=company, statement="income_statement", view="latest", is_current=True
    )
    assert [period["end"] for period in annual.periods] == ["2024-12-31", "2023-12-31"]
    assert annual.version == 1


def test_quarters_are_the_differences_of_what_the_reports_print(company: Company) -> None:
    process(company, interim=True)
    assert quarters(company, "is.revenue") == [
        ("Q4 2024", Decimal(130), "FY 2024 - 9M 2024"),
        ("Q3 2024", Decimal(120), "9M 2024 - 6M 2024"),
        ("Q2 2024", Decimal(110), "6M 2024 - 3M 2024"),
        ("Q1 2024", Decimal(100), None),
        ("Q4 2023", Decimal(120), "FY 2023 - 9M 2023"),
        ("Q3 2023", Decimal(110), "9M 2023 - 6M 2023"),
        ("Q2 2023", Decimal(100), "6M 2023 - 3M 2023"),
        ("Q1 2023", Decimal(90), None),
    ]
    assert [value for _, value, _ in quarters(company, "is.net_income")][:4] == [
        Decimal("39.0"),
        Decimal("36.0"),
        Decimal("33.0"),
        Decimal("30.0"),
    ]


def test_quarters_that_were_asked_for_are_kept_and_kept_up_to_date(company: Company) -> None:
    process(company, interim=True)
    recompile = launch(
        "recompile_company_statements", subject=company, company_id=company.pk, period="quarter"
    )
    run = work_off(recompile.run)
    kept = CompiledStatement.objects.filter(company=company, is_current=True, period="quarter")
    assert sorted(kept.values_list("statement", "view", "version")) == [
        ("balance_sheet", "latest", 1),
        ("balance_sheet", "original", 1),
        ("cash_flow_statement", "latest", 1),
        ("cash_flow_statement", "original", 1),
        ("income_statement", "latest", 1),
        ("income_statement", "original", 1),
    ]
    new = [entry for entry in run.result["compiled"] if entry["is_new"]]
    assert {entry["period"] for entry in new} == {"quarter"}
    # A compile that does not name them keeps them up to date all the same, and writes nothing.
    again = work_off(launch("compile_company_statements", subject=company, company_id=company.pk).run)
    assert (again.state, again.error_code) == ("skipped", "unchanged")
    assert len(again.result["compiled"]) == 12
    first = kept.get(statement="income_statement", view="latest")
    revenue = first.rows.get(concept="is.revenue")
    derived = revenue.cells.get(ordinal=0)
    assert (derived.value, derived.formula, derived.fact_id) == (
        Decimal(130_000_000), "FY 2024 - 9M 2024", None,
    )  # fmt: skip
    operands = Fact.objects.in_bulk(derived.derived_from)
    assert [operands[pk].value for pk in derived.derived_from] == [Decimal(460_000_000), Decimal(330_000_000)]


def test_a_restated_nine_months_takes_the_fourth_quarter_away(company: Company) -> None:
    process(company, interim=True)
    restated = Flow(310.0, 198.0, 6.0, 27.0)
    upload(company, 9, date(2025, 9, 30), date(2025, 11, 4), Flow(350.0, 205.0, 6.0, 30.0), restated)
    process(company, interim=True)
    by_name = {name: (value, formula) for name, value, formula in quarters(company, "is.revenue")}
    assert by_name["Q4 2024"] == (None, None)
    # Tax was not restated.
    tax = {name: value for name, value, _ in quarters(company, "is.tax")}
    assert tax["Q4 2024"] == Decimal(-11)


def test_the_page_shows_quarters_and_where_the_last_comes_from(company: Company, client: Client) -> None:
    process(company, interim=True)
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/admin/statements/{company.slug}/?period=quarter").content.decode()
    assert "Q4 2024" in page
    assert "Derived: FY 2024 - 9M 2024" in page
    assert "130.0" in page
    assert "Compiled now and not kept" in page
    assert "FY2024" not in page
    annual = client.get(f"/admin/statements/{company.slug}/").content.decode()
    assert "FY2024" in annual
    assert "Q4 2024" not in annual


def test_a_company_without_interim_reports_is_offered_to_have_them_read(
    company: Company, client: Client
) -> None:
    company.documents.exclude(period_end=None).delete()
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/admin/statements/{company.slug}/?period=half_year").content.decode()
    assert "No half year has been read" in page
    answer = client.post(f"/admin/statements/{company.slug}/interim/")
    assert answer.status_code == 302
    run = TaskRun.objects.get()
    assert (run.task, run.arguments) == (
        "process_all_documents",
        {"company_id": company.pk, "interim": True},
    )
