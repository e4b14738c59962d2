"""A worker that was thought lost and wakes up again stores nothing."""

import io
from pathlib import Path

import pytest
from django.db.models import F

from documents.models import Document
from documents.upload import accept_upload
from extraction.extract import extract
from extraction.models import ExtractionRun, Fact
from jobs.errors import LeaseLost
from jobs.launch import launch
from jobs.lease import claim
from jobs.models import TaskRun
from jobs.run import Run
from tests.conftest import ROOT
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def document(files: Path) -> Document:
    content = (ROOT / "demo" / "reports" / "annual-report-2025.pdf").read_bytes()
    return accept_upload(a_company(), io.BytesIO(content), "annual-report-2025.pdf").document


def started(document: Document) -> Run:
    launched = launch("extract_financial_statements", subject=document, document_id=document.pk)
    row = claim(launched.run.pk, owner="one", worker="one")
    assert row is not None
    return Run(row)


def test_the_start_that_holds_the_run_stores(document: Document) -> None:
    run = started(document)
    extract(document, storing=run.storing, task_run=run.row)
    run.commit()
    assert ExtractionRun.objects.get().task_run == run.row
    assert Fact.objects.count() == 180


def test_a_start_that_was_overtaken_stores_nothing(document: Document) -> None:
    run = started(document)
    TaskRun.objects.filter(pk=run.id).update(fence=F("fence") + 1)
    with pytest.raises(LeaseLost):
        extract(document, storing=run.storing, task_run=run.row)
    assert ExtractionRun.objects.count() == 0
    assert Fact.objects.count() == 0
    document.refresh_from_db()
    assert document.status == "downloaded"
