"""What several workers do at the same moment, and what the database refuses, on PostgreSQL."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from companies.models import Company
from documents.crawl import FoundDocument
from documents.discover import Change, upsert
from documents.models import Document
from engine.discover.links import Link
from engine.discover.rank import LinkRole, RankedLink
from engine.kinds import DocumentKind
from extraction.compile import compile_company
from extraction.models import CompiledCell, CompiledStatement, ExtractionRun, Fact, Restatement
from extraction.store import store_reading
from tests.extraction.made import a_company, a_document, a_reading
from tests.simultaneous import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]

REVENUE = [("Revenue", "is.revenue", 1, ["1,200", "1,100"])]


@pytest.fixture
def company(postgres: object) -> Company:
    return a_company()


def test_one_address_found_by_eight_workers_is_one_document(company: Company) -> None:
    link = Link("https://northwind.example/ar-2024.pdf", "Annual report 2024")
    ranked = RankedLink(link, LinkRole.DOCUMENT, 9.0, DocumentKind.ANNUAL_REPORT, 2024, ("link",), 0.9)
    found = FoundDocument(ranked, "https://northwind.example/")
    results = at_once([lambda: upsert(company, found)] * 8)
    assert sum(change is Change.NEW for _, change in results) == 1
    assert Document.objects.count() == 1


def test_four_compiles_at_once_write_one_version(company: Company) -> None:
    document = a_document(company, 2024)
    store_reading(
        document.current_version, a_reading([2024, 2023], REVENUE), options_digest="d", task_run=None
    )
    results = at_once([lambda: compile_company(company)] * 4)
    assert sum(result.is_new for compiled in results for result in compiled) == 2
    assert sorted(CompiledStatement.objects.values_list("view", "version", "is_current")) == [
        ("latest", 1, True),
        ("original", 1, True),
    ]


def test_a_reading_that_fails_half_way_leaves_nothing(company: Company) -> None:
    document = a_document(company, 2024)
    reading = a_reading([2024, 2023], REVENUE)
    store_reading(document.current_version, reading, options_digest="one", task_run=None)

    @transaction.atomic
    def store_and_die() -> None:
        store_reading(document.current_version, reading, options_digest="two", task_run=None)
        raise RuntimeError("the worker dies here")

    with pytest.raises(RuntimeError, match="the worker dies here"):
        store_and_die()
    run = ExtractionRun.objects.get()
    assert (run.options_digest, run.is_current) == ("one", True)
    assert Fact.objects.filter(superseded_at__isnull=True).count() == 2


@pytest.fixture
def compiled(company: Company) -> CompiledCell:
    document = a_document(company, 2024)
    store_reading(
        document.current_version, a_reading([2024, 2023], REVENUE), options_digest="d", task_run=None
    )
    compile_company(company)
    return CompiledCell.objects.filter(row__concept="is.revenue", row__compiled__view="latest").first()


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (CompiledCell, {"value": None, "gap_reason": ""}),
        (CompiledCell, {"value": Decimal(1), "gap_reason": "not_read"}),
        (CompiledStatement, {"view": "as_of"}),
        (Fact, {"state": "value", "value": None}),
        (Fact, {"state": "text", "value": Decimal(1)}),
        (Fact, {"period_kind": "instant", "period_start": date(2024, 1, 1)}),
        (Document, {"type_confidence": 1.5}),
        (Document, {"document_type": "novel"}),
        (Document, {"status": "lost"}),
        (Company, {"fiscal_year_end_month": 13}),
        (Company, {"sector_template": "circus"}),
    ],
)
def test_the_database_refuses_what_cannot_be(
    compiled: CompiledCell, model: type, change: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)  # type: ignore[attr-defined]


def test_a_pair_of_facts_is_one_restatement(company: Company) -> None:
    for year, figures in ((2023, ["1,100", "1,000"]), (2024, ["1,200", "1,150"])):
        document = a_document(company, year, published_on=date(year + 1, 3, 1))
        reading = a_reading([year, year - 1], [("Revenue", "is.revenue", 1, figures)])
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    at_once([lambda: compile_company(company)] * 4)
    restatement = Restatement.objects.get()
    assert (restatement.old_value, restatement.new_value) == (Decimal("1100000000"), Decimal("1150000000"))
