"""Bad addresses and bad answers, case by case, each with the answer that is required.

The numbers are those of the project's list of bad inputs. Every case ends with a look at the
connections that were opened: never one to an address that is closed.
"""

import gzip
import hashlib
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from companies.fetching import fetcher_for
from companies.models import Company
from documents.crawl import crawl
from documents.discover import discover
from documents.download import Downloaded, download
from documents.models import Document, ReplacedFile
from engine.discover.frontier import CrawlBounds
from net.errors import FetchFailed
from net.fetch import Fetcher
from tests.documents.structures import annual, listed, page
from tests.http import LocalSite, small_pdf

pytestmark = pytest.mark.django_db

REPORT = small_pdf("Northwind", "Annual report 2024")
Connected = list[tuple[str, int]]


@pytest.fixture
def site(settings: object, connected: Connected) -> Iterator[LocalSite]:
    """A site that may be contacted; nothing else may be, and nothing else is."""
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        yield site
    assert set(connected) <= {("127.0.0.1", site.port)}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own options, but nobody waits minutes for a site that hangs."""
    built = Fetcher.__init__

    def impatient(self: Fetcher, options: object, *rest: object) -> None:
        changed = replace(options, idle_seconds=0.5, page_seconds=2.0, file_seconds=3.0, speed_grace=0.4)  # type: ignore[type-var]
        built(self, changed, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Fetcher, "__init__", impatient)


@pytest.fixture
def company() -> Company:
    return Company.objects.create(name="Northwind", slug="northwind")


def fetched(company: Company, url: str) -> Downloaded:
    document = Document.objects.create(company=company, url=url, url_normalised=url[:2000])
    return download(document)


def put_off(company: Company, url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetched(company, url)
    assert caught.value.retryable
    assert Document.objects.get().status == "discovered"
    return caught.value


def refused(company: Company, url: str) -> tuple[str, str]:
    """The code and the sentence; nothing is kept and nothing is tried again."""
    result = fetched(company, url)
    document = Document.objects.get(url=url)
    assert (result.version, document.status) == (None, "failed")
    assert document.failure_code == result.reason_code
    return result.reason_code, result.reason


def searched(company: Company, url: str) -> tuple[str, bool]:
    company.investor_relations_url = url
    found = discover(company)
    return found.reason_code, found.blocked


CLOSED = {
    1: ("file:///etc/passwd", "bad_url"),
    2: ("http://127.0.0.1:6379/", "blocked_address"),
    3: ("http://2130706433/", "blocked_address"),
    4: ("http://[::ffff:169.254.169.254]/", "blocked_address"),
    5: ("http://100.100.100.200/", "blocked_address"),
    6: ("http://user:pw@127.0.0.1/", "bad_url"),
    7: ("http://93.184.216.34:22/", "blocked_address"),
}


@pytest.mark.parametrize("case", CLOSED)
def test_1_to_7_closed_addresses(company: Company, connected: Connected, files: Path, case: int) -> None:
    url, code = CLOSED[case]
    said, sentence = refused(company, url)
    assert said == code
    assert "pw" not in sentence
    assert "does not help" in sentence
    assert searched(company, url) == (code, False)
    assert connected == []


def test_8_a_redirect_inwards(site: LocalSite, company: Company, files: Path) -> None:
    site.redirect("/ar.pdf", "http://10.0.0.1/")
    code, sentence = refused(company, site.url("/ar.pdf"))
    assert code == "blocked_address"
    assert "10.0.0.1 does not lead to a public machine" in sentence


def test_9_a_name_that_leads_elsewhere_at_the_second_question(
    company: Company, connected: Connected, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is public and has to be the one connected to, without asking again."""
    answers = iter(["93.184.216.34", "127.0.0.1", "127.0.0.1"])
    asked = []

    def getaddrinfo(host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(RuntimeError, match=r"connection to 93\.184\.216\.34"):
        fetched(company, "http://rebinding.example/ar.pdf")
    assert connected == [("93.184.216.34", 80)]
    Document.objects.all().delete()
    assert refused(company, "http://rebinding.example/ar.pdf")[0] == "blocked_address"
    assert connected == [("93.184.216.34", 80)]
    assert asked == ["rebinding.example"] * 2


def test_a_machine_of_the_installation_is_closed_even_if_it_is_public(settings, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    settings.OWN_HOSTS = frozenset({"files.example.org"})
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("it was looked up"))
    with pytest.raises(FetchFailed) as refused:
        fetcher_for("https://files.example.org/").get("https://files.example.org/reports/x.pdf")
    assert refused.value.code == "blocked_address"


def test_10_redirects_without_end(site: LocalSite, company: Company, files: Path) -> None:
    site.redirect("/circle", "/circle-2")
    site.redirect("/circle-2", "/circle")
    assert refused(company, site.url("/circle"))[0] == "too_many_redirects"
    for number in range(30):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.add("/30", REPORT)
    assert refused(company, site.url("/0"))[0] == "too_many_redirects"
    assert len(site.paths()) == 2 + 6


def test_11_letters_that_look_like_others(company: Company, connected: Connected, files: Path) -> None:
    assert refused(company, "http://①②⑦.⓪.⓪.①/")[0] == "blocked_address"
    # A Cyrillic letter is another name, which the sentence spells so that everybody sees it.
    company.investor_relations_url = "http://nоrthwind.invalid/"
    with pytest.raises(FetchFailed) as caught:
        discover(company)
    assert (caught.value.code, "xn--nrthwind-nbh.invalid" in caught.value.message) == (
        "name_not_resolved",
        True,
    )
    assert connected == []


@pytest.mark.parametrize(
    "url", ["http://a.example/" + "x" * 20_000, "http://a.example/\r\nX: y", "http://a.example/\0"]
)
def test_12_addresses_that_are_none(connected: Connected, url: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        fetcher_for(url).get(url)
    assert (caught.value.code, caught.value.retryable) == ("bad_url", False)
    assert crawl(url, fetcher_for("http://a.example/"), CrawlBounds()).reason_code == "bad_url"
    assert connected == []


def test_13_robots_that_are_large_broken_or_missing(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/open.pdf", REPORT)
    rules = b"User-agent: *\nDisallow: /closed\n" + b"# filler\n" * 5_600_000
    site.add("/robots.txt", rules, content_type="text/plain")
    assert fetched(company, site.url("/open.pdf")).is_new_version
    assert refused(company, site.url("/closed.pdf"))[0] == "robots_disallow"


@pytest.mark.parametrize(("status", "allowed"), [(503, False), (404, True)])
def test_13_robots_by_status(
    site: LocalSite, company: Company, files: Path, status: int, allowed: bool
) -> None:
    site.add("/ar.pdf", REPORT)
    site.add("/robots.txt", b"", status=status)
    if allowed:
        assert fetched(company, site.url("/ar.pdf")).is_new_version
    else:
        assert put_off(company, site.url("/ar.pdf")).code == "robots_disallow"
        assert site.paths() == []


def test_14_a_million_links_and_a_calendar(site: LocalSite, company: Company) -> None:
    line = b'<a href="/investors/results?month=%07d">Results</a>\n'
    body = listed(range(2024, 2025)).encode() + b"".join(line % number for number in range(190_000))
    site.add("/investors/", b"<html><body>" + body)
    company.investor_relations_url = site.url("/investors/")
    found = discover(company, bounds=CrawlBounds(most_pages=20))
    assert (found.discovered, found.reason) == (1, "")
    assert len(site.paths()) <= 22


def test_15_links_of_every_kind(site: LocalSite, company: Company) -> None:
    base = f"<base href='{site.url('/media/')}'>"
    hrefs = ("javascript:void(0)", "data:application/pdf,x")
    odd = "".join(f"<a href='{href}'>Annual report 2023</a>" for href in hrefs)
    page(site, "/investors/", odd + listed(range(2024, 2025), "ar-{}.pdf"), base)
    assert searched(company, site.url("/investors/")) == ("", False)
    assert [one.url for one in Document.objects.all()] == [site.url("/media/ar-2024.pdf")]


def test_16_a_file_of_another_domain_passes_the_same_gates(
    site: LocalSite, company: Company, files: Path
) -> None:
    page(site, "/investors/", listed(range(2024, 2025), "http://192.168.0.1/ar-{}.pdf"))
    assert searched(company, site.url("/investors/")) == ("", False)
    document = Document.objects.get()
    assert download(document).reason_code == "blocked_address"


def endless(site: LocalSite) -> Callable[[socket.socket], None]:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n")
        while not site.is_stopping:
            connection.sendall(b"x" * 65536)

    return speak


def test_17_a_stream_without_end(site: LocalSite, company: Company, files: Path, settings: object) -> None:
    settings.DOWNLOAD_MAX_BYTES = 3_000_000  # type: ignore[attr-defined]
    site.add_raw("/ar.pdf", endless(site))
    code, sentence = refused(company, site.url("/ar.pdf"))
    assert (code, "3,000,000 bytes are allowed" in sentence) == ("too_large", True)
    assert not files.exists()


def test_18_a_bomb_and_stacked_codings(site: LocalSite, company: Company, files: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()
    site.add("/bomb.pdf", bomb, headers=(("Content-Encoding", "gzip"),))
    site.add("/investors/", bomb, headers=(("Content-Encoding", "gzip"),))
    stacked = gzip.compress(gzip.compress(REPORT))
    site.add("/stacked.pdf", stacked, headers=(("Content-Encoding", "gzip, gzip, gzip, gzip, gzip"),))
    assert refused(company, site.url("/bomb.pdf"))[0] in ("too_large", "not_a_pdf")
    assert refused(company, site.url("/stacked.pdf"))[0] == "bad_response"
    assert searched(company, site.url("/investors/")) == ("too_large", False)


def test_19_one_byte_now_and_then(site: LocalSite, company: Company, files: Path) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-")
        while not site.is_stopping:
            connection.sendall(b"x")
            site.wait(0.1)

    site.add_raw("/ar.pdf", drip)
    assert put_off(company, site.url("/ar.pdf")).code == "too_slow"


def test_20_lengths_that_lie(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", REPORT, length=len(REPORT) + 10)
    assert put_off(company, site.url("/ar.pdf")).code == "wrong_length"
    Document.objects.all().delete()
    site.add("/ar.pdf", REPORT, length=len(REPORT) - 10)
    assert put_off(company, site.url("/ar.pdf")).code == "wrong_length"
    Document.objects.all().delete()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(REPORT)
    site.add_raw("/cut.pdf", lambda c: c.sendall(head + REPORT[: len(REPORT) * 99 // 100]))
    assert put_off(company, site.url("/cut.pdf")).code == "wrong_length"
    assert not files.exists()


def test_21_a_login_page_that_calls_itself_a_pdf(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", b"<!DOCTYPE html><title>Log in</title>", content_type="application/pdf")
    code, sentence = refused(company, site.url("/ar.pdf"))
    assert (code, "login" in sentence) == ("not_a_pdf", True)


def test_22_a_pdf_that_calls_itself_a_page(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", REPORT, content_type="text/html")
    assert fetched(company, site.url("/ar.pdf")).is_new_version


def test_23_nothing_at_all(site: LocalSite, company: Company, files: Path) -> None:
    site.add("/ar.pdf", b"")
    code, sentence = refused(company, site.url("/ar.pdf"))
    assert (code, "it is empty" in sentence) == ("not_a_pdf", True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('"../../settings.py"', "settings.py"),
        ('"' + "n" * 5000 + '.pdf"', "n" * 196 + ".pdf"),
        ("UTF-8''ar%E2%80%AEfdp.exe", "arfdp.exe"),
    ],
)
def test_24_names_of_files(site: LocalSite, company: Company, files: Path, name: str, shown: str) -> None:
    parameter = "filename*" if name.startswith("UTF-8") else "filename"
    site.add("/ar.pdf", REPORT, headers=(("Content-Disposition", f"attachment; {parameter}={name}"),))
    version = fetched(company, site.url("/ar.pdf")).version
    assert version is not None
    assert version.original_name == shown
    digest = hashlib.sha256(REPORT).hexdigest()
    assert [path.name for path in files.rglob("*") if path.is_file()] == [f"{digest}.pdf"]


def test_25_one_file_twelve_times_and_another_under_the_same_address(
    site: LocalSite, company: Company, files: Path
) -> None:
    for number in range(12):
        site.add(f"/{number}.pdf", REPORT)
        fetched(company, site.url(f"/{number}.pdf"))
    first = Document.objects.not_duplicates().get()
    site.add("/0.pdf", small_pdf("Northwind", "Annual report 2024, corrected"))
    assert download(first).replaced
    assert (first.versions.count(), ReplacedFile.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("-1", 60.0), ("1000000000000", 86400.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 60.0), ("soon", 60.0)],
)
def test_26_pauses_that_make_no_sense(
    site: LocalSite, company: Company, files: Path, header: str, seconds: float
) -> None:
    site.add("/ar.pdf", b"", status=429, headers=(("Retry-After", header),))
    failure = put_off(company, site.url("/ar.pdf"))
    assert (failure.code, failure.retry_after) == ("rate_limited", seconds)


def test_what_is_found_through_all_that_is_what_is_there(site: LocalSite, company: Company) -> None:
    page(site, "/investors/", listed(range(2020, 2025)))
    assert searched(company, site.url("/investors/")) == ("", False)
    assert Document.objects.count() == len(annual(range(2020, 2025)))
