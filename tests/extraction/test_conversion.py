"""Statements in another currency: shown with their rates, never stored."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from companies.models import Company, ExchangeRate
from companies.rates import import_ecb_rates
from engine.kinds import StatementKind
from extraction.compile import compile_company
from extraction.models import CompiledCell, Fact
from extraction.store import store_reading
from extraction.table.find import Wanted, table_for
from extraction.table.presentation import TableView
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = pytest.mark.django_db


def rates_of(year: int, first_half: str, second_half: str) -> str:
    """The bank's file with USD at one rate until the end of June and another after it."""
    lines, day = ["Date,USD,GBP,"], date(year, 12, 31)
    while day.year == year:
        if day.weekday() < 5:
            lines.append(f"{day},{first_half if day.month <= 6 else second_half},N/A,")
        day -= timedelta(days=1)
    return "\n".join(lines)


@pytest.fixture
def company() -> Company:
    """2024 and 2023 in euros; rates of 2024 alone: 1.10, then 1.00."""
    company = a_company()
    document = a_document(company, 2024)
    income = a_reading(
        [2024, 2023],
        [
            ("Revenue", "is.revenue", 1, ["1,310", "1,200"]),
            ("Income tax", "is.tax", -1, ["–", "40"]),
        ],
    )
    store_reading(document.current_version, income, options_digest="d", task_run=None)
    sheets = a_document(company, 2024)
    balance = a_reading(
        [2024, 2023], [("Cash", "bs.cash", 1, ["50", "40"])], statement=StatementKind.BALANCE_SHEET
    )
    store_reading(sheets.current_version, balance, options_digest="d", task_run=None)
    flows = a_document(company, 2024)
    cash = a_reading(
        [2024, 2023],
        [
            ("Net cash from operations", "cf.cfo", 1, ["131", "120"]),
            ("Cash at the beginning", "cf.cash_open", 1, ["40", "30"]),
            ("Cash at the end", "cf.cash_close", 1, ["50", "40"]),
        ],
        statement=StatementKind.CASH_FLOW_STATEMENT,
    )
    store_reading(flows.current_version, cash, options_digest="d", task_run=None)
    compile_company(company)
    import_ecb_rates(rates_of(2024, "1.10", "1.00"))
    return company


def shown(company: Company, statement: StatementKind, currency: str = "USD") -> TableView:
    table = table_for(company, statement, Wanted(currency=currency))
    assert table is not None
    return table.view


def cells(table: TableView, key: str) -> list:
    (row,) = [row for row in table.rows if row.key == key]
    return list(row.cells)


def test_flows_take_the_average_of_their_period(company: Company) -> None:
    table = shown(company, StatementKind.INCOME_STATEMENT)
    assert (table.currency, table.converted_from) == ("USD", "EUR")
    newest, oldest = cells(table, "is.revenue")
    # 130 weekdays at 1.10 and 132 at 1.00.
    mean = (130 * Decimal("1.10") + 132 * Decimal("1.00")) / 262
    assert newest.value == (1_310_000_000 * mean).quantize(Decimal("0.000001"))
    assert newest.converted == (
        "Converted from EUR 1,310,000,000 at 1.049618 USD, the average of 262 daily rates from"
        " 1 Jan 2024 to 31 Dec 2024 (ECB)."
    )
    assert (oldest.value, oldest.gap, oldest.converted) == (None, "no_rate", "")
    assert "no rate from EUR to USD" in oldest.hint
    dash = cells(table, "is.tax")[0]
    assert (dash.value, dash.nil, dash.text) == (0, True, "–")


def test_balances_take_the_rate_of_their_day(company: Company) -> None:
    table = shown(company, StatementKind.BALANCE_SHEET)
    newest = cells(table, "bs.cash")[0]
    assert newest.value == Decimal(50_000_000)
    assert "the rate of 31 Dec 2024 (ECB)" in newest.converted


def test_cash_in_the_statement_of_flows_is_a_balance(company: Company) -> None:
    table = shown(company, StatementKind.CASH_FLOW_STATEMENT)
    flow, close, opening = (cells(table, key)[0] for key in ("cf.cfo", "cf.cash_close", "cf.cash_open"))
    assert flow.value == Decimal("137500000.000000")
    assert close.value == Decimal(50_000_000)
    # The last day of 2023 has no rate.
    assert (opening.value, opening.gap) == (None, "no_rate")
    assert any("do not add up to closing cash" in warning for warning in table.warnings)


def test_nothing_converted_is_stored(company: Company) -> None:
    facts = sorted(Fact.objects.values_list("pk", "value", "currency"))
    before = sorted(CompiledCell.objects.values_list("pk", "value"))
    for statement in StatementKind:
        shown(company, statement)
    assert sorted(Fact.objects.values_list("pk", "value", "currency")) == facts
    assert sorted(CompiledCell.objects.values_list("pk", "value")) == before


