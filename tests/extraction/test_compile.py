"""Facts of several reports folded into one statement, in the database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from companies.models import Company
from documents.models import PublicationDateSource
from engine.kinds import CompiledView, MappingMethod, Scope, StatementKind
from extraction.compile import compile_as_of, compile_company
from extraction.load import vintages_of
from extraction.models import CompiledCell, CompiledStatement, Restatement
from extraction.store import store_reading
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    """Three reports: thousands become millions, 2022 is restated, Turnover becomes Revenue."""
    company = a_company()
    for year, scale, lines in (
        (
            2022,
            1_000,
            [
                ("Turnover", "is.revenue", 1, ["1,000,000", "900,000"]),
                ("Cost of sales", "is.cost_of_sales", -1, ["600,000", "550,000"]),
                ("Gain on the old mill", None, 1, ["171,000", "160,000"]),
            ],
        ),
        (
            2023,
            1_000_000,
            [
                ("Revenue", "is.revenue", 1, ["1,100", "990"]),
                ("Cost of sales", "is.cost_of_sales", -1, ["650", "600"]),
                ("Gain on the mill", None, 1, ["182", "171"]),
            ],
        ),
        (
            2024,
            1_000_000,
            [
                ("Revenue", "is.revenue", 1, ["1,200", "1,100"]),
                ("Cost of sales", "is.cost_of_sales", -1, ["700", "650"]),
                ("Gain on the mill", None, 1, ["190", "182"]),
            ],
        ),
    ):
        document = a_document(
            company,
            year,
            published_on=date(year + 1, 3, 1),
            published_on_source=PublicationDateSource.PERSON,
        )
        reading = a_reading([year, year - 1], lines, scale=scale)
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    return company


def row(company: Company, concept: str, view: str = "latest") -> list[Decimal | None]:
    return list(
        CompiledCell.objects.filter(
            row__compiled__company=company,
            row__compiled__is_current=True,
            row__compiled__view=view,
            row__concept=concept,
        )
        .order_by("ordinal")
        .values_list("value", flat=True)
    )


def test_the_newest_report_wins_and_scales_are_one(company: Company) -> None:
    results = compile_company(company)
    assert [result.stored.view for result in results] == ["latest", "original"]
    assert [period["end"] for period in results[0].stored.periods] == [
        "2024-12-31",
        "2023-12-31",
        "2022-12-31",
        "2021-12-31",
    ]
    millions = [Decimal(value) * 1_000_000 for value in (1200, 1100, 990, 900)]
    assert row(company, "is.revenue") == millions
    assert row(company, "is.cost_of_sales") == [
        Decimal(value) * 1_000_000 for value in (-700, -650, -600, -550)
    ]


def test_the_first_report_wins_in_the_original_view(company: Company) -> None:
    compile_company(company)
    assert row(company, "is.revenue", "original")[2] == Decimal("1000000000")


def test_a_day_in_the_past_knows_only_what_was_published_then(company: Company) -> None:
    values = compile_as_of(company, StatementKind.INCOME_STATEMENT, date(2023, 6, 30))
    assert values.request.view is CompiledView.AS_OF
    revenue = next(row for row in values.rows if row.concept == "is.revenue")
    assert [(cell.period.end.year, cell.value) for cell in revenue.cells if cell.value is not None] == [
        (2022, Decimal("1000000000")),
        (2021, Decimal("900000000")),
    ]


def test_a_changed_figure_is_a_restatement_with_both_facts(company: Company) -> None:
    compile_company(company)
    found = Restatement.objects.get(company=company)
    assert (found.label, found.period_end) == ("Revenue", date(2022, 12, 31))
    assert (found.old_value, found.new_value) == (Decimal("1000000000"), Decimal("990000000"))
    assert found.old_fact.document.fiscal_year == 2022
    assert found.new_fact.document.fiscal_year == 2023
    assert found.explanation
    cell = CompiledCell.objects.get(
        row__compiled__is_current=True,
        row__compiled__view="latest",
        row__concept="is.revenue",
        period_end=date(2022, 12, 31),
    )
    assert cell.restated


def test_a_company_line_keeps_its_row_through_a_renaming(company: Company) -> None:
    compile_company(company)
    compiled = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    own = compiled.rows.get(concept="", label="Gain on the mill")
    assert own.labels == ["Gain on the mill", "Gain on the old mill"]
    assert [cell.value for cell in own.cells.order_by("ordinal")] == [
        Decimal(value) * 1_000_000 for value in (190, 182, 171, 160)
    ]


def test_compiling_again_writes_nothing(company: Company) -> None:
    compile_company(company)
    again = compile_company(company)
    assert [result.is_new for result in again] == [False, False]
    assert CompiledStatement.objects.count() == 2
    assert Restatement.objects.count() == 1


def test_a_new_report_makes_a_second_version(company: Company) -> None:
    compile_company(company)
    document = a_document(company, 2025, published_on=date(2026, 3, 1))
    reading = a_reading([2025, 2024], [("Revenue", "is.revenue", 1, ["1,300", "1,200"])])
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    current = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    assert current.version == 2
    assert row(company, "is.revenue")[0] == Decimal("1300000000")
    gaps = CompiledCell.objects.filter(
        row__compiled=current, row__concept="is.cost_of_sales", period_end=date(2025, 12, 31)
    )
    assert [gap.gap_reason for gap in gaps] == ["not_disclosed"]


def test_a_company_without_facts_gives_nothing() -> None:
    assert compile_company(a_company("empty")) == ()
    assert CompiledStatement.objects.count() == 0


def test_a_persons_decision_reaches_the_compile_as_such() -> None:
    company = a_company("decided")
    lines = [("Revenue", "is.revenue", 1, ["9"]), ("Grants", "is.other_op", 1, ["2"])]
    reading = a_reading([2024], lines)
    statement = reading.statements[0]
    decided = replace(statement.mappings[1], method=MappingMethod.CONFIRMED_RULE)
    reading = replace(reading, statements=(replace(statement, mappings=(statement.mappings[0], decided)),))
    document = a_document(company, 2024)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    found = vintages_of(company, StatementKind.INCOME_STATEMENT, Scope.CONSOLIDATED)
    assert [(vintage.label, vintage.confirmed) for vintage in found] == [("Revenue", False), ("Grants", True)]
