"""A site opened page by page, best page first, until its reports are found or a bound is reached."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from documents.site_refusals import Missed
from engine.discover.feeds import links_in_feed, links_in_json, links_in_sitemap
from engine.discover.frontier import LEAST_SCORE, Candidate, CrawlBounds, Frontier
from engine.discover.links import Link, links_in_html
from engine.discover.pages import feed_paths
from engine.discover.rank import (
    LinkRole,
    RankedLink,
    Site,
    fiscal_year_by_words,
    kind_by_words,
    rank_link,
    texts_by_layer,
)
from engine.discover.urls import absolute_url, host_of, same_site
from engine.discover.words import tokens
from engine.kinds import DocumentKind
from net.addresses import parse_url
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.receiving import DOCUMENTS
from net.values import Fetched

# Sitemaps can be many and large; the best ones by their names come first.
_MOST_SITEMAPS = 6
_MOST_WARNINGS = 50
_NO_PAGES = ("image/", "video/", "audio/", "font/", "application/octet-stream")


class PageMemory(Protocol):
    """Pages of earlier searches."""

    def recall(self, url: str) -> Fetched | None:
        """The page as it was, None where it is not kept."""

    def keep(self, page: Fetched) -> None:
        """Keeps a page for the next search, where the site can be asked whether it has changed."""


@dataclass(frozen=True)
class CrawlBudget:
    """What a crawl may take altogether. The time stays so far below the task's limit that the last
    page can still be waited for and everything found be stored."""

    most_seconds: float = 200.0
    most_bytes: int = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document as a link offers it, with the page it was found on."""

    link: RankedLink
    found_on: str


