"""Sites of every structure searched, and what a search says of what it could not see."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from documents.crawl import CrawlBudget, CrawlResult, crawl
from engine.discover.frontier import CrawlBounds
from engine.discover.rank import REPORT_KINDS
from net.addresses import AddressPolicy
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.limiter import LocalHostLimiter
from net.values import FetchOptions
from tests.documents.structures import PDF, STRUCTURES, annual, listed, page
from tests.http import LocalSite


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite() as running:
        yield running


def search(site: LocalSite, *others: str, **arguments: object) -> CrawlResult:
    pairs = frozenset({site.pair, *others})
    options = FetchOptions(
        "ir@example.org", policy=AddressPolicy(allowed_private=pairs), longest_turn_wait=2.0
    )
    bounds = arguments.pop("bounds", CrawlBounds())
    fetcher = Fetcher(options, LocalHostLimiter(0.0))
    return crawl(site.url("/investors/"), fetcher, bounds, **arguments)  # type: ignore[arg-type]


def found_in(result: CrawlResult) -> dict[str, tuple[str, int | None]]:
    """Reports by the path of their address."""
    found = {}
    for one in result.documents:
        if one.link.kind in REPORT_KINDS:
            parts = urlsplit(one.link.link.url)
            path = parts.path + ("?" + parts.query if parts.query else "")
            found[path] = (one.link.kind.value, one.link.fiscal_year)
    return found


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_structure_gives_its_reports_and_no_others(site: LocalSite, name: str) -> None:
    expected = STRUCTURES[name](site)
    result = search(site)
    assert found_in(result) == expected
    assert (result.reason, result.blocked) == ("", False)


def test_there_are_at_least_twenty_structures() -> None:
    assert len(STRUCTURES) >= 20


def test_a_site_that_lives_under_another_domain_is_searched_there(site: LocalSite) -> None:
    """The address given leads away; the pages there are the company's, and its files lie elsewhere."""
    other = f"localhost:{site.port}"
    site.redirect("/investors/", f"http://{other}/ir/")
    page(site, "/ir/", '<a href="/ir/reports">Annual reports</a>')
    page(site, "/ir/reports", listed(range(2022, 2025), "http://cdn.example/ar-{}.pdf"))
    result = search(site, other)
    assert found_in(result) == annual(range(2022, 2025), "/ar-{}.pdf")
    assert {one.found_on for one in result.documents} == {f"http://{other}/ir/reports"}
    assert any("where the search went on" in warning for warning in result.warnings)


def test_pages_of_the_platform_named_are_opened_and_those_of_strangers_are_not(site: LocalSite) -> None:
    platform = f"localhost:{site.port}"
    page(site, "/investors/", f'<a href="http://{platform}/northwind/annual-reports">Annual reports</a>')
    page(site, "/northwind/annual-reports", listed(range(2022, 2025), "/f/ar-{}.pdf"))
    assert search(site, platform).reason_code == "no_documents"
    named = search(site, platform, document_hosts=frozenset({"localhost"}))
    assert found_in(named) == annual(range(2022, 2025), "/f/ar-{}.pdf")


def test_a_document_behind_a_page_address_keeps_its_words_and_its_page(site: LocalSite) -> None:
    STRUCTURES["addresses_that_only_the_answer_explains"](site)
    one = search(site).documents[0]
    assert (one.link.link.text[:13], one.found_on) == ("Annual report", site.url("/investors/"))