def test_the_currency_of_the_reports_is_shown_as_printed(company: Company) -> None:
    table = shown(company, StatementKind.INCOME_STATEMENT, "EUR")
    assert (table.converted_from, cells(table, "is.revenue")[1].value) == ("", Decimal(1_200_000_000))


def test_where_the_currency_is_unknown_nothing_is_converted() -> None:
    company = a_company("without")
    document = a_document(company, 2024)
    reading = a_reading([2024], [("Revenue", "is.revenue", 1, ["10"])], currency=None)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    table = shown(company, StatementKind.INCOME_STATEMENT)
    assert table.converted_from == ""
    assert "The currency of this statement is not known" in table.warnings[-1]


def test_the_page_marks_converted_figures_and_keeps_the_choice(company: Company, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    page = client.get(f"/admin/statements/{company.slug}/?currency=USD").content.decode()
    assert "Converted from EUR to USD" in page
    cell = re.search(r'<td class="tf-cell tf-converted" title="([^"]*)"><a href="[^"]*">1,375</a></td>', page)
    assert cell is not None
    assert cell[1].startswith("Converted from EUR 1,310,000,000 at 1.049618 USD")
    assert "There is no rate from EUR to USD for every week from 2023-01-01 to 2023-12-31" in page
    assert "<option selected>USD</option>" in page
    plain = client.get(f"/admin/statements/{company.slug}/").content.decode()
    assert "1,310" in plain
    assert "tf-converted" not in plain
    nonsense = client.get(f"/admin/statements/{company.slug}/?currency=<b>").content.decode()
    assert "1,310" in nonsense


def test_a_workbook_of_converted_figures_says_so_in_every_note(company: Company, client: Client) -> None:
    client.force_login(User.objects.create_superuser("root"))
    answer = client.get(f"/admin/statements/{company.slug}/export.xlsx?currency=USD")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Income statement"]
    assert sheet["A5"].value == "USD millions, converted from EUR"
    assert (sheet["A7"].value, sheet["B7"].value, sheet["C7"].value) == ("Revenue", 1375, None)
    assert "Converted from EUR 1,310,000,000 at 1.049618 USD" in sheet["B7"].comment.text
    csv = client.get(f"/admin/statements/{company.slug}/export.csv?currency=USD").content.decode("utf-8-sig")
    assert csv.splitlines()[1] == "is.revenue,Revenue,line,0,USD converted from EUR,1375000000,"


def test_rates_are_imported_by_hand_and_by_command(client: Client, tmp_path: Path) -> None:
    client.force_login(User.objects.create_superuser("root"))
    text = rates_of(2024, "1.10", "1.00").encode()
    answer = client.post(
        "/admin/companies/exchangerate/add/", {"file": SimpleUploadedFile("r.csv", text)}, follow=True
    )
    assert (
        "262 rates of 1 currencies from 2024-01-01 to 2024-12-31, 262 of them new." in answer.content.decode()
    )
    rate = ExchangeRate.objects.get(currency="USD", day=date(2024, 6, 28))
    assert (rate.rate, rate.source) == (Decimal("1.10"), "ECB")
    file = tmp_path / "eurofxref.csv"
    file.write_text("Date, USD, GBP, \n 28 June 2024, 1.0705, 0.84638, \n")
    said = io.StringIO()
    call_command("import_rates", file, stdout=said)
    assert said.getvalue() == "2 rates of 2 currencies from 2024-06-28 to 2024-06-28, 1 of them new.\n"
    rate.refresh_from_db()
    assert rate.rate == Decimal("1.0705")


def test_a_file_that_is_not_the_banks_is_refused_and_nothing_kept(client: Client, tmp_path: Path) -> None:
    client.force_login(User.objects.create_superuser("root"))
    bad = b"Date,USD\n2024-01-02,1.10\n2024-01-03,ten\n"
    answer = client.post("/admin/companies/exchangerate/add/", {"file": SimpleUploadedFile("r.csv", bad)})
    assert "Line 3 gives the rate" in answer.content.decode()
    zipped = SimpleUploadedFile("r.zip", b"PK\x03\x04\xff\xfe")
    assert "Unpack" in client.post("/admin/companies/exchangerate/add/", {"file": zipped}).content.decode()
    file = tmp_path / "rates.csv"
    file.write_bytes(bad)
    with pytest.raises(CommandError, match="Line 3"):
        call_command("import_rates", file)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_rates", tmp_path / "none.csv")
    assert ExchangeRate.objects.count() == 0
