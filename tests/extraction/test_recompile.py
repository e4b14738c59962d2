"""How much a recompile costs: ten reports read before, their figures in the database, no file opened."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.compiled_years import invented
from companies.models import Company
from engine.kinds import StatementKind
from extraction.compile import compile_company
from extraction.models import CompiledCell, CompiledStatement, Fact
from extraction.store import store_reading
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]

YEARS = range(2014, 2024)


def company_with(lines: int) -> Company:
    """Ten reports of so many lines each, half of them the company's own."""
    company = a_company(f"lines-{lines}")
    for year in YEARS:
        printed = [
            (
                f"Own line {chr(97 + n // 26)}{chr(97 + n % 26)}",
                None,
                1,
                [str(year * 100 + n), str(year * 100 + n - 100)],
            )
            for n in range(lines)
        ]
        document = a_document(company, year, published_on=date(year + 1, 3, 1))
        made = a_reading([year, year - 1], [("Revenue", "is.revenue", 1, ["9", "8"]), *printed])
        store_reading(document.current_version, made, options_digest="d", task_run=None)
    return company


def queries_of(company: Company) -> int:
    with CaptureQueriesContext(connection) as queries:
        results = compile_company(company)
    assert [result.is_new for result in results] == [True, True]
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_rows(postgres: object) -> None:
    few, many = company_with(5), company_with(60)
    assert queries_of(few) == queries_of(many)
    rows = [
        CompiledStatement.objects.get(company=c, view="latest").rows.exclude(key__startswith="is.")
        for c in (few, many)
    ]
    assert [found.count() for found in rows] == [5, 60]


def test_ten_reports_are_recompiled_without_reading_a_file(postgres: object) -> None:
    # The documents' files are nowhere: whoever opened one would fail.
    company = a_company("wrenfold")
    for report in invented().reports:
        document = a_document(company, report.period_end.year, published_on=report.published)
        document.period_end = report.period_end
        document.save()
        store_reading(document.current_version, report.reading, options_digest="d", task_run=None)
    compile_company(company)
    Fact.objects.filter(company=company, concept="is.revenue").update(confidence=0.5)
    results = compile_company(company)
    assert [(r.stored.statement, r.stored.view, r.is_new) for r in results] == [
        (kind.value, view, kind is StatementKind.INCOME_STATEMENT)
        for kind in StatementKind
        for view in ("latest", "original")
    ]
    revenue = CompiledCell.objects.filter(
        row__compiled__is_current=True, row__compiled__view="latest", row__concept="is.revenue"
    )
    assert revenue.count() == 10  # years, of the eleven there are
    assert set(revenue.values_list("confidence", flat=True)) == {0.5}
