"""What a person can get wrong, and sites can: each ends in a named state with a sentence."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from companies.models import Company
from documents.models import Document
from extraction.models import ReviewItem
from jobs.launch import launch
from jobs.models import TaskRun
from tests.extraction.working import work_off
from tests.http import LocalSite, small_pdf

# Heartbeats write from a thread of their own, which a test's transaction would hide from them.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(settings: object) -> Iterator[LocalSite]:
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        yield site


def extract(url: str) -> TaskRun:
    company = Company.objects.create(name="Northwind", slug="northwind", investor_relations_url=url)
    launched = launch("extract_company_financial_data", subject=company, company_id=company.pk)
    return work_off(launched.run)


def one_report(site: LocalSite, body: bytes, **answer: object) -> TaskRun:
    """The whole work on a site that lists a single annual report."""
    site.add("/investors/", b"<h1>Reports</h1><a href='/ar-2024.pdf'>Annual report 2024</a>")
    site.add("/ar-2024.pdf", body, **answer)  # type: ignore[arg-type]
    return extract(site.url("/investors/"))


def encrypted_pdf() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output, encrypt=StandardEncryption("secret", strength=128))
    canvas.drawString(72, 720, "Annual report 2024")
    canvas.save()
    return output.getvalue()


def scanned_pdf() -> bytes:
    """Forty pages without a letter, as a scanner makes them."""
    output = io.BytesIO()
    canvas = Canvas(output)
    for _ in range(40):
        canvas.rect(72, 72, 400, 600, fill=1)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def test_a_company_without_an_address(files: Path) -> None:
    run = extract("")
    assert (run.state, run.error_code) == ("failed", "no_ir_url")
    assert "Enter the address" in run.error_message


def test_a_host_that_does_not_answer(settings: object, files: Path) -> None:
    with LocalSite() as gone:
        pair, url = gone.pair, gone.url("/investors/")
    settings.ALLOWED_PRIVATE_HOSTS = frozenset({pair})  # type: ignore[attr-defined]
    run = extract(url)
    assert run.state == "waiting"
    scrape = run.launched.get()
    # It is put off in the database and holds no worker meanwhile.
    assert (scrape.state, scrape.error_code, scrape.celery_state) == ("queued", "connection_failed", "RETRY")
    assert scrape.not_before is not None
    assert "Trying again later may help" in scrape.error_message


def test_a_site_that_refuses(site: LocalSite, files: Path) -> None:
    site.add("/investors/", status=403)
    run = extract(site.url("/investors/"))
    assert run.state == "partial"
    assert "refuses with status 403" in run.message
    assert run.launched.get(task="scrape_investor_relations").result["blocked"] is True
    # A refusal is no reason to ask again.
    assert site.paths() == ["/investors/"]


def test_a_page_without_reports(site: LocalSite, files: Path) -> None:
    site.add("/investors/", b"<h1>Welcome</h1>")
    run = extract(site.url("/investors/"))
    assert run.state == "partial"
    assert "No document was found" in run.message


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (b"<html><body>Please sign in</body></html>", "not_a_pdf", "a web page"),
        (b"", "not_a_pdf", "it is empty"),
        (encrypted_pdf(), "encrypted", "password"),
        (b"%PDF-1.7\n" + b"\x00garbage" * 200, "damaged", "damaged"),
        (scanned_pdf(), "no_text_layer", "text"),
    ],
    ids=["html", "empty", "encrypted", "damaged", "no text"],
)
def test_a_report_that_cannot_be_used(
    site: LocalSite, files: Path, body: bytes, code: str, said: str
) -> None:
    run = one_report(site, body)
    assert run.state == "partial", (run.error_message, run.traceback)
    document = Document.objects.get()
    assert (document.status, document.failure_code) == ("failed", code)
    assert said in document.failure_message.lower()
    assert document.failure_message in run.result["failed"][0]["reason"]
    assert "Traceback" not in str(run.result)


def test_a_report_without_statements(site: LocalSite, files: Path) -> None:
    run = one_report(
        site, small_pdf("Northwind", "Annual report 2024", "for the year ended 31 December 2024")
    )
    assert run.state == "partial"
    document = Document.objects.get()
    assert (document.status, document.failure_code) == ("failed", "statement_not_found")


def test_a_report_that_is_gone(site: LocalSite, files: Path) -> None:
    run = one_report(site, b"", status=404)
    assert run.state == "partial"
    assert Document.objects.get().failure_code == "not_found"
    assert run.result["documents"] == 1


def test_a_document_of_unknown_kind_is_put_before_a_person(site: LocalSite, files: Path) -> None:
    site.add("/investors/", b"<h1>Reports</h1><a href='/xy.pdf'>Download document</a>")
    site.add("/xy.pdf", small_pdf("Northwind", "Notes of a walk along the river"))
    run = extract(site.url("/investors/"))
    assert run.state == "partial"
    question = ReviewItem.objects.get()
    assert (question.kind, question.state) == ("document_type", "open")
    assert "Choose its type" in question.reason
    Document.objects.update(document_type="other", type_decided_by="person")
    document = Document.objects.get()
    work_off(launch("extraction.process_document", subject=document, document_id=document.pk).run)
    question.refresh_from_db()
    assert question.state == "obsolete"
