"""The table of many years and its exports, as a signed-in person gets them."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from companies.models import Company
from extraction.compile import compile_company
from extraction.models import CompiledCell, Fact, ReviewItem, ValidationResult
from extraction.store import store_reading
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    company = a_company("northwind", investor_relations_url="https://northwind.example/")
    company.name = '=HYPERLINK("x") <script>alert(1)</script>'
    company.save()
    for year in (2023, 2024):
        document = a_document(company, year)
        reading = a_reading(
            [year, year - 1],
            [
                ("Revenue", "is.revenue", 1, [f"{year - 1000}.0", f"{year - 1001}.0"]),
                ("-Special <b>costs</b>", None, -1, ["12.5", "–"]),
            ],
        )
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    return company


@pytest.fixture
def viewer(client: Client) -> Client:
    """Staff who may look at statements and at nothing else."""
    person = User.objects.create_user("vera", password="secret", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_compiledstatement"))
    client.force_login(person)
    return client


def test_it_shows_each_year_with_its_figures_and_links(viewer: Client, company: Company) -> None:
    page = viewer.get("/admin/statements/northwind/").content.decode()
    assert "FY2024" in page
    assert "FY2022" in page
    assert "1,024" in page
    fact = Fact.objects.get(document__fiscal_year=2024, concept="is.revenue", period_end__year=2024)
    assert f"/admin/statements/figures/{fact.pk}/" in page
    assert "Annual report 2024, page 7" in page
    assert "<script>alert(1)</script>" not in page
    assert "-Special &lt;b&gt;costs&lt;/b&gt;" in page


def test_a_dash_takes_no_digit_from_the_figures_beside_it(viewer: Client, company: Company) -> None:
    page = viewer.get("/admin/statements/northwind/?unit=millions").content.decode()
    assert "1,024.0" in page
    assert "(12.5)" in page


def test_a_total_that_is_printed_without_a_label_says_so(viewer: Client, company: Company) -> None:
    document = a_document(company, 2025)
    lines = [
        ("Revenue", "is.revenue", 1, ["1,025.0", "1,024.0"]),
        ("", None, 1, ["513.5", "512.5"]),
    ]
    store_reading(document.current_version, a_reading([2025, 2024], lines), options_digest="d", task_run=None)
    compile_company(company)
    page = viewer.get("/admin/statements/northwind/").content.decode()
    assert "(no label)" in page
    assert ">company:" not in page


def test_the_unit_can_be_chosen(viewer: Client, company: Company) -> None:
    page = viewer.get("/admin/statements/northwind/?unit=thousands").content.decode()
    assert "1,024,000" in page


@pytest.mark.parametrize(
    "query",
    ["?statement=nonsense", "?view=nonsense", "?unit=1", "?view=as_of", "?view=as_of&as_of=2024-99-99"],
)
def test_words_that_mean_nothing_fall_back(viewer: Client, company: Company, query: str) -> None:
    response = viewer.get(f"/admin/statements/northwind/{query}")
    assert response.status_code == 200
    assert "FY2024" in response.content.decode()


def test_a_view_as_of_a_day_before_any_report_is_empty(viewer: Client, company: Company) -> None:
    page = viewer.get("/admin/statements/northwind/?view=as_of&as_of=2001-01-01").content.decode()
    assert "Nothing has been compiled yet" in page


QUERIES = {"": 17, "?share=1&growth=1": 17, "?cell=is.revenue@2023-12-31": 24, "?lines=all": 17}


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_needs_as_many_queries_however_long_the_table(
    viewer: Client, company: Company, django_assert_num_queries: object, query: str
) -> None:
    viewer.get("/admin/statements/northwind/")  # what is asked once
    with django_assert_num_queries(QUERIES[query]):  # type: ignore[operator]
        viewer.get(f"/admin/statements/northwind/{query}")
    lines = [(f"Special costs {n}", None, -1, [f"{n}.5", "–"]) for n in range(1, 41)]
    document = a_document(company, 2025)
    reading = a_reading([2025, 2024], [("Revenue", "is.revenue", 1, ["1,025.0", "1,024.0"]), *lines])
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    with django_assert_num_queries(QUERIES[query]):  # type: ignore[operator]
        viewer.get(f"/admin/statements/northwind/{query}")


def test_shares_and_growth_are_columns_of_their_own_when_asked_for(viewer: Client, company: Company) -> None:
    plain = viewer.get("/admin/statements/northwind/").content.decode()
    assert plain.count('class="tf-beside"') == 0
    page = viewer.get("/admin/statements/northwind/?share=1&growth=1").content.decode()
    # Two beside each of three years: in the heading and in two lines.
    assert page.count('class="tf-beside"') == 2 * 3 * 3
    assert '<td class="tf-beside">(1.2)</td>' in page
    assert '<td class="tf-beside">+0.1</td>' in page


def test_the_cell_that_the_address_names_is_proven_beside_the_table(viewer: Client, company: Company) -> None:
    closed = viewer.get("/admin/statements/northwind/").content.decode()
    assert "Every report that gives this figure" not in closed
    page = viewer.get("/admin/statements/northwind/?cell=is.revenue@2023-12-31").content.decode()
    assert "Every report that gives this figure" in page
    assert page.count("Annual report 2023</a>, page 7") == 1
    assert "<strong>Annual report 2024</strong>, page 7" in page
    assert "#page=7" in page
    assert "All amounts" not in page
    assert "EUR million" in page
    again = viewer.get("/admin/statements/northwind/?cell=nonsense").content.decode()
    assert "Every report that gives this figure" not in again


def test_a_figure_a_gap_and_a_dash_are_proven_by_themselves(viewer: Client, company: Company) -> None:
    address = "/admin/statements/northwind/cell/"
    figure = viewer.get(address, {"cell": "is.revenue@2024-12-31"}).content.decode()
    assert "<title>" in figure
    assert "Every report that gives this figure" in figure
    part = viewer.get(address, {"cell": "is.revenue@2024-12-31", "part": "1"}).content.decode()
    assert "<title>" not in part
    assert "1,024,000,000 EUR" in part
    gap = viewer.get(address, {"cell": "is.tax@2024-12-31", "part": "1"}).content.decode()
    assert "The statement was read and does not print this line." in gap
    assert "Nothing is to be done" in gap
    own = Fact.objects.filter(concept="", state="nil").latest("pk")
    key = CompiledCell.objects.get(
        fact=own, row__compiled__is_current=True, row__compiled__view="latest"
    ).row.key
    dash = viewer.get(address, {"cell": f"{key}@2023-12-31", "part": "1"}).content.decode()
    assert "<strong>–</strong>" in dash


def test_a_derived_figure_names_what_it_is_made_of(viewer: Client) -> None:
    company = a_company("made")
    lines = [("Revenue", "is.revenue", 1, ["100"]), ("Cost of sales", "is.cost_of_sales", -1, ["60"])]
    document = a_document(company, 2024)
    store_reading(document.current_version, a_reading([2024], lines), options_digest="d", task_run=None)
    compile_company(company)
    derived = CompiledCell.objects.filter(row__compiled__company=company, formula__gt="").first()
    assert derived is not None
    proof = viewer.get(
        "/admin/statements/made/cell/", {"cell": f"{derived.row.key}@2024-12-31", "part": "1"}
    ).content.decode()
    assert "Derived by a formula, not printed" in proof
    assert proof.count("Annual report 2024, page 7") == len(derived.derived_from) == 2


def test_a_cell_that_is_not_there_is_not_found(viewer: Client, company: Company) -> None:
    for cell in ("", "is.revenue@1999-12-31", "nothing@2024-12-31"):
        assert viewer.get("/admin/statements/northwind/cell/", {"cell": cell}).status_code == 404


def test_identities_are_shown_with_their_numbers(viewer: Client, company: Company) -> None:
    fact = Fact.objects.get(document__fiscal_year=2024, concept="is.revenue", period_end__year=2024)
    ValidationResult.objects.create(
        table=fact.observation.row.table,
        identity="I1",
        column_ordinal=fact.observation.column.ordinal,
        outcome="fails",
        left=Decimal(1_024_000_000),
        right=Decimal(1_020_000_000),
        tolerance=Decimal(100_000),
        row_ordinals=[fact.observation.row.ordinal],
        explanation="It does not.",
    )
    page = viewer.get(f"/admin/statements/figures/{fact.pk}/").content.decode()
    assert "I1 fails" in page
    assert "Revenue less cost of sales is gross profit" in page
    assert "1,024,000,000 against 1,020,000,000, difference 4,000,000; rounding allows 100,000" in page


def test_who_decided_about_the_statement_is_named(viewer: Client, company: Company) -> None:
    fact = Fact.objects.get(document__fiscal_year=2024, concept="is.revenue", period_end__year=2024)
    page = viewer.get(f"/admin/statements/figures/{fact.pk}/").content.decode()
    assert "Nobody yet." in page
    asked = {"company": company, "document": fact.document, "kind": "unproven"}
    ReviewItem.objects.create(
        **asked,
        fingerprint="1",
        reason="Of the income statement.",
        details={"statement": "income_statement"},
        state="accepted",
        decided_by=User.objects.create_user("ada"),
        decided_at=datetime(2025, 5, 4, tzinfo=UTC),
    )
    ReviewItem.objects.create(
        **asked, fingerprint="2", reason="Of the balance sheet.", details={"statement": "balance_sheet"}
    )
    page = viewer.get(f"/admin/statements/figures/{fact.pk}/").content.decode()
    assert "Accepted by ada on 4 May 2025" in page
    assert "Of the income statement." in page
    assert "Of the balance sheet." not in page


def test_a_stranger_is_asked_to_sign_in(client: Client, company: Company) -> None:
    response = client.get("/admin/statements/northwind/")
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_staff_without_the_permission_are_refused(client: Client, company: Company) -> None:
    client.force_login(User.objects.create_user("sam", is_staff=True))
    assert client.get("/admin/statements/northwind/").status_code == 403
    assert client.get("/admin/statements/northwind/cell/?cell=is.revenue@2024-12-31").status_code == 403
    assert client.get("/admin/statements/northwind/export.csv").status_code == 403


def test_looking_does_not_allow_starting(viewer: Client, company: Company) -> None:
    assert viewer.post("/admin/statements/northwind/extract/").status_code == 403
    assert viewer.get("/admin/statements/northwind/extract/").status_code == 405


def test_csv_has_exact_figures_and_no_formulas(viewer: Client, company: Company) -> None:
    response = viewer.get("/admin/statements/northwind/export.csv")
    # The mark in front tells spreadsheet programs that the letters are UTF-8.
    assert response.content.startswith(b"\xef\xbb\xbfkey,")
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0][5:] == ["2024-12-31", "2023-12-31", "2022-12-31"]
    revenue = next(line for line in lines if line[0] == "is.revenue")
    assert revenue[5:] == ["1024000000", "1023000000", "1022000000"]
    own = next(line for line in lines if line[1].endswith("costs</b>"))
    assert own[1] == "'-Special <b>costs</b>"
    # The newest report prints a dash for 2023, which is its word for nothing.
    assert own[5:] == ["-12500000", "0", "0"]


def test_the_workbook_keeps_numbers_numbers_and_texts_texts(viewer: Client, company: Company) -> None:
    response = viewer.get("/admin/statements/northwind/export.xlsx?unit=millions")
    sheet = openpyxl.load_workbook(io.BytesIO(response.content))["Income statement"]
    assert sheet["A1"].value.startswith("=HYPERLINK")
    assert sheet["A1"].data_type == "s"
    rows = {line[0].value: line for line in sheet.iter_rows(min_row=6)}
    revenue = rows["Revenue"]
    assert Decimal(str(revenue[1].value)) == Decimal("1024")
    assert revenue[1].data_type == "n"
    assert "page 7" in revenue[1].comment.text
    assert Decimal(str(rows["-Special <b>costs</b>"][1].value)) == Decimal("-12.5")


def test_json_has_all_statements_of_the_company(viewer: Client, company: Company) -> None:
    response = viewer.get("/admin/statements/northwind/export.json")
    assert response["Content-Disposition"] == 'attachment; filename="northwind-statements.json"'
    [income] = response.json()["statements"]
    revenue = next(row for row in income["rows"] if row["key"] == "is.revenue")
    assert [cell["value"] for cell in revenue["cells"]] == ["1024000000", "1023000000", "1022000000"]


def test_a_workbook_as_of_a_day_knows_only_what_was_known(viewer: Client, company: Company) -> None:
    response = viewer.get("/admin/statements/northwind/export.xlsx?view=as_of&as_of=2024-06-30&unit=millions")
    workbook = openpyxl.load_workbook(io.BytesIO(response.content))
    sheet = workbook["Income statement"]
    assert sheet["A2"].value == "Income statement · as known on 30 June 2024"
    assert [cell.value for cell in sheet[5][1:]] == ["FY2023", "FY2022"]
    again = viewer.get("/admin/statements/northwind/export.xlsx?view=as_of&as_of=2024-06-30&unit=millions")
    assert again.content == response.content


def test_an_export_of_nothing_is_not_found(viewer: Client) -> None:
    a_company("empty")
    for extension in ("csv", "json", "xlsx"):
        assert viewer.get(f"/admin/statements/empty/export.{extension}").status_code == 404
