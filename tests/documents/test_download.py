"""An address turned into a stored file, from a real web server."""

import io
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from companies.models import Company
from documents.download import download
from documents.errors import NoAddress, NotWhole, StorageFull
from documents.models import Document, ReplacedFile
from documents.storage import open_version, store_content
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
    assert (first.replaced, second.replaced) == (False, True)
    alert = ReplacedFile.objects.get()
    assert (alert.document, alert.before, alert.after) == (report, first.version, second.version)
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


def test_one_file_under_twelve_addresses_is_one_document(
    site: LocalSite, company: Company, files: Path
) -> None:
    reports = []
    for number in range(12):
        site.add(f"/{number}.pdf", REPORT)
        reports.append(document(company, site.url(f"/{number}.pdf")))
        download(reports[-1])
    assert Document.objects.not_duplicates().get() == reports[0]
    assert Document.objects.filter(duplicate_of=reports[0]).count() == 11
    assert len([path for path in files.rglob("*.pdf") if path.is_file()]) == 1


def test_duplicates_of_a_file_that_changed_stand_for_themselves(
    site: LocalSite, company: Company, files: Path
) -> None:
    reports = []
    for name in ("a", "b", "c"):
        site.add(f"/{name}.pdf", REPORT)
        reports.append(document(company, site.url(f"/{name}.pdf")))
        download(reports[-1])
    site.add("/a.pdf", small_pdf("Northwind", "Annual report 2024, corrected"))
    download(reports[0])
    links = Document.objects.order_by("pk").values_list("duplicate_of", flat=True)
    assert list(links) == [None, None, reports[1].pk]
    # And the other way round: a duplicate whose file changes is none any more.
    site.add("/c.pdf", small_pdf("Northwind", "Something else"))
    reports[2].refresh_from_db()
    download(reports[2])
    assert list(links.all()) == [None, None, None]


def test_a_file_that_comes_back_is_the_old_version_again(
    site: LocalSite, company: Company, files: Path
) -> None:
    site.add("/ar.pdf", REPORT)
    report = document(company, site.url("/ar.pdf"))
    first = download(report)
    site.add("/ar.pdf", small_pdf("Northwind", "Annual report 2024, corrected"))
    download(report)
    site.add("/ar.pdf", REPORT)
    third = download(report)
    assert (third.version, third.is_new_version, third.replaced) == (first.version, False, True)
    assert (report.versions.count(), ReplacedFile.objects.count()) == (2, 2)


def test_half_a_file_without_a_length_is_not_taken_for_whole(
    site: LocalSite, company: Company, files: Path
) -> None:
    long = small_pdf(*(f"Line {number} of the annual report" for number in range(900)))
    half = long[: len(long) // 2]
    site.add_raw("/ar.pdf", lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + half))
    report = document(company, site.url("/ar.pdf"))
    with pytest.raises(NotWhole) as caught:
        download(report)
    assert (caught.value.code, caught.value.retryable) == ("wrong_length", True)
    assert report.versions.count() == 0
    assert not files.exists()
    site.add_raw("/ar.pdf", lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + long))
    assert download(report).version.size == len(long)


@pytest.mark.parametrize("where", ["temporary", "storage"])
def test_a_full_disk_is_for_later_and_leaves_nothing(
    site: LocalSite, company: Company, files: Path, where: str
) -> None:
    """The kernel itself refuses: this process may write no file larger than 300 bytes for a moment."""
    big = small_pdf(*("x" * 80 for _ in range(2000)))
    site.add("/ar.pdf", big if where == "temporary" else REPORT)
    report = document(company, site.url("/ar.pdf"))
    with no_file_larger_than(100_000 if where == "temporary" else 300), pytest.raises(StorageFull) as caught:
        download(report) if where == "temporary" else store_content(io.BytesIO(REPORT))
    assert (caught.value.code, caught.value.retryable) == ("storage_full", True)
    assert [path for path in files.rglob("*") if path.is_file()] == []
    report.refresh_from_db()
    assert (report.status, report.versions.count()) == ("discovered", 0)
    assert download(report).is_new_version


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
