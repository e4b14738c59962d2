"""Compiled statements, facts, provenance, restatements and the taxonomy over HTTP."""

import io
from datetime import date

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from companies.models import Company
from companies.rates import import_ecb_rates
from engine.concepts.taxonomy import load_taxonomy
from extraction.compile import compile_company
from extraction.models import CompiledStatement, Fact
from extraction.store import store_reading
from tests.extraction.made import Line, a_company, a_document, a_reading
from tests.extraction.test_conversion import rates_of

pytestmark = pytest.mark.django_db
COMPILED = "/api/v1/compiled-statements/"


@pytest.fixture
def api() -> APIClient:
    """Somebody who may look at figures and at nothing else."""
    reader = User.objects.create_user("rita")
    names = ["view_fact", "view_restatement", "view_compiledstatement", "view_extractionrun"]
    reader.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = APIClient()
    client.force_authenticate(reader)
    return client


def read(company: Company, year: int, lines: list[Line]) -> None:
    document = a_document(company, year, published_on=date(year + 1, 3, 1))
    store_reading(
        document.current_version, a_reading([year, year - 1], lines), options_digest="d", task_run=None
    )


@pytest.fixture
def company() -> Company:
    """Two reports; the later restates the revenue of 2023."""
    company = a_company()
    read(company, 2023, [("Turnover", "is.revenue", 1, ["1,000", "900"])])
    read(
        company,
        2024,
        [("Revenue", "is.revenue", 1, ["1,100", "980"]), ("Income tax", "is.tax", -1, ["50", "40"])],
    )
    compile_company(company)
    return company


def revenue(table: dict) -> list[str | None]:
    (row,) = [row for row in table["rows"] if row["key"] == "is.revenue"]
    return [cell["value"] for cell in row["cells"]]


def test_a_statement_is_named_by_company_type_view_and_period(api: APIClient, company: Company) -> None:
    listed = api.get(f"{COMPILED}?company={company.pk}").json()
    assert [(entry["statement"], entry["view"], entry["period"]) for entry in listed["results"]] == [
        ("income_statement", "latest", "full_year"),
        ("income_statement", "original", "full_year"),
    ]
    assert "rows" not in listed["results"][0]
    asked = f"{COMPILED}?company={company.pk}&type=income_statement"
    latest, original = (api.get(f"{asked}&view={view}").json()["results"] for view in ("latest", "original"))
    assert [revenue(table) for table in latest] == [
        ["1100000000.000000", "980000000.000000", "900000000.000000"]
    ]
    assert [revenue(table) for table in original] == [
        ["1100000000.000000", "1000000000.000000", "900000000.000000"]
    ]
    assert [column["heading"] for column in latest[0]["columns"]] == ["FY2024", "FY2023", "FY2022"]
    (row,) = [row for row in latest[0]["rows"] if row["key"] == "is.revenue"]
    assert [cell["restated"] for cell in row["cells"]] == [False, True, False]
    detail = api.get(f"{COMPILED}{latest[0]['id']}/").json()
    assert detail == latest[0]


def test_a_view_as_of_a_day_is_compiled_for_the_request(api: APIClient, company: Company) -> None:
    before = CompiledStatement.objects.count()
    (table,) = api.get(f"{COMPILED}?company={company.pk}&as_of=2024-06-30").json()["results"]
    assert (table["id"], table["version"], table["view"], table["as_of"]) == (
        None,
        None,
        "as_of",
        "2024-06-30",
    )
    assert revenue(table) == ["1000000000.000000", "900000000.000000"]
    assert CompiledStatement.objects.count() == before
    assert api.get(f"{COMPILED}?company={company.pk}&as_of=2020-01-01").json()["results"] == []


def test_another_currency_comes_with_its_rates(api: APIClient, company: Company) -> None:
    import_ecb_rates(rates_of(2024, "1.10", "1.00"))
    (table,) = api.get(f"{COMPILED}?company={company.pk}&type=income_statement&currency=USD").json()[
        "results"
    ]
    assert (table["currency"], table["converted_from"]) == ("USD", "EUR")
    (row,) = [row for row in table["rows"] if row["key"] == "is.revenue"]
    assert (row["cells"][0]["value"], row["cells"][1]["value"], row["cells"][1]["gap"]) == (
        "1154580152.671756", None, "no_rate",
    )  # fmt: skip
    assert "262 daily rates" in row["cells"][0]["converted"]
    kept = CompiledStatement.objects.get(view="latest")
    assert api.get(f"{COMPILED}{kept.pk}/?currency=USD").json()["rows"] == table["rows"]


