"""A company's site turned into documents, from a real web server."""

from collections.abc import Iterator

import pytest

from companies.models import Company
from documents.discover import discover
from documents.errors import NoAddress
from documents.models import CrawlRun, DecidedBy, Document, KeptPage
from engine.discover.frontier import CrawlBounds
from net.errors import FetchFailed
from tests.http import LocalSite, Reply, Request, add_investor_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: object) -> Iterator[LocalSite]:
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        yield site


def company(url: str) -> Company:
    return Company.objects.create(name="Northwind", slug="northwind", investor_relations_url=url)


def test_it_works(site: LocalSite) -> None:
    add_investor_site(site)
    northwind = company(site.url("/investors/"))
    found = discover(northwind)
    assert (found.reason, found.blocked) == ("", False)
    annual = Document.objects.filter(company=northwind, document_type="annual_report")
    assert sorted(annual.values_list("fiscal_year", flat=True)) == [2020, 2021, 2022, 2023, 2024]
    assert Document.objects.get(url__endswith="hy-2024.pdf").document_type == "half_year_report"
    assert Document.objects.get(url__endswith="pres-2024.pdf").document_type == "investor_presentation"
    crawl = CrawlRun.objects.get()
    assert (crawl.outcome, crawl.found, crawl.created) == ("complete", found.discovered, found.created)
    assert crawl.log[0]["url"] == site.url("/investors/")


def test_a_second_search_finds_the_same_and_creates_nothing(site: LocalSite) -> None:
    add_investor_site(site)
    northwind = company(site.url("/investors/"))
    first = discover(northwind)
    second = discover(northwind)
    assert (second.created, second.updated) == (0, 0)
    assert second.discovered == first.created
    assert Document.objects.count() == first.created


def test_pages_are_asked_for_conditionally(site: LocalSite) -> None:
    """An unchanged page is read as it was, a changed one anew, and both give their documents."""
    texts = {"old": "<a href='/ar-2023.pdf'>Annual report 2023</a>"}
    texts["new"] = texts["old"] + "<a href='/ar-2024.pdf'>Annual report 2024</a>"
    shown = {"tag": "old"}

    def answer(request: Request) -> Reply:
        tag = f'"{shown["tag"]}"'
        if request.headers.get("if-none-match") == tag:
            return Reply(b"", 304, "", (("ETag", tag),))
        return Reply(texts[shown["tag"]].encode(), 200, "text/html", (("ETag", tag),))

    site.add_answer("/investors/", answer)
    northwind = company(site.url("/investors/"))
    assert [discover(northwind).discovered for _ in range(2)] == [1, 1]
    asked = [one.headers.get("if-none-match") for one in site.requests if one.path == "/investors/"]
    assert asked == [None, '"old"']
    shown["tag"] = "new"
    assert discover(northwind).created == 1
    assert discover(northwind).discovered == 2
    asked = [one.headers.get("if-none-match") for one in site.requests if one.path == "/investors/"]
    assert asked == [None, '"old"', '"old"', '"new"']
    assert KeptPage.objects.count() == 1


def test_what_the_site_words_otherwise_is_a_change(site: LocalSite) -> None:
    add_investor_site(site)
    northwind = company(site.url("/investors/"))
    discover(northwind)
    Document.objects.filter(url__endswith="hy-2024.pdf").update(link_text="something else")
    found = discover(northwind)
    assert (found.created, found.updated) == (0, 1)
    assert Document.objects.get(url__endswith="hy-2024.pdf").link_text == "PDF"


def test_what_a_person_decided_stays(site: LocalSite) -> None:
    add_investor_site(site)
    northwind = company(site.url("/investors/"))
    discover(northwind)
    Document.objects.filter(url__endswith="hy-2024.pdf").update(
        document_type="other", type_decided_by=DecidedBy.PERSON
    )
    discover(northwind)
    assert Document.objects.get(url__endswith="hy-2024.pdf").document_type == "other"


def test_a_site_that_refuses_is_blocked_and_never_empty(site: LocalSite) -> None:
    site.add("/investors/", status=403)
    found = discover(company(site.url("/investors/")))
    assert (found.reason_code, found.blocked, found.discovered) == ("blocked_by_site", True, 0)
    assert "upload" in found.reason
    assert CrawlRun.objects.get().outcome == "blocked"


def test_robots_are_obeyed(site: LocalSite) -> None:
    site.add("/robots.txt", b"User-agent: *\nDisallow: /", content_type="text/plain")
    site.add("/investors/", b"<a href='/ar.pdf'>Annual report 2024</a>")
    found = discover(company(site.url("/investors/")))
    assert found.reason_code == "robots_disallow"
    assert site.paths() == []


def test_a_page_without_reports_says_so(site: LocalSite) -> None:
    site.add("/investors/", b"<h1>Welcome</h1><p>Nothing here yet.</p>")
    found = discover(company(site.url("/investors/")))
    assert found.reason_code == "no_documents"
    assert "upload" in found.reason
    assert CrawlRun.objects.get().outcome == "partial"


def test_a_page_that_needs_a_browser_is_named(site: LocalSite) -> None:
    site.add(
        "/investors/",
        b"<html><body><div id='root'></div>"
        b"<noscript>You need to enable JavaScript to run this app.</noscript>"
        b"<script src='/app.js'></script></body></html>",
    )
    found = discover(company(site.url("/investors/")))
    assert found.reason_code == "needs_script"


def test_a_host_that_does_not_answer_is_for_a_retry(settings: object) -> None:
    with LocalSite() as gone:
        pair, url = gone.pair, gone.url("/investors/")
    settings.ALLOWED_PRIVATE_HOSTS = frozenset({pair})  # type: ignore[attr-defined]
    with pytest.raises(FetchFailed) as caught:
        discover(company(url))
    assert (caught.value.code, caught.value.retryable) == ("connection_failed", True)
    crawl = CrawlRun.objects.get()
    assert crawl.outcome == "failed"
    assert crawl.reason == caught.value.message


def test_without_an_address_there_is_nothing_to_search() -> None:
    with pytest.raises(NoAddress) as caught:
        discover(company(""))
    assert caught.value.code == "no_ir_url"
    assert CrawlRun.objects.count() == 0


def test_bounds_are_kept_and_said(site: LocalSite) -> None:
    add_investor_site(site)
    found = discover(company(site.url("/investors/")), bounds=CrawlBounds(most_pages=1))
    assert found.pages_visited == 2  # the page itself and the sitemap that is not there
    assert any("ended after 1 pages" in warning for warning in found.warnings)