class TestWhatWasNotSeen:
    def test_a_start_page_that_refuses(self, site: LocalSite) -> None:
        site.add("/investors/", b"members only", status=403)
        result = search(site)
        assert (result.reason_code, result.blocked, result.documents) == ("blocked_by_site", True, [])
        assert "upload" in result.reason
        assert site.paths() == ["/investors/"]

    @pytest.mark.parametrize("status", [200, 403, 503])
    def test_a_page_that_asks_for_a_human_being(self, site: LocalSite, status: int) -> None:
        challenge = b"<html><title>Just a moment...</title><script>window._cf_chl_opt={};</script></html>"
        site.add("/investors/", challenge, status=status)
        result = search(site)
        assert (result.reason_code, result.blocked) == ("blocked_by_site", True)
        assert "human being" in result.reason
        assert site.paths().count("/investors/") == 1

    def test_an_archive_that_refuses_is_never_an_empty_one(self, site: LocalSite) -> None:
        page(site, "/investors/", '<a href="/investors/annual-reports">Annual reports</a>')
        site.add("/investors/annual-reports", b"no", status=403)
        result = search(site)
        assert (result.reason_code, result.blocked) == ("blocked_by_site", True)
        assert "One page was refused." in result.reason

    def test_what_was_found_beside_a_refusal_is_kept_and_the_search_is_partial(self, site: LocalSite) -> None:
        page(
            site,
            "/investors/",
            '<a href="/investors/archive">Archive of annual reports</a>' + listed(range(2024, 2025)),
        )
        site.add("/investors/archive", b"no", status=403)
        result = search(site)
        assert found_in(result) == annual(range(2024, 2025))
        assert (result.reason_code, result.blocked) == ("blocked_by_site", False)

    def test_an_archive_closed_by_robots_is_named(self, site: LocalSite) -> None:
        site.add("/robots.txt", b"User-agent: *\nDisallow: /investors/annual", content_type="text/plain")
        page(site, "/investors/", '<a href="/investors/annual-reports">Annual reports</a>')
        result = search(site)
        assert (result.reason_code, result.blocked) == ("robots_disallow", True)

    def test_an_archive_that_needs_a_browser_is_named_with_the_ways_round(self, site: LocalSite) -> None:
        page(site, "/investors/", '<a href="/investors/annual-reports">Annual reports</a>')
        page(
            site,
            "/investors/annual-reports",
            "<div id='root'></div><noscript>You need to enable JavaScript to run this app.</noscript>"
            "<script src='/app.js'></script>",
        )
        result = search(site)
        assert (result.reason_code, result.blocked) == ("needs_script", False)
        for way in ("feed", "upload", "drop folder"):
            assert way in result.reason

    def test_a_site_that_asks_for_a_pause_is_left_alone_at_once(self, site: LocalSite) -> None:
        years = range(2015, 2025)
        page(site, "/investors/", listed(years, "/investors/year/{}") + listed(range(2024, 2025)))
        for year in years:
            site.add(f"/investors/year/{year}", b"", status=429, headers=(("Retry-After", "3600"),))
        result = search(site)
        assert found_in(result) == annual(range(2024, 2025))
        assert (result.reason_code, result.blocked) == ("rate_limited", False)
        assert "3600 seconds" in result.reason
        assert len([path for path in site.paths() if path.startswith("/investors/year")]) == 1

    def test_with_nothing_found_a_pause_is_for_a_later_try(self, site: LocalSite) -> None:
        page(site, "/investors/", '<a href="/investors/annual-reports">Annual reports</a>')
        site.add("/investors/annual-reports", b"", status=429, headers=(("Retry-After", "3600"),))
        with pytest.raises(FetchFailed) as caught:
            search(site)
        assert (caught.value.code, caught.value.retry_after) == ("rate_limited", 3600.0)

    def test_a_page_that_failed_is_not_passed_over_in_silence(self, site: LocalSite) -> None:
        page(site, "/investors/", listed(range(2022, 2025), "/investors/annual-{}"))
        page(site, "/investors/annual-2023", listed(range(2023, 2024)))
        page(site, "/investors/annual-2024", listed(range(2024, 2025)))
        site.add("/investors/annual-2022", b"", status=500)
        result = search(site)
        assert found_in(result) == annual(range(2023, 2025))
        assert result.reason_code == "http_5xx"
        assert "2 documents found are kept" in result.reason
        assert "One page was not to be had." in result.reason

    def test_pages_that_are_gone_say_nothing(self, site: LocalSite) -> None:
        page(site, "/investors/", '<a href="/investors/gone">Annual reports</a>' + listed(range(2024, 2025)))
        assert search(site).reason == ""