@dataclass(slots=True)
class CrawlResult:
    """What a crawl saw. `reason` is a sentence where it is not complete, with its stable code;
    `blocked` is set where the site turned us away, which never means that it has no reports."""

    documents: list[FoundDocument] = field(default_factory=list)
    pages: list[dict[str, str | int]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    blocked: bool = False
    reason_code: str = ""
    reason: str = ""


def crawl(
    start_url: str,
    fetcher: Fetcher,
    bounds: CrawlBounds,
    on_page: Callable[[int, int, str], None] = lambda opened, most, url: None,
    budget: CrawlBudget | None = None,
    memory: PageMemory | None = None,
    document_hosts: frozenset[str] = frozenset(),
) -> CrawlResult:
    """Search a site for documents, on its registered domain and on `document_hosts`.

    `on_page` hears the number of pages opened, the most there can be and the address. `memory` has
    pages of earlier searches, which are asked for conditionally.

    Raises FetchFailed only where nothing was found because of a failure that may pass.
    """
    site = Site(start_url, document_hosts)
    return _Crawl(site, fetcher, bounds, on_page, budget or CrawlBudget(), memory).run()


class _Crawl:
    def __init__(
        self,
        site: Site,
        fetcher: Fetcher,
        bounds: CrawlBounds,
        on_page: Callable[[int, int, str], None],
        budget: CrawlBudget,
        memory: PageMemory | None,
    ) -> None:
        self.start_url = start_url = site.start_url
        self.site = site
        self.fetcher = fetcher
        self.frontier = Frontier(start_url, bounds)
        self.on_page = on_page
        self.budget = budget
        self.memory = memory
        self.ends_at = time.monotonic() + budget.most_seconds
        self.bytes_read = 0
        self.missed = Missed()
        self.result = CrawlResult()
        # How an address was linked first, and where. One that answers with a document is named by its
        # link; and menus, which stand on every page, need not be judged on every page.
        self.linked: dict[str, tuple[RankedLink, str]] = {}

    def run(self) -> CrawlResult:
        try:
            parse_url(self.start_url)
        except FetchFailed as failure:
            self._stop(failure.code, failure.message, blocked=False)
            return self.result
        while self._within_budget() and (candidate := self.frontier.next()) is not None:
            self.on_page(self.frontier.pages_opened, self.frontier.bounds.most_pages, candidate.url)
            page = self._fetched(candidate.url, is_start=candidate.url == self.start_url)
            if page is not None:
                self.frontier.exclude(page.final_url)
                self._read(page, candidate)
            if candidate.url == self.start_url:
                if self.result.reason:
                    break
                self._read_sitemaps()
        self._conclude()
        return self.result

    def _within_budget(self) -> bool:
        if self.bytes_read > self.budget.most_bytes:
            self.missed.cut_short = f"after {self.bytes_read:,} bytes of pages"
        elif time.monotonic() > self.ends_at:
            self.missed.cut_short = f"after {self.budget.most_seconds:.0f} seconds"
        return not self.missed.cut_short

    def _fetched(self, url: str, *, is_start: bool = False) -> Fetched | None:
        """The page, None where it could not be had; why is kept."""
        if self.missed.is_closed(host_of(url)):
            self._log(url, "host_paused")
            return None
        try:
            page = self._page(url)
        except FetchFailed as failure:
            self._log(url, failure.code)
            if is_start and failure.retryable:
                raise
            if is_start:
                self._stop(failure.code, failure.message, blocked=self.missed.is_refusal(failure))
            self._warn(*self.missed.note(failure, host_of(url)))
            return None
        self.bytes_read += len(page.body)
        return page

    def _page(self, url: str) -> Fetched:
        """The page, from the site or, where the site says that it has not changed, as it was."""
        kept = self.memory.recall(url) if self.memory else None
        page = self.fetcher.get(
            url,
            etag=kept.etag if kept else None,
            last_modified=kept.last_modified if kept else None,
            documents_unwanted=True,
        )
        if kept is not None and page.not_modified:
            return kept
        if self.memory is not None:
            self.memory.keep(page)
        return page

    def _read(self, page: Fetched, candidate: Candidate) -> None:
        if candidate.url == self.start_url:
            self._follow_the_company(page.final_url)
        if page.media_type in DOCUMENTS:
            ranked, found_on = self.linked.get(candidate.url, (None, candidate.url))
            link = ranked.link if ranked else Link(candidate.url)
            new = self.frontier.add([_document_itself(page, link)], found_on, candidate.depth)
        else:
            new = self._add(self._links(page, candidate), page.final_url, candidate.depth)
        self._log(candidate.url, "ok", documents=new)

    def _follow_the_company(self, final_url: str) -> None:
        """Where the address given leads to another domain, the reports are looked for there too."""
        if not same_site(final_url, self.start_url):
            self.site = Site(final_url, self.site.document_hosts | {host_of(self.start_url)})
            self._warn(f"{self.start_url} leads to {final_url}, where the search went on.")

    def _add(self, links: tuple[Link, ...], found_on: str, depth: int) -> int:
        return self.frontier.add([self._ranked(link, found_on) for link in links], found_on, depth)

    def _ranked(self, link: Link, found_on: str) -> RankedLink:
        known = self.linked.get(link.url)
        if known is not None and known[0].link.text == link.text:
            return known[0]
        ranked = rank_link(link, self.site)
        # A document may be named better elsewhere, a page that seemed to lead away too.
        settled = ranked.role is LinkRole.IGNORE or (
            ranked.role is LinkRole.PAGE and ranked.score >= LEAST_SCORE
        )
        if settled and known is None and len(self.linked) < self.frontier.bounds.most_links:
            self.linked[link.url] = (ranked, found_on)
        return ranked

    def _links(self, page: Fetched, candidate: Candidate) -> tuple[Link, ...]:
        """The links of a page by what it is: a page, a sitemap, a feed or a list in JSON."""
        called = page.content_type
        if page.media_type == "application/json" or "json" in called:
            return links_in_json(page.body, page.final_url)
        if page.media_type in ("application/xml", "application/gzip") or (
            "xml" in called and "html" not in called
        ):
            return (
                links_in_feed(page.body, page.final_url) or links_in_sitemap(page.body, page.final_url).links
            )
        if not page.media_type and called.startswith(_NO_PAGES):
            return ()
        found = links_in_html(page.body, page.final_url, page.charset)
        self._warn(*found.warnings)
        is_start = candidate.url == self.start_url
        if found.challenge:
            self._challenged(page, is_start=is_start)
            return ()
        feeds = [url for path in feed_paths(page.body) if (url := absolute_url(path, page.final_url))]
        links = found.links + tuple(Link(url, source="feed") for url in feeds)
        if found.needs_script and not feeds:
            self._needs_script(page, is_start=is_start)
        return links

    def _challenged(self, page: Fetched, *, is_start: bool) -> None:
        sentence = (
            f"{page.final_url} asks for a human being instead of showing the page. Download the reports"
            " by hand and upload them, or put them into the drop folder; trying again does not help."
        )
        self.missed.refused.append(sentence)
        self._warn(sentence)
        if is_start:
            self._stop("blocked_by_site", sentence, blocked=True)

    def _needs_script(self, page: Fetched, *, is_start: bool) -> None:
        sentence = (
            f"{page.final_url} is empty until a browser has run its scripts, which is not done here."
            " Enter the address of the site's archive page or feed, or upload the reports, or put them into"
            " the drop folder; trying again does not help."
        )
        self.missed.scripted.append(sentence)
        self._warn(sentence)
        if is_start and not self.frontier.documents:
            self._stop("needs_script", sentence, blocked=False)

    def _read_sitemaps(self) -> None:
        """Sitemaps are a help: one that is missing or broken stands in nobody's way."""
        start = self.site.start_url
        try:
            named = self.fetcher.robots_for(start).sitemaps
        except FetchFailed:
            return
        waiting = {url for name in (*named, "/sitemap.xml") if (url := absolute_url(name, start))}
        opened: set[str] = set()
        while len(opened) < _MOST_SITEMAPS and self._within_budget():
            left = [url for url in sorted(waiting - opened) if self.site.holds(url)]
            if not left:
                break
            url = max(left, key=lambda one: rank_link(Link(one, source="sitemap"), self.site).score)
            opened.add(url)
            page = self._fetched_quietly(url)
            if page is not None:
                read = links_in_sitemap(page.body, page.final_url)
                self._log(url, "ok", documents=self._add(read.links, page.final_url, 0))
                waiting.update(read.sitemaps)

    def _fetched_quietly(self, url: str) -> Fetched | None:
        """A page that nobody promised: that it is not there or is refused says nothing of the site."""
        try:
            page = self.fetcher.get(url)
        except FetchFailed as failure:
            self._log(url, failure.code)
            if failure.code in ("rate_limited", "host_paused"):
                self.missed.note(failure, host_of(url))
            return None
        self.bytes_read += len(page.body)
        return page

    def _stop(self, code: str, sentence: str, *, blocked: bool) -> None:
        self.result.reason_code, self.result.reason, self.result.blocked = code, sentence, blocked

    def _warn(self, *sentences: str) -> None:
        known = self.result.warnings
        known += [sentence for sentence in sentences if sentence not in known][: _MOST_WARNINGS - len(known)]

    def _log(self, url: str, outcome: str, documents: int = 0) -> None:
        self.result.pages.append({"url": url, "outcome": outcome, "documents": documents})

    def _conclude(self) -> None:
        result = self.result
        result.documents = [
            FoundDocument(link, found_on) for link, found_on in self.frontier.documents.values()
        ]
        self._warn(*self.frontier.cut)
        if result.reason:
            return
        gap = self.missed.summed_up(found=len(result.documents))
        if gap is not None:
            if gap.failure is not None and not result.documents:
                raise gap.failure
            self._stop(gap.code, gap.sentence, blocked=gap.blocked)
        elif not result.documents:
            self._stop(
                "no_documents",
                f"No document was found on {len(result.pages)} pages from {self.start_url}. Check"
                " that this is the page on which the reports are listed, or upload them.",
                blocked=False,
            )


def _document_itself(page: Fetched, link: Link) -> RankedLink:
    """An address that looked like a page and answered with a document, judged by how it was linked and
    by the name the site gives the file."""
    named = Link(link.url, link.text or page.disposition_name, link.context, link.heading, link.source)
    texts = texts_by_layer(named)
    if page.disposition_name:
        texts["file"] = page.disposition_name.rpartition(".")[0] or page.disposition_name
    opinion = kind_by_words({layer: tokens(text) for layer, text in texts.items()})
    kind = opinion.kind
    if page.media_type == "application/zip" and kind in (DocumentKind.ANNUAL_REPORT, DocumentKind.UNKNOWN):
        kind = DocumentKind.ESEF_PACKAGE
    reasons = (*opinion.reasons, "the address answers with a document")
    year = fiscal_year_by_words(texts)
    return RankedLink(named, LinkRole.DOCUMENT, opinion.weight, kind, year, reasons, opinion.confidence)