def test_tables_come_as_files(api: APIClient, company: Company) -> None:
    asked = f"{COMPILED}?company={company.pk}"
    csv = api.get(f"{asked}&type=income_statement&format=csv")
    assert csv["Content-Type"].startswith("text/csv")
    assert "is.revenue,Revenue,line,0,EUR,1100000000,980000000,900000000" in csv.content.decode()
    book = api.get(f"{asked}&format=xlsx")
    assert openpyxl.load_workbook(io.BytesIO(book.content))["Income statement"]["B5"].value == "FY2024"
    found = api.get(f"{asked}&format=provenance").json()
    assert found["format"] == "tenfold.compiled-statements"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("view=as_of", "as_of"),
        ("as_of=2024-06-30", "company"),
        ("currency=USD", "company"),
        ("company=1&format=csv", "type"),
        ("format=xlsx", "company"),
        ("company=1&type=nonsense", "type"),
        ("company=1&period=month", "period"),
        ("company=1&currency=dollars", "currency"),
        ("company=1&as_of=soon", "as_of"),
        ("statment=income_statement", "statment"),
    ],
)
def test_what_cannot_be_answered_is_named(api: APIClient, query: str, name: str) -> None:
    answer = api.get(f"{COMPILED}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [name])


def test_what_is_not_there_is_not_found(api: APIClient, company: Company) -> None:
    missing = [
        f"{COMPILED}999999/", f"{COMPILED}999999/changes/", "/api/v1/facts/999999/provenance/",
        "/api/v1/taxonomy/is.nothing/", f"{COMPILED}?company={company.pk}&type=balance_sheet&format=csv",
    ]  # fmt: skip
    assert {path: api.get(path).status_code for path in missing} == dict.fromkeys(missing, 404)


def test_a_version_tells_its_changes(api: APIClient, company: Company) -> None:
    read(company, 2025, [("Revenue", "is.revenue", 1, ["1,200", "1,090"])])
    compile_company(company)
    current = CompiledStatement.objects.get(view="latest", is_current=True)
    found = api.get(f"{COMPILED}{current.pk}/changes/").json()
    assert found["count"] == 2
    assert [
        (c["kind"], c["cause"], c["period_end"], c["old_value"], c["new_value"]) for c in found["results"]
    ] == [
        ("added", "new_document", "2025-12-31", None, "1200000000.000000"),
        ("changed", "new_document", "2024-12-31", "1100000000.000000", "1090000000.000000"),
    ]
    only = api.get(f"{COMPILED}{current.pk}/changes/?kind=changed").json()
    assert [change["period_end"] for change in only["results"]] == ["2024-12-31"]
    older = CompiledStatement.objects.get(view="latest", is_current=False)
    assert api.get(f"{COMPILED}{older.pk}/").json()["version"] == 1


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("concept=is.tax", 2),
        ("period_end=2023-12-31", 3),
        ("period_from=2023-12-31", 5),
        ("period_to=2022-12-31", 1),
        ("as_of=2024-06-30", 2),
        ("statement=balance_sheet", 0),
        ("currency=EUR&state=value", 6),
        ("confidence=0.99", 0),
        ("scope=consolidated&period_kind=duration&page_size=2", 6),
    ],
)
def test_facts_are_narrowed_by_allowed_filters(
    api: APIClient, company: Company, query: str, count: int
) -> None:
    assert api.get(f"/api/v1/facts/?company={company.pk}&{query}").json()["count"] == count


def test_the_provenance_of_a_figure(api: APIClient, company: Company) -> None:
    fact = Fact.objects.get(concept="is.revenue", period_end=date(2023, 12, 31), value=980_000_000)
    found = api.get(f"/api/v1/facts/{fact.pk}/provenance/").json()
    document = fact.document
    assert (found["document"]["id"], found["document"]["sha256"]) == (
        document.pk,
        document.current_version.sha256,
    )
    assert (found["page"], found["box"], found["text"]) == (7, [100.0, 100.0, 150.0, 110.0], "980")
    assert (found["line"], found["heading"], found["stands"]) == ("Revenue", "2023", True)
    assert found["unit"] == {
        "currency": "EUR", "scale": 1_000_000,
        "evidence": {"page": 7, "box": [100.0, 100.0, 150.0, 110.0], "text": "EUR million"},
    }  # fmt: skip
    assert (found["mapping"]["method"], found["mapping"]["confidence"]) == ("exact_synonym", 0.99)
    assert (found["mapping"]["sign"], found["mapping"]["sign_rule"]) == (1, "natural_sign")
    assert [(v["value"], v["text"], v["published_on"]) for v in found["vintages"]] == [
        ("980000000.000000", "980", "2025-03-01"),
        ("1000000000.000000", "1,000", "2024-03-01"),
    ]
    assert [r["kind"] for r in found["restatements"]] == ["silent"]
    assert (found["identities"], found["reading"]["engine_version"]) == ([], "test")


