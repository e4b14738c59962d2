"""The made pages of the benchmark, played by a server: what is found by searching is what they hold."""

from collections.abc import Callable

import pytest

from benchmarks import made_pages
from documents.crawl import crawl
from engine.discover.frontier import CrawlBounds
from engine.discover.urls import absolute_url
from net.addresses import AddressPolicy
from net.fetch import Fetcher
from net.limiter import LocalHostLimiter
from net.values import FetchOptions
from tests.http import LocalSite

LANGUAGES = made_pages.languages()


@pytest.mark.parametrize("structure", made_pages.STRUCTURES, ids=lambda structure: structure.__name__)
def test_every_report_of_every_structure_is_found(structure: Callable[[made_pages.Desk], str]) -> None:
    # A language in turn, so that all of them are met without playing every page in each.
    language = LANGUAGES[made_pages.STRUCTURES.index(structure) % len(LANGUAGES)]
    made = made_pages.made(structure, language)
    with LocalSite() as site:
        here = site.url("")
        site.add("/investors/reports/", made.body.replace(made_pages.HOST.encode(), here.encode()))
        policy = AddressPolicy(allowed_private=frozenset({site.pair}))
        fetcher = Fetcher(FetchOptions("ir@example.org", policy=policy), LocalHostLimiter(0.0))
        result = crawl(site.url("/investors/reports/"), fetcher, CrawlBounds(most_pages=5))
    found = {one.link.link.url: (one.link.kind, one.link.fiscal_year) for one in result.documents}
    wanted = {
        absolute_url(one.url.replace(made_pages.HOST, here), here): (one.kind, one.year)
        for one in made.truth
        if one.kind in made_pages.REPORTS
    }
    assert wanted
    assert {url: found.get(url) for url in wanted} == wanted
    assert (result.reason, result.blocked) == ("", False)
