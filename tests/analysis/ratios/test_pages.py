"""The pages of ratios and their files."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from analysis.models import MetricValue
from analysis.ratios.calculate import calculate_ratios
from analysis.ratios.peers import peers_of
from analysis.ratios.sheet import sheet_of
from companies.models import Company
from engine.ratios.registry import load_registry
from extraction.models import Fact
from jobs.models import TaskRun
from tests.analysis.ratios.made import a_company_with_years
from tests.analysis.ratios.test_calculate import listed
from tests.extraction.made import a_company
from tests.market.made import a_bar, a_provider

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("stella"))
    return client


def calculated(slug: str = "alder", **fields: object) -> Company:
    company = a_company_with_years(slug, **fields)
    calculate_ratios(company, at=NOW)
    return company


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_table_has_years_groups_and_values(client: Client) -> None:
    company = calculated()
    page = text_of(client, "/admin/ratios/alder/")
    assert page.index(">2023<small>31 Dec 2023") < page.index(">2022<small>") < page.index(">2021<small>")
    assert ">13.5</a>" in page  # net margin in percent
    assert 'title="net income / revenue"' in page
    sheet = sheet_of(MetricValue.objects.filter(metric_set__company=company), "USD")
    rows = {row.ratio.code: row for group in sheet.groups for row in group.rows}
    assert [cell.text for cell in rows["net_margin"].cells if cell] == ["13.5", "10.6", "10.7"]
    assert [cell.text for cell in rows["current_ratio"].cells if cell] == ["1.50", "1.37", "1.33"]
    assert [cell.text for cell in rows["free_cash_flow"].cells if cell] == ["100", "50", "50"]
    assert rows["free_cash_flow"].unit == "USD millions"
    assert [cell.text for cell in rows["revenue_growth"].cells if cell] == ["25.0", "14.3", "·"]
    assert rows["net_margin"].trend is not None


def test_what_has_no_value_is_behind_a_link_and_says_why(client: Client) -> None:
    calculated()
    page = text_of(client, "/admin/ratios/alder/")
    assert "Inventory turnover" not in page
    assert "without a value in any year, with the reasons" in page
    everything = text_of(client, "/admin/ratios/alder/?lines=all")
    assert "Inventory turnover" in everything
    assert 'title="Not there: Inventories of 2023-12-31, Inventories of 2022-12-31."' in everything
    assert "not available: a figure is missing" in everything


def test_a_value_opens_its_operands_and_these_their_proofs(client: Client) -> None:
    company = calculated()
    share = listed(company)
    a_bar(share, a_provider(), date(2023, 12, 29), "25")
    calculate_ratios(company, at=NOW)
    page = text_of(client, "/admin/ratios/alder/?cell=net_margin.2023-12-31")
    income = Fact.objects.get(company=company, concept="is.net_income", period_end=date(2023, 12, 31))
    assert f'href="/admin/statements/figures/{income.pk}/"' in page
    assert ">135,000,000<" in page
    assert "On the page, " in page
    assert client.get(f"/admin/statements/figures/{income.pk}/").status_code == 200
    priced = text_of(client, "/admin/ratios/alder/?cell=price_to_earnings.2023-12-31")
    assert f'<a href="/admin/prices/{share.pk}/">Close of 2023-12-29</a>' in priced
    gap = text_of(client, "/admin/ratios/alder/?lines=all&cell=inventory_turnover.2023-12-31")
    assert "From these figures, as far as they are there" in gap
    assert client.get("/admin/ratios/alder/?cell=nonsense").status_code == 200


def test_a_fact_that_was_read_anew_is_said_to_be(client: Client) -> None:
    company = calculated()
    Fact.objects.filter(company=company, concept="is.net_income").delete()
    page = text_of(client, "/admin/ratios/alder/?cell=net_margin.2023-12-31")
    assert "Read anew since; work out the ratios again to open it." in page


def test_the_return_on_equity_is_taken_apart(client: Client) -> None:
    company = calculated()
    sheet = sheet_of(MetricValue.objects.filter(metric_set__company=company), "USD")
    *factors, product = sheet.du_pont
    assert [row.ratio.code for row in factors] == [
        "tax_burden", "interest_burden", "operating_margin", "asset_turnover", "equity_multiplier",
    ]  # fmt: skip
    found = Decimal(1)
    for row in factors:
        found *= row.cells[0].value.value  # type: ignore[union-attr,operator]
    assert abs(found - product.cells[0].value.value) < Decimal("1e-8")  # type: ignore[union-attr,operator]
    assert product.cells[0].text == "37.5"  # type: ignore[union-attr] # 135 / 360
    assert "Return on equity taken apart" in text_of(client, "/admin/ratios/alder/")


def test_other_views(client: Client) -> None:
    calculated()
    assert "have not been worked out yet" in text_of(client, "/admin/ratios/alder/?view=original")
    day = text_of(client, "/admin/ratios/alder/?view=as_of&as_of=2023-06-01")
    assert ">2023<small>" not in day
    assert ">2022<small>" in day
    assert "Nothing was known on 1 Jan 2010" in text_of(
        client, "/admin/ratios/alder/?view=as_of&as_of=2010-01-01"
    )
    assert client.get("/admin/ratios/alder/?view=as_of&as_of=nonsense").status_code == 200


def test_what_to_do_where_there_is_nothing(client: Client) -> None:
    a_company("empty")
    assert "There are no compiled years yet" in text_of(client, "/admin/ratios/empty/")
    a_company_with_years("birch")
    page = text_of(client, "/admin/ratios/birch/")
    assert "The ratios have not been worked out yet" in page
    assert 'action="/admin/ratios/birch/start/"' in page
    assert client.post("/admin/ratios/birch/start/").status_code == 302
    assert sorted(TaskRun.objects.values_list("arguments__view", flat=True)) == ["latest", "original"]
    assert client.get("/admin/ratios/nobody/").status_code == 404


def test_years_compiled_since_are_said(client: Client) -> None:
    company = a_company_with_years()
    calculate_ratios(company, at=timezone.now() - timedelta(hours=1))
    assert "compiled again since these ratios" in text_of(client, "/admin/ratios/alder/")


def test_only_those_who_may_look(client: Client) -> None:
    company = calculated()
    person = User.objects.create_user("victor", is_staff=True)
    client.force_login(person)
    for page in ("alder/", "peers/", "alder/export.csv"):
        assert client.get(f"/admin/ratios/{page}").status_code == 403
    assert client.post("/admin/ratios/alder/start/").status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_metricvalue"))
    assert client.get("/admin/ratios/alder/").status_code == 200
    assert client.post("/admin/ratios/alder/start/").status_code == 403
    assert not TaskRun.objects.about(company).exists()


def test_the_pages_of_the_company_lead_here(client: Client) -> None:
    company = calculated()
    link = 'href="/admin/ratios/alder/"'
    assert link in text_of(client, f"/admin/companies/company/{company.pk}/change/")
    assert link in text_of(client, "/admin/statements/alder/")


def questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_as_many_questions_for_one_as_for_many(client: Client) -> None:
    calculated()
    client.get("/admin/ratios/peers/?code=net_margin")
    few = questions(client, "/admin/ratios/peers/?code=net_margin")
    for slug in ("birch", "cedar", "dogwood"):
        calculated(slug)
    assert questions(client, "/admin/ratios/peers/?code=net_margin") == few
    one = questions(client, "/admin/ratios/alder/?cell=current_ratio.2023-12-31")
    assert (
        questions(client, "/admin/ratios/alder/?cell=return_on_invested_capital.2023-12-31&lines=all") == one
    )


def test_one_ratio_of_many_companies(client: Client) -> None:
    for slug in ("alder", "birch", "cedar", "dogwood"):
        calculated(slug)
    bank = calculated("bank", sector_template="bank")
    for slug, value in (("alder", "0.1"), ("birch", "0.2"), ("cedar", "0.3"), ("dogwood", "0.4")):
        MetricValue.objects.filter(
            metric_set__company__slug=slug, code="gross_margin", fiscal_year=2023
        ).update(value=value)
    ratio = load_registry().ratios["gross_margin"]
    found = peers_of(ratio, None)
    assert (found.year, found.total, found.with_value) == (2023, 5, 4)
    assert (found.low, found.middle, found.high) == ("17.5", "25.0", "32.5")
    assert [(row.place, row.text, str(row.value.metric_set.company)) for row in found.rows] == [
        (1, "40.0", "Dogwood"), (2, "30.0", "Cedar"), (3, "20.0", "Birch"), (4, "10.0", "Alder"),
        (None, "×", "Bank"),
    ]  # fmt: skip
    assert [row.value.metric_set.company for row in peers_of(ratio, 2023, "bank").rows] == [bank]
    page = text_of(client, "/admin/ratios/peers/?code=gross_margin&year=2023")
    assert "Gross margin, 2023" in page
    assert "Gross margin says nothing of this kind of company." in page
    assert "?cell=gross_margin.2023-12-31&amp;lines=all#behind" in page
    assert "No company has this ratio of 1999" in text_of(client, "/admin/ratios/peers/?year=1999")


def test_amounts_in_several_currencies_are_not_ranked() -> None:
    calculated()
    other = calculated("birch")
    other.metric_sets.update(currency="EUR")
    found = peers_of(load_registry().ratios["free_cash_flow"], 2023)
    assert (found.has_several_currencies, found.middle, found.with_value) == (True, None, 2)
    assert [(row.place, row.unit) for row in found.rows] == [(None, "USD"), (None, "EUR")]


def test_the_files_have_exact_values_reasons_and_facts(client: Client) -> None:
    calculated()
    answer = client.get("/admin/ratios/alder/export.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="alder-ratios-latest.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(lines) == 3 * len(load_registry().ratios)
    first = next(line for line in lines if line["code"] == "return_on_assets")
    assert (first["value"], first["status"], first["formula"]) == (
        "0.1588235294", "value", "net_income / average(total_assets)",
    )  # fmt: skip
    facts = Fact.objects.in_bulk([int(pk) for pk in first["facts"].split()])
    assert {fact.concept for fact in facts.values()} == {"is.net_income", "bs.total_assets"}
    missing = next(line for line in lines if line["code"] == "inventory_turnover")
    assert (missing["value"], missing["status"]) == ("", "unavailable")
    assert missing["reason"] == "Not there: Inventories of 2023-12-31, Inventories of 2022-12-31."
    book = load_workbook(io.BytesIO(client.get("/admin/ratios/alder/export.xlsx").content))
    sheet = book["Ratios"]
    assert [cell.value for cell in sheet[1]] == [
        "Ratio", "Unit", "2023-12-31", "2022-12-31", "2021-12-31", "Formula",
    ]  # fmt: skip
    row = next(row for row in sheet.iter_rows() if row[0].value == "Net margin")
    assert [cell.value for cell in row][:3] == ["Net margin", "share", 0.135]
    assert row[2].number_format == "0.0%"
    growth = next(row for row in sheet.iter_rows() if row[0].value == "Growth of revenue")
    assert (growth[4].value, growth[4].comment.text) == ("·", "Not there: the year before 2021-12-31.")
    assert client.get("/admin/ratios/alder/export.csv?view=original").status_code == 404


def test_a_score_is_told_point_by_point_from_the_same_figures_alone(client: Client) -> None:
    company = calculated()
    address = "/admin/ratios/alder/?cell=du_pont_return_on_equity.2023-12-31"
    page = text_of(client, address)
    assert '<td>×</td><td class="tf-breaks">Operating margin</td><td class="tf-number">0.200</td>' in page
    kept = MetricValue.objects.filter(
        metric_set__company=company, code="du_pont_return_on_equity", fiscal_year=2023
    )
    kept.update(value=Decimal("0.9"))
    changed = text_of(client, address)
    assert "Comes to" not in changed
    assert "Tax burden × Interest burden" in changed