def test_the_provenance_tells_the_identities_with_their_outcome(api: APIClient, admin_client: Client) -> None:
    from extraction.models import StatementTable, ValidationResult

    company = a_company()
    read(company, 2024, [("Revenue", "is.revenue", 1, ["1,100", "980"])])
    ValidationResult.objects.create(
        table=StatementTable.objects.get(), identity="I1", column_ordinal=0, outcome="fails",
        row_ordinals=[0], explanation="Fails: it does not add up.",
    )  # fmt: skip
    fact = Fact.objects.get(period_end=date(2024, 12, 31))
    assert api.get(f"/api/v1/facts/{fact.pk}/provenance/").json()["identities"] == [
        {
            "identity": "I1",
            "outcome": "fails",
            "explanation": "Fails: it does not add up.",
            "lines": ["Revenue"],
        }
    ]


def test_restatements_can_be_asked_for_as_of_a_day(api: APIClient, company: Company) -> None:
    path = f"/api/v1/restatements/?company={company.pk}&row=is.revenue&kind=silent"
    (found,) = api.get(path).json()["results"]
    assert (found["old_value"], found["new_value"]) == ("1000000000.000000", "980000000.000000")
    assert api.get(f"{path}&as_of=2025-02-28").json()["count"] == 0
    assert api.get(f"{path}&as_of=2025-03-01").json()["count"] == 1


def test_the_taxonomy_is_listed_and_told_in_detail(api: APIClient) -> None:
    listed = api.get("/api/v1/taxonomy/?page_size=500").json()
    assert listed["count"] == len(load_taxonomy())
    banks = api.get("/api/v1/taxonomy/?statement=income_statement&template=bank&page_size=500").json()[
        "results"
    ]
    codes = {item["code"] for item in banks}
    assert "is.net_interest" in codes
    assert "is.gross_profit" not in codes
    assert [i["code"] for i in api.get("/api/v1/taxonomy/?search=goodwill").json()["results"]] == [
        "bs.goodwill"
    ]
    found = api.get("/api/v1/taxonomy/is.gross_profit/").json()
    assert (found["label"], found["parents"], found["core"]) == (
        "Gross profit",
        ["is.operating_profit"],
        True,
    )
    assert found["children"] == ["is.revenue", "is.cost_of_sales"]
    assert found["templates"] == ["commercial"]
    assert [name["name"] for name in found["ifrs"]] == ["GrossProfit"]
    assert "is.revenue + is.cost_of_sales" in [arc["formula"] for arc in found["arcs"]]
    assert {label["language"] for label in found["labels"]} >= {"en", "de", "fr", "es", "it", "nl"}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/facts/",
        "/api/v1/restatements/",
        COMPILED,
        "/api/v1/extractions/",
        f"{COMPILED}1/",
        f"{COMPILED}1/changes/",
    ],
)
def test_who_may_not_look_in_the_admin_may_not_read_here(company: Company, path: str) -> None:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("oscar"))
    assert client.get(path).status_code == 403
    assert client.get("/api/v1/taxonomy/").status_code == 200


def test_queries_do_not_grow_with_rows(api: APIClient, company: Company) -> None:
    kept = CompiledStatement.objects.get(view="latest")
    fact = Fact.objects.filter(concept="is.revenue").first()
    assert fact is not None
    paths = [
        "/api/v1/facts/?page_size=500", "/api/v1/restatements/?page_size=500", f"{COMPILED}{kept.pk}/",
        f"{COMPILED}?company={company.pk}&type=income_statement", f"{COMPILED}{kept.pk}/changes/",
        f"{COMPILED}?company={company.pk}&as_of=2024-06-30", f"/api/v1/facts/{fact.pk}/provenance/",
    ]  # fmt: skip

    def counts() -> list[int]:
        found = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert api.get(path).status_code == 200
            found.append(len(asked))
        return found

    counts()  # what is remembered of the reader and the taxonomy is asked for once
    few = counts()
    more: list[Line] = [(f"Line {n}", None, 1, [f"{n + 10}", f"{n + 50}"]) for n in range(40)]
    read(company, 2025, [("Revenue", "is.revenue", 1, ["1,200", "1,050"]), *more])
    compile_company(company)
    paths[2] = f"{COMPILED}{CompiledStatement.objects.get(view='latest', is_current=True).pk}/"
    assert counts() == few


def test_the_description_has_no_warnings() -> None:
    said = io.StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=said)
    assert "/api/v1/compiled-statements/{id}/changes/" in said.getvalue()
