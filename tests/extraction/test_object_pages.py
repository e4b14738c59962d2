"""The pages of a company and of a document: what they say of each, and what can be started there."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from PIL import Image

from companies.models import Company
from documents.models import CrawlRun, Document, DocumentVersion
from documents.upload import accept_upload
from extraction.compile import compile_company
from extraction.models import ReviewItem
from extraction.object_pages import contact_sheets
from extraction.object_pages.report import report_page
from extraction.store import store_reading
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.schedules import sync
from tests.conftest import ROOT
from tests.extraction.made import a_company, a_company_that_restated, a_document, a_reading

pytestmark = pytest.mark.django_db
LINES = [
    ("Revenue", "is.revenue", 1, ["1,200", "1,100"]),
    ("Other income", None, 1, ["7", "6"]),
    ("Other income", None, 1, ["3", "2"]),
]


@pytest.fixture
def document(db: None) -> Document:
    """A report whose file was replaced: revenue of the year is another, a line went and a line came."""
    document = a_document(a_company(), 2024)
    document.type_evidence = ["cover: “annual report”", "structure: 15 pages", "structure: 15 pages", "odd"]
    document.save()
    store_reading(document.current_version, a_reading([2024, 2023], LINES), options_digest="d", task_run=None)
    newer = DocumentVersion.objects.create(
        document=document, sha256="f" * 64, size=2, page_count=30, storage_name="nowhere", source="crawl"
    )
    document.current_version = newer
    document.save()
    changed = [
        ("Revenue", "is.revenue", 1, ["1,250", "1,100"]),
        ("Other income", None, 1, ["7", "6"]),
        ("Grants", None, 1, ["1", "1"]),
    ]
    store_reading(newer, a_reading([2024, 2023], changed), options_digest="d", task_run=None)
    return document


def viewer(client: Client, *permissions: str) -> Client:
    person = User.objects.create_user("vera", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(person)
    return client


# --- A document ---------------------------------------------------------------------------------------


def test_what_differs_between_two_files_is_said_figure_by_figure(document: Document) -> None:
    newer, older = report_page(document).files
    assert (newer.is_current, older.is_current, older.since_before) == (True, False, None)
    found = newer.since_before
    assert found is not None
    assert (found.same, found.count) == (3, 5)
    told = [
        (one.where.label, one.where.period_end, one.old and one.old.text, one.new and one.new.text)
        for one in found.shown
        if one.where
    ]
    day, before = date(2024, 12, 31), date(2023, 12, 31)
    assert told == [
        ("Revenue", day, "1,200", "1,250"),
        ("Other income", day, "3", None),
        ("Other income", before, "2", None),
        ("Grants", day, None, "1"),
        ("Grants", before, None, "1"),
    ]


def test_the_page_of_a_document_says_what_was_made_of_it(document: Document, admin_client: Client) -> None:
    launch("classify_document", subject=document, document_id=document.pk)
    ReviewItem.objects.create(
        company=document.company,
        document=document,
        kind="unit_missing",
        reason="Which scale is it?",
        fingerprint="x",
    )
    page = admin_client.get(f"/admin/documents/document/{document.pk}/change/").content.decode()
    assert "3 lines with 6 figures, EUR in millions, on page" in page
    assert "5 figures differ from the file before, 3 are the same" in page
    assert "<strong>Cover</strong>: “annual report”" in page
    assert page.count("15 pages") == 1
    assert "Which scale is it?" in page
    assert "Classify document" in page
    assert "No page looks like it." in page
    newer = document.current_version
    assert newer is not None
    for first in (1, 25):
        assert f'src="/admin/documents/document/pages/{newer.pk}/{first}.jpg"' in page
    assert "Income statement, page 7" in page
    assert page.count("#page=30") == 1


def test_a_document_without_a_file_says_what_to_do(admin_client: Client) -> None:
    found = Document.objects.create(company=a_company(), url="https://a.example/r.pdf", title="Found")
    page = admin_client.get(f"/admin/documents/document/{found.pk}/change/").content.decode()
    assert "There is no file yet. Choose “Process” above, or upload it." in page
    assert "Its pages" not in page


def test_it_asks_as_much_for_many_readings_as_for_one(
    document: Document,
    admin_client: Client,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    address = f"/admin/documents/document/{document.pk}/change/"
    admin_client.get(address)
    with django_assert_num_queries(21):
        admin_client.get(address)
    for number in range(5):
        launch("classify_document", subject=document, document_id=document.pk, force=True)
        ReviewItem.objects.create(
            company=document.company, document=document, kind="unread", fingerprint=f"{number}"
        )
        store_reading(
            document.current_version,
            a_reading([2024, 2023], LINES),
            options_digest=f"{number}",
            task_run=None,
        )
    with django_assert_num_queries(21):
        admin_client.get(address)


def test_pages_are_shown_small_and_made_once(
    admin_client: Client,
    files: Path,
    monkeypatch,  # type: ignore[no-untyped-def]
) -> None:
    cache.clear()
    content = (ROOT / "demo" / "reports" / "annual-report-2025.pdf").read_bytes()
    document = accept_upload(a_company(), io.BytesIO(content), "ar.pdf").document
    address = f"/admin/documents/document/pages/{document.current_version_id}/1.jpg"
    answer = admin_client.get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "image/jpeg",
        "private, max-age=604800, immutable",
    )
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.width == 1008
    monkeypatch.setattr(
        "extraction.object_pages.contact_sheets.contact_sheet_safely", lambda *_: pytest.fail("again")
    )
    assert admin_client.get(address).content == answer.content
    monkeypatch.undo()
    missing = f"/admin/documents/document/pages/{document.current_version_id}/999.jpg"
    assert admin_client.get(missing).status_code == 404
    assert admin_client.get("/admin/documents/document/pages/999999/1.jpg").status_code == 404


def test_a_file_that_does_not_open_is_said(admin_client: Client, files: Path) -> None:
    cache.clear()
    document = accept_upload(a_company(), io.BytesIO(b"%PDF-1.4\nnothing more"), "ar.pdf").document
    answer = admin_client.get(f"/admin/documents/document/pages/{document.current_version_id}/1.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (422, "text/plain; charset=utf-8")


def test_pages_are_for_who_may_look_at_documents(document: Document, client: Client) -> None:
    address = f"/admin/documents/document/pages/{document.current_version_id}/1.jpg"
    assert client.get(address).status_code == 302
    assert viewer(client, "view_company").get(address).status_code == 403


def test_sheets_hold_all_pages_once_with_their_statements() -> None:
    found = contact_sheets.sheets(50, [("Income statement", [24, 25]), ("Balance sheet", [25])])
    assert [(sheet.first, sheet.last, len(sheet.pages), sheet.height) for sheet in found] == [
        (1, 24, 24, 936),
        (25, 48, 24, 936),
        (49, 50, 2, 234),
    ]
    assert found[0].pages[-1].statements == ("Income statement",)
    assert found[1].pages[0].statements == ("Income statement", "Balance sheet")
    assert contact_sheets.sheets(0, []) == ()


# --- A company ----------------------------------------------------------------------------------------


def test_the_page_of_a_company_says_what_there_is(admin_client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    sync(settings.SCHEDULES)
    company = a_company_that_restated("eastwind")
    company.notes = "Look at segment reporting."
    company.save()
    compile_company(company)
    launch("scrape_investor_relations", subject=company, company_id=company.pk)
    CrawlRun.objects.create(company=company, start_url="https://e.example/", outcome="blocked", reason="403.")
    page = admin_client.get(f"/admin/companies/company/{company.pk}/change/").content.decode()
    assert "Revenue 2024" in page
    assert "EUR 1.20 billion" in page
    assert "+9.1 % on the year before" in page
    assert "2022 to 2024, 3 years" in page
    assert "Look at segment reporting." in page
    assert "Blocked by the site" in page
    assert "Scrape investor relations" in page
    assert "Weekly visit to the sites" in page
    assert "Look into the drop folder" not in page
    assert "Annual report 2024" in page


def test_every_action_of_the_list_is_on_the_page(admin_client: Client) -> None:
    company = a_company(investor_relations_url="https://northwind.example/")
    page = admin_client.get(f"/admin/companies/company/{company.pk}/change/").content.decode()
    for name in ("extract_all", "scrape", "process_documents", "recompile"):
        assert f'name="action" value="{name}"' in page
    assert 'value="delete_selected"' not in page
    answer = admin_client.post(f"/admin/companies/company/{company.pk}/act/", {"action": "scrape"})
    assert answer["Location"] == f"/admin/companies/company/{company.pk}/change/"
    assert [(run.task, run.subject) for run in TaskRun.objects.all()] == [
        ("scrape_investor_relations", company)
    ]


def test_a_company_that_nothing_is_known_of_says_what_to_do(admin_client: Client) -> None:
    page = admin_client.get(f"/admin/companies/company/{a_company().pk}/change/").content.decode()
    assert "Nothing has been compiled yet." in page
    assert "It was never visited. Enter the address of its investor-relations page below." in page
    assert "None is known yet." in page


def test_whoever_may_see_only_companies_sees_nothing_else(client: Client) -> None:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    page = (
        viewer(client, "view_company").get(f"/admin/companies/company/{company.pk}/change/").content.decode()
    )
    for hidden in ("Revenue 2024", "Newest statements", "Coverage</h2>", "Documents</h2>", 'name="action"'):
        assert hidden not in page


def test_it_asks_as_much_for_many_reports_as_for_few(
    admin_client: Client,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    company: Company = a_company_that_restated("eastwind")
    compile_company(company)
    address = f"/admin/companies/company/{company.pk}/change/"
    admin_client.get(address)
    with django_assert_num_queries(21):
        admin_client.get(address)
    for year in range(2010, 2022):
        a_document(company, year)
        launch("recompile_company_statements", subject=company, company_id=company.pk, force=True)
    with django_assert_num_queries(21):
        admin_client.get(address)
