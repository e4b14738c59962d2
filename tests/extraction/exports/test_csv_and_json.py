"""The exports for programs: exact figures, and the place of each on its page."""

import csv
import io
import json

import pytest

from companies.models import Company
from extraction.exports import to_csv, to_json
from extraction.models import CompiledStatement, Fact
from tests.extraction.exports.made import NAME, northwind, northwind_export

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return northwind()


def test_csv_has_a_line_per_row_and_exact_figures(company: Company) -> None:
    lines = list(csv.reader(io.StringIO(to_csv(northwind_export(company).tables[0]))))
    assert lines[0] == ["key", "label", "kind", "level", "unit", "2024-12-31", "2023-12-31", "2022-12-31"]
    rows = {line[0]: line[1:] for line in lines[1:]}
    assert rows["is.cost_of_sales"] == [
        "Cost of sales", "line", "1", "EUR", "-600000000", "-550000000", "-500000000",
    ]  # fmt: skip
    assert rows["is.eps_basic"][3:] == ["EUR per share", "1.25", "1.1", ""]
    # Costs of 2023 are those of the newer report.
    assert rows["is.sga"][5:] == ["-125000000", "-110000000"]


def test_no_text_of_csv_begins_like_a_formula(company: Company) -> None:
    lines = list(csv.reader(io.StringIO(to_csv(northwind_export(company).tables[0]))))
    labels = [line[1] for line in lines]
    assert '\'=HYPERLINK("http://x.example";"Costs")' in labels
    assert "– of which leases" in labels
    assert "'+1 plan" in labels
    assert not [cell for line in lines for cell in line[:5] if cell.startswith(("=", "+", "-", "@"))]
    # A negative figure is a number, not a text that was made harmless.
    costs = next(line for line in lines if line[0] == "is.cost_of_sales")
    assert [float(figure) for figure in costs[5:]] == [-6e8, -5.5e8, -5e8]


def test_json_gives_each_figure_with_its_place(company: Company) -> None:
    export = json.loads(to_json(northwind_export(company)))
    assert (export["format"], export["format_version"]) == ("tenfold.compiled-statements", 1)
    assert export["company"]["name"] == NAME
    assert [statement["statement"] for statement in export["statements"]] == [
        "income_statement", "balance_sheet", "cash_flow_statement",
    ]  # fmt: skip
    income = export["statements"][0]
    assert [period["end"] for period in income["periods"]] == ["2024-12-31", "2023-12-31", "2022-12-31"]
    rows = {row["key"]: row for row in income["rows"]}
    cell = rows["is.sga"]["cells"][1]
    fact = Fact.objects.get(concept="is.sga", value=-125_000_000)
    assert cell == {
        "period_end": "2023-12-31",
        "state": "value",
        "value": "-125000000",
        "gap": None,
        "restated": True,
        "confidence": fact.confidence,
        "formula": None,
        "derived_from": [],
        "sum_of": None,
        "converted": None,
        "source": {
            "fact": fact.pk,
            "document": fact.document_id,
            "page": 7,
            "box": [100.0, 100.0, 150.0, 110.0],
            "printed": "125",
            "label": "Selling and general",
            "method": "reading",
            "entered_by_a_person": False,
            "decimals": -6,
            "published_on": "2024-12-31",
            "published_on_source": "period_end",
            "proof": f"http://localhost:8000/admin/statements/figures/{fact.pk}/",
        },
    }
    assert rows["is.gross_profit"]["cells"][0]["sum_of"] == [
        {"key": "is.revenue", "weight": 1},
        {"key": "is.cost_of_sales", "weight": 1},
    ]
    assert [cell["state"] for cell in rows["is.eps_basic"]["cells"]] == ["value", "value", "gap"]
    own = next(row for row in income["rows"] if row["label"].startswith("=HYPERLINK"))
    assert (own["concept"], [cell["state"] for cell in own["cells"]]) == (None, ["value", "nil", "gap"])
    assert own["cells"][2]["gap"] == "not_disclosed"


def test_json_says_what_was_derived_restated_and_checked(company: Company) -> None:
    export = json.loads(to_json(northwind_export(company)))
    balance = export["statements"][1]
    rows = {row["key"]: row for row in balance["rows"]}
    derived = rows["bs.total_nca"]["cells"][0]
    assert (derived["state"], derived["value"], derived["formula"], derived["source"]) == (
        "derived", "550000000", "bs.total_assets - bs.total_ca", None,
    )  # fmt: skip
    assert len(derived["derived_from"]) == 2
    checks = {check["code"]: check["periods"] for check in balance["checks"]}
    assert [
        (period["period_end"][:4], period["holds"], period["difference"])
        for period in checks["bs.total_assets"]
    ] == [("2024", True, "0"), ("2023", True, "0"), ("2022", False, "-70000000")]
    across = {row["code"]: row["checks"][0] for row in export["checks_across"]}
    assert across["X2"] == {
        "left": {"statement": "cash_flow_statement", "key": "cf.cash_close", "period_end": "2024-12-31"},
        "right": {"statement": "balance_sheet", "key": "bs.cash", "period_end": "2024-12-31"},
        "holds": True,
        "difference": "0",
        "allowed_by_rounding": "1000000",
    }
    found = {(entry["row"], entry["old_value"], entry["new_value"]) for entry in export["restatements"]}
    assert found == {
        ("is.sga", "-120000000", "-125000000"),
        ("is.operating_profit", "230000000", "225000000"),
    }
    assert [(document["fiscal_year"], document["title"]) for document in export["documents"]] == [
        (2024, "Annual report 2024"),
        (2023, "Annual report 2023"),
    ]


def test_the_same_version_gives_the_same_text(company: Company) -> None:
    assert to_json(northwind_export(company)) == to_json(northwind_export(company))
    stored = CompiledStatement.objects.get(company=company, view="latest", statement="balance_sheet")
    balance = json.loads(to_json(northwind_export(company)))["statements"][1]
    assert (balance["version"], balance["content_hash"]) == (1, stored.content_hash)


def test_the_address_of_the_installation_is_a_setting(company: Company, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PUBLIC_URL = "https://tenfold.example.org/bank"
    assert '"proof": "https://tenfold.example.org/bank/admin/statements/figures/' in to_json(
        northwind_export(company)
    )
