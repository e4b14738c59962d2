"""An address turned into a stored file, from a real web server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from companies.models import Company
from documents.download import download
from documents.errors import NoAddress
from documents.models import Document
from documents.storage import open_version
from net.errors import FetchFailed
from tests.http import LocalSite, small_pdf

pytestmark = pytest.mark.django_db

REPORT = small_pdf("Northwind", "Annual report 2024")


@pytest.fixture
def site(settings: object) -> Iterator[LocalSite]:
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        yield site


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Northwind", slug="northwind")


def document(company: Company, url: str) -> Document:
    return Document.objects.create(company=company, url=url, url_normalised=url, title="Annual report 2024")


def test_it_works(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", REPORT, content_type="application/pdf", headers=(("ETag", '"one"'),))
    report = document(company, site.url("/ar.pdf"))
    result = download(report)
    assert result.is_new_version
    assert (report.status, report.current_version.size) == ("downloaded", len(REPORT))
    assert report.current_version.page_count == 1
    with open_version(report.current_version) as file:
        assert file.read() == REPORT
    sha256 = report.current_version.sha256
    assert report.current_version.storage_name == f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}.pdf"


def test_an_unchanged_file_is_asked_for_conditionally(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", REPORT, content_type="application/pdf", headers=(("ETag", '"one"'),))
    report = document(company, site.url("/ar.pdf"))
    first = download(report)
    site.add("/ar.pdf", status=304)
    again = download(report)
    assert site.requests[-1].headers.get("if-none-match") == '"one"'
    assert again.version == first.version
    assert again.is_new_version is False
    assert report.versions.count() == 1


def test_a_changed_file_is_a_second_version(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", REPORT, content_type="application/pdf")
    report = document(company, site.url("/ar.pdf"))
    first = download(report)
    site.add("/ar.pdf", small_pdf("Northwind", "Annual report 2024, corrected"))
    second = download(report)
    assert second.is_new_version
    assert first.version != second.version
    assert report.versions.count() == 2
    assert report.current_version == second.version


def test_the_same_file_under_another_address_is_a_duplicate(
    site: LocalSite, company: Company, files: Path
) -> None:
    site.add("/ar.pdf", REPORT)
    site.add("/copy.pdf", REPORT)
    one, two = document(company, site.url("/ar.pdf")), document(company, site.url("/copy.pdf"))
    download(one)
    result = download(two)
    assert result.duplicate_of_id == one.pk
    two.refresh_from_db()
    assert two.duplicate_of == one


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({"status": 403}, "blocked_by_site", "upload it"),
        ({"status": 404}, "not_found", "nothing at this address"),
        ({"body": b"<html><body>Please sign in</body></html>"}, "not_a_pdf", "a web page"),
        ({"body": b""}, "not_a_pdf", "it is empty"),
    ],
)
def test_what_cannot_be_cured_is_named_on_the_document(
    site: LocalSite, company: Company, files: Path, answer: dict[str, object], code: str, said: str
) -> None:
    site.add("/ar.pdf", **answer)  # type: ignore[arg-type]
    report = document(company, site.url("/ar.pdf"))
    result = download(report)
    assert (result.version, result.reason_code) == (None, code)
    report.refresh_from_db()
    assert (report.status, report.failure_code) == ("failed", code)
    assert said in report.failure_message
    assert report.versions.count() == 0


def test_what_may_pass_is_raised_for_a_retry(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", status=503)
    report = document(company, site.url("/ar.pdf"))
    with pytest.raises(FetchFailed) as caught:
        download(report)
    assert (caught.value.code, caught.value.retryable) == ("http_5xx", True)
    report.refresh_from_db()
    assert report.status == "discovered"


def test_a_private_address_is_refused(company: Company, files: Path) -> None:
    report = document(company, "http://127.0.0.1:9/ar.pdf")
    result = download(report)
    assert result.reason_code == "blocked_address"


def test_without_an_address_there_is_nothing_to_fetch(company: Company, files: Path) -> None:
    with pytest.raises(NoAddress) as caught:
        download(document(company, ""))
    assert caught.value.code == "no_document_url"
