"""Keeping the text of a document's file."""

import io

import pytest
from django.db import connection

from documents.errors import NoFile
from documents.models import Document, DocumentText, DocumentVersion, PageText, Passage
from documents.storage import store_content
from documents.text import keep_text
from documents.upload import accept_upload
from engine.errors import Unreadable
from tests.documents.texts import company
from tests.engine.text.made_report import made_report
from tests.http import small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(files):
    return accept_upload(company("Northwind"), io.BytesIO(made_report()), "report.pdf").document


def test_it_works(document):
    kept = keep_text(document)
    assert kept.is_new
    text = kept.text
    assert (text.page_count, text.passage_count, text.language, text.hidden_pages) == (2, 4, "en", [2])
    first = text.passages.get(number=0)
    assert first.headings == "Business review\nWarehouses"
    assert (first.heading, first.page, first.last_page, first.kind) == ("Warehouses", 1, 1, "prose")
    assert [(s.page, s.text[:12]) for s in text.passages.get(number=2).sentences()] == [
        (1, "Rents under "), (2, "Mr. Smith jo"), (2, "The lease in"),
    ]  # fmt: skip
    assert "Ignore all" in text.pages.get(number=2).hidden
    assert text.profile["warehouses"] == 3


def test_the_same_file_is_not_read_again(document, monkeypatch):
    first = keep_text(document).text
    ids = list(Passage.objects.values_list("pk", flat=True))
    monkeypatch.setattr("documents.text.passages_safely", None)  # a call would fail
    again = keep_text(document)
    assert (again.is_new, again.text.pk, again.text.made_at) == (False, first.pk, first.made_at)
    assert list(Passage.objects.values_list("pk", flat=True)) == ids


def test_another_version_of_the_engine_makes_it_again(document):
    text = keep_text(document).text
    DocumentText.objects.update(engine_version=0)
    again = keep_text(document)
    assert again.is_new
    assert again.text.text_hash == text.text_hash
    assert (DocumentText.objects.count(), PageText.objects.count(), Passage.objects.count()) == (1, 2, 4)


def test_a_new_file_takes_the_place_of_the_old_text(document, files):
    keep_text(document)
    stored = store_content(io.BytesIO(small_pdf("Northwind", "Annual report 2024")))
    document.current_version = DocumentVersion.objects.create(
        document=document,
        sha256=stored.sha256,
        size=stored.size,
        storage_name=stored.storage_name,
        source="crawl",
    )
    document.save()
    kept = keep_text(document)
    assert (kept.is_new, DocumentText.objects.get().version) == (True, document.current_version)
    assert not Passage.objects.filter(text__contains="782").exists()


def test_a_document_without_a_file_and_a_file_that_does_not_open(files):
    with pytest.raises(NoFile, match="no file yet") as refused:
        keep_text(Document.objects.create(company=company("Northwind"), title="Report"))
    assert refused.value.code == "not_downloaded"
    broken = accept_upload(company("Northwind"), io.BytesIO(b"%PDF-1.4 cut off %%EOF"), "x.pdf").document
    with pytest.raises(Unreadable):
        keep_text(broken)
    assert DocumentText.objects.count() == 0


def test_the_index_of_sqlite_is_fed_by_the_database():
    """A later migration that remakes the table of passages would drop what feeds the index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'documents_passage'"
        )
        assert {row[0] for row in cursor.fetchall()} == {
            "documents_passage_indexed",
            "documents_passage_removed",
            "documents_passage_changed",
        }
