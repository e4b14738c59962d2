"""Reports brought through the admin and the API, and what people see of a file that was replaced."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from companies.models import Company
from documents.download import download
from documents.models import Document, ReplacedFile
from jobs.models import TaskRun
from tests.http import LocalSite, small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Northwind", slug="northwind")


@pytest.fixture
def alice(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("alice"))
    return client


def pdf(year: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"ar-{year}.pdf", small_pdf(f"Annual report {year}"))


def brought(company: Company) -> dict[str, object]:
    letter = SimpleUploadedFile("letter.doc", b"Dear shareholders")
    lines = "https://northwind.example/ar-2022.pdf\nfile:///etc/passwd\n"
    return {"company": company.pk, "files": [pdf(2023), pdf(2024), letter], "addresses": lines}


def test_several_at_once_in_the_admin(alice: Client, company: Company, files: Path) -> None:
    page = alice.get("/admin/documents/document/several/")
    assert page.status_code == 200
    answer = alice.post("/admin/documents/document/several/", brought(company), follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == "3 reports are processed now; 0 were known already."
    assert [line.partition(":")[0] for line in told[1:]] == ["letter.doc", "file"]
    runs = TaskRun.objects.filter(task="extraction.process_document", trigger="admin")
    assert {run.subject for run in runs} == set(Document.objects.all())
    assert Document.objects.count() == 3


def test_nothing_at_all_is_asked_for_again(alice: Client, company: Company) -> None:
    answer = alice.post("/admin/documents/document/several/", {"company": company.pk})
    assert answer.status_code == 200
    assert "Choose PDFs or enter addresses." in answer.content.decode()


def test_who_may_only_look_may_not_bring(client: Client, company: Company) -> None:
    bob = User.objects.create_user("bob", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(bob)
    assert client.post("/admin/documents/document/several/", brought(company)).status_code == 403
    assert Document.objects.count() == 0


def test_several_at_once_through_the_api(alice: Client, company: Company, files: Path) -> None:
    answer = alice.post("/api/v1/documents/several/", brought(company))
    assert answer.status_code == 202
    said = answer.json()
    assert (sorted(said["documents"]), said["known"]) == (
        sorted(Document.objects.values_list("pk", flat=True)),
        0,
    )
    assert [(one["name"], one["code"]) for one in said["refused"]] == [
        ("letter.doc", "not_a_pdf"),
        ("file:///etc/passwd", "bad_url"),
    ]
    again = alice.post("/api/v1/documents/several/", {"company": company.pk, "files": [pdf(2023)]})
    assert again.json()["known"] == 1
    assert alice.post("/api/v1/documents/several/", {"company": company.pk}).status_code == 400


def test_one_upload_ends_in_the_same_steps(alice: Client, company: Company, files: Path) -> None:
    answer = alice.post("/api/v1/documents/", {"company": company.pk, "file": pdf(2024)})
    assert answer.status_code == 201
    run = TaskRun.objects.get(task="extraction.process_document")
    assert (run.subject, run.trigger) == (Document.objects.get(), "api")


def test_no_room_is_said_as_such(
    alice: Client, company: Company, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("documents.whole_files.WholeFileStorage._save", full)
    answer = alice.post("/api/v1/documents/several/", {"company": company.pk, "files": [pdf(2024)]})
    assert answer.status_code == 507
    assert "no room" in str(answer.json())
    assert Document.objects.count() == 0


def test_a_replaced_file_is_shown_until_it_is_seen(
    alice: Client, company: Company, files: Path, settings: object
) -> None:
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        document = Document.objects.create(
            company=company, url=site.url("/ar.pdf"), title="Annual report 2024"
        )
        for line in ("first", "second"):
            site.add("/ar.pdf", small_pdf(line))
            download(document)
    page = alice.get("/admin/documents/replacedfile/?seen_at__isempty=1").content.decode()
    assert "Annual report 2024" in page
    replaced = ReplacedFile.objects.get()
    alice.post(
        "/admin/documents/replacedfile/", {"action": "mark_as_seen", "_selected_action": [replaced.pk]}
    )
    replaced.refresh_from_db()
    assert replaced.seen_by == User.objects.get(username="alice")
    page = alice.get("/admin/documents/replacedfile/?seen_at__isempty=1").content.decode()
    assert "Annual report 2024" not in page
