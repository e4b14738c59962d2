"""A report that restates the year before under IFRS 18, from the PDF to the bridge on the page."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from companies.models import Company
from documents.upload import accept_upload
from extraction.compile import compile_company
from extraction.models import CompiledStatement
from extraction.process import process
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db

# Share of associates inside operating profit, interest on cash in finance income.
BEFORE = (
    ("Revenue", "", "900.0", "850.0"),
    ("Cost of sales", "", "(600.0)", "(570.0)"),
    ("Gross profit", "", "300.0", "280.0"),
    ("Administrative expenses", "", "(180.0)", "(170.0)"),
    ("Share of profit of associates", "", "11.0", "10.0"),
    ("Operating profit", "", "131.0", "120.0"),
    ("Finance income", "", "4.0", "3.0"),
    ("Finance costs", "", "(20.0)", "(19.0)"),
    ("Profit before tax", "", "115.0", "104.0"),
    ("Income tax expense", "", "(30.0)", "(26.0)"),
    ("Profit for the year", "", "85.0", "78.0"),
)
# By IFRS 18 associates and interest on cash are investing.
UNDER = (
    ("Revenue", "", "1,000.0", "900.0"),
    ("Cost of sales", "", "(660.0)", "(600.0)"),
    ("Gross profit", "", "340.0", "300.0"),
    ("Administrative expenses", "", "(190.0)", "(180.0)"),
    ("Operating profit", "", "150.0", "120.0"),
    ("Share of profit of associates", "", "12.0", "11.0"),
    ("Finance income", "", "6.0", "4.0"),
    ("Profit before financing and income taxes", "", "168.0", "135.0"),
    ("Finance costs", "", "(22.0)", "(20.0)"),
    ("Profit before tax", "", "146.0", "115.0"),
    ("Income tax expense", "", "(38.0)", "(30.0)"),
    ("Profit for the year", "", "108.0", "85.0"),
)


def add_report(company: Company, year: int, rows: tuple) -> None:
    heads = ((str(year), str(year - 1)), ("€m", "€m"))
    span, day = f"for the year ended 31 December {year}", f"31 December {year}"
    content = report(
        [
            f"Annual report {year}. {PROSE}",
            income(lines=(span,), heads=heads, rows=rows, note_at=None),
            balance(lines=(f"as at {day}",), heads=heads, note_at=None),
            cash_flow(lines=(span,), heads=heads, note_at=None),
        ],
        title=f"Annual report {year}",
    )
    name = f"Annual report {year}.pdf"
    uploaded = accept_upload(company, io.BytesIO(content), name, published_on=date(year + 1, 3, 1))
    assert process(uploaded.document).steps["extract"] == "done"


@pytest.fixture
def company(files: Path) -> Company:
    company = a_company(framework="ifrs")
    add_report(company, 2026, BEFORE)
    add_report(company, 2027, UNDER)
    compile_company(company)
    return company


def cells(compiled: CompiledStatement, concept: str) -> list[tuple[int, Decimal | None]]:
    row = compiled.rows.get(concept=concept)
    return [
        (cell.period_end.year, None if cell.value is None else cell.value / 1_000_000)
        for cell in row.cells.order_by("ordinal")
    ]


def test_the_two_operating_profits_never_share_a_row(company: Company) -> None:
    for view, of_2026 in (("latest", 115), ("original", 115)):
        compiled = CompiledStatement.objects.get(company=company, statement="income_statement", view=view)
        assert cells(compiled, "is.operating_profit") == [(2027, None), (2026, 131), (2025, 120)]
        assert cells(compiled, "is.operating_profit_ifrs18") == [(2027, 150), (2026, 120), (2025, None)]
        labels = list(
            compiled.rows.filter(concept__startswith="is.operating_profit").values_list("label", flat=True)
        )
        assert labels == ["Operating profit", "Operating profit (IFRS 18)"]
        assert cells(compiled, "is.pbt") == [(2027, 146), (2026, of_2026), (2025, 104)]


def test_the_bridge_is_kept_shown_and_served(company: Company, client: Client) -> None:
    compiled = CompiledStatement.objects.get(company=company, statement="income_statement", view="latest")
    root = User.objects.create_superuser("root")
    api = APIClient()
    api.force_authenticate(root)
    (bridge,) = api.get(f"/api/v1/compiled-statements/{compiled.pk}/").json()["bridges"]
    assert (bridge["period_end"], bridge["old_document"], bridge["new_document"]) == (
        "2026-12-31", "Annual report 2026.pdf", "Annual report 2027.pdf",
    )  # fmt: skip

    def millions(text: str | None) -> int | None:
        return None if text is None else int(Decimal(text) / 1_000_000)

    shown = [
        (row["key"], *(millions(row[side]) for side in ("old_value", "new_value", "delta")))
        for row in bridge["rows"]
    ]
    assert shown == [
        ("is.revenue", 900, 900, 0),
        ("is.cost_of_sales", -600, -600, 0),
        ("is.gross_profit", 300, 300, 0),
        ("is.admin", -180, -180, 0),
        ("is.operating_profit", 131, None, None),
        ("is.operating_profit_ifrs18", None, 120, None),
        ("is.associates", 11, 11, 0),
        ("is.finance_income", 4, 4, 0),
        ("is.finance_costs", -20, -20, 0),
        ("is.pbfit", None, 135, None),
        ("is.pbt", 115, 115, 0),
        ("is.tax", -30, -30, 0),
        ("is.net_income", 85, 85, 0),
    ]
    client.force_login(root)
    page = client.get(f"/admin/statements/{company.slug}/").content.decode()
    assert "From the basis before to IFRS 18: 31 Dec 2026" in page
    assert "Operating profit (IFRS 18)" in page
    old_fact = next(row["old_fact"] for row in bridge["rows"] if row["key"] == "is.operating_profit")
    assert f"/admin/statements/figures/{old_fact}/" in page


def test_as_of_a_day_before_the_second_report_there_is_one_basis(company: Company, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/admin/statements/{company.slug}/?view=as_of&as_of=2027-06-30").content.decode()
    assert "IFRS 18" not in page
    assert "131.0" in page