class TestBounds:
    def test_pages(self, site: LocalSite) -> None:
        STRUCTURES["a_tab_for_every_year"](site)
        result = search(site, bounds=CrawlBounds(most_pages=4))
        assert len([path for path in site.paths() if path.startswith("/investors/")]) == 4
        assert any("ended after 4 pages" in warning for warning in result.warnings)

    def test_depth(self, site: LocalSite) -> None:
        page(site, "/investors/", '<a href="/investors/reports-a">Annual reports</a>')
        for this, following in ("ab", "bc", "cd", "de"):
            page(
                site,
                f"/investors/reports-{this}",
                f'<a href="/investors/reports-{following}">Annual reports</a>',
            )
        result = search(site, bounds=CrawlBounds(deepest=2))
        assert "/investors/reports-b" in site.paths()
        assert "/investors/reports-c" not in site.paths()
        assert any("more than 2 links away" in warning for warning in result.warnings)

    def test_bytes(self, site: LocalSite) -> None:
        STRUCTURES["a_tab_for_every_year"](site)
        result = search(site, budget=CrawlBudget(most_bytes=3000))
        assert result.reason_code == "crawl_cut_short"
        assert len([path for path in site.paths() if "year=" in path]) < 9
        assert result.documents

    def test_time(self, site: LocalSite) -> None:
        STRUCTURES["a_tab_for_every_year"](site)
        result = search(site, budget=CrawlBudget(most_seconds=0.0))
        assert (result.reason_code, site.paths()) == ("crawl_cut_short", [])
        assert "ended after 0 seconds" in result.reason

    def test_a_million_links(self, site: LocalSite) -> None:
        line = b'<a href="/investors/n%06d">x</a>\n'
        body = listed(range(2024, 2025)).encode() + b"".join(line % number for number in range(1_000_000))
        site.add("/investors/", b"<html><body>" + body[:9_900_000])
        result = search(site, bounds=CrawlBounds(most_pages=5))
        assert found_in(result) == annual(range(2024, 2025))
        assert len(site.paths()) <= 6
        assert "The page is cut after 20,004 elements and 20,000 links." in result.warnings

    def test_a_calendar_without_end(self, site: LocalSite) -> None:
        def month(number: int) -> str:
            return f"/investors/results?month={2000 + number // 12}-{number % 12 + 1:02}"

        page(site, "/investors/", f'<a href="{month(0)}">Results</a>' + listed(range(2024, 2025)))
        for number in range(300):
            page(
                site, month(number), f'<a rel="next" href="{month(number + 1)}">Results of the next month</a>'
            )
        result = search(site, bounds=CrawlBounds(most_pages=200))
        assert len([path for path in site.paths() if "month" in path]) == 3
        assert found_in(result) == annual(range(2024, 2025))


def test_links_that_are_no_pages_are_not_followed(site: LocalSite) -> None:
    """Scripts, mail, data, other schemes, credentials and closed addresses, in one page."""
    hrefs = (
        "javascript:alert(1)", "data:text/html,annual report", "mailto:ir@example.org", "tel:+1", "#reports",
        "file:///etc/passwd", "ftp://127.0.0.1/annual-report", "http://user:pw@127.0.0.1/annual-report",
        "http://169.254.169.254/annual-report", "http://127.0.0.1:1/investors/annual-reports", "http://[::1/annual",
    )  # fmt: skip
    links = "".join(f'<a href="{href}">Annual report 2024</a>' for href in hrefs)
    page(site, "/investors/", links + listed(range(2024, 2025)))
    result = search(site)
    assert found_in(result) == annual(range(2024, 2025))
    assert site.paths() == ["/investors/", "/sitemap.xml"]


def test_a_file_at_the_address_given_is_the_document(site: LocalSite) -> None:
    site.add("/investors/", PDF, content_type="application/pdf")
    (one,) = search(site).documents
    assert one.link.link.url == site.url("/investors/")
