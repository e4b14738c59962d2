"""A site opened page by page, best page first, until its reports are found or a bound is reached."""

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.discover.feeds import links_in_feed, links_in_json, links_in_sitemap
from engine.discover.frontier import Candidate, CrawlBounds, Frontier
from engine.discover.links import Link, links_in_html
from engine.discover.pages import feed_paths
from engine.discover.rank import LinkRole, RankedLink, Site, rank_link
from engine.discover.urls import absolute_url
from engine.kinds import DocumentKind
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.values import Fetched

# Failures of the first page that say something about the whole site.
_SITE_REFUSES = frozenset({"blocked_by_site", "robots_disallow"})
# Sitemaps can be many and large; reports are nearly always in the first ones.
_MOST_SITEMAPS = 5


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
) -> CrawlResult:
    """Search a site for documents. `on_page` hears the number of pages opened, the most there can
    be and the address.

    Raises FetchFailed only where the first page failed in a way that may pass.
    """
    return _Crawl(start_url, fetcher, bounds, on_page).run()


class _Crawl:
    def __init__(
        self,
        start_url: str,
        fetcher: Fetcher,
        bounds: CrawlBounds,
        on_page: Callable[[int, int, str], None],
    ) -> None:
        self.site = Site(start_url)
        self.fetcher = fetcher
        self.frontier = Frontier(start_url, bounds)
        self.on_page = on_page
        self.result = CrawlResult()

    def run(self) -> CrawlResult:
        while (candidate := self.frontier.next()) is not None:
            self.on_page(self.frontier.pages_opened, self.frontier.bounds.most_pages, candidate.url)
            page = self._open(candidate)
            if page is not None:
                self._read(page, candidate)
            if candidate.depth == 0 and candidate.url == self.site.start_url:
                if self.result.reason:
                    break
                self._read_sitemaps()
        self._conclude()
        return self.result

    def _open(self, candidate: Candidate) -> Fetched | None:
        try:
            page = self.fetcher.get(candidate.url)
        except FetchFailed as failure:
            self._log(candidate.url, failure.code)
            if candidate.depth == 0:
                if failure.retryable:
                    raise
                self._stop(failure.code, failure.message, blocked=failure.code in _SITE_REFUSES)
            elif failure.code in _SITE_REFUSES:
                self.result.warnings.append(failure.message)
            return None
        self.frontier.exclude(page.final_url)
        return page

    def _read(self, page: Fetched, candidate: Candidate) -> None:
        if page.media_type == "application/pdf":
            ranked = [_document_itself(page)]
        else:
            ranked = [rank_link(link, self.site) for link in self._links(page, candidate)]
        new = self.frontier.add(ranked, page.final_url, candidate.depth)
        self._log(candidate.url, "ok", documents=new)

    def _links(self, page: Fetched, candidate: Candidate) -> tuple[Link, ...]:
        """The links of a page by what it is: a page, a sitemap, a feed or a list in JSON."""
        if page.media_type == "application/json" or "json" in page.content_type:
            return links_in_json(page.body, page.final_url)
        if page.media_type == "application/xml":
            return (
                links_in_feed(page.body, page.final_url) or links_in_sitemap(page.body, page.final_url).links
            )
        found = links_in_html(page.body, page.final_url, page.charset)
        self.result.warnings += [w for w in found.warnings if w not in self.result.warnings]
        if found.challenge:
            self._challenged(page, candidate)
            return ()
        feeds = [url for path in feed_paths(page.body) if (url := absolute_url(path, page.final_url))]
        links = found.links + tuple(Link(url, source="feed") for url in feeds)
        if found.needs_script and not feeds:
            self._needs_script(page, candidate)
        return links

    def _challenged(self, page: Fetched, candidate: Candidate) -> None:
        sentence = (
            f"{page.final_url} asks for a human being instead of showing the page. Download the reports"
            " by hand and upload them; trying again does not help."
        )
        if candidate.depth == 0:
            self._stop("blocked_by_site", sentence, blocked=True)
        else:
            self.result.warnings.append(sentence)

    def _needs_script(self, page: Fetched, candidate: Candidate) -> None:
        sentence = (
            f"{page.final_url} is empty until a browser has run its scripts, which is not done here."
            " Enter the address of the site's archive page or feed, or upload the reports."
        )
        if candidate.depth == 0:
            self._stop("needs_script", sentence, blocked=False)
        else:
            self.result.warnings.append(sentence)

    def _read_sitemaps(self) -> None:
        """Sitemaps are a help: one that is missing or broken stands in nobody's way."""
        try:
            named = self.fetcher.robots_for(self.site.start_url).sitemaps
        except FetchFailed:
            return
        usual = absolute_url("/sitemap.xml", self.site.start_url)
        waiting = [*dict.fromkeys([*named, *([usual] if usual else [])])]
        for url in waiting:
            if waiting.index(url) >= _MOST_SITEMAPS or not self.site.holds(url):
                continue
            try:
                page = self.fetcher.get(url)
            except FetchFailed as failure:
                self._log(url, failure.code)
                continue
            read = links_in_sitemap(page.body, page.final_url)
            new = self.frontier.add([rank_link(link, self.site) for link in read.links], page.final_url, 0)
            self._log(url, "ok", documents=new)
            waiting += [other for other in read.sitemaps if other not in waiting]

    def _stop(self, code: str, sentence: str, *, blocked: bool) -> None:
        self.result.reason_code, self.result.reason, self.result.blocked = code, sentence, blocked

    def _log(self, url: str, outcome: str, documents: int = 0) -> None:
        self.result.pages.append({"url": url, "outcome": outcome, "documents": documents})

    def _conclude(self) -> None:
        result = self.result
        result.documents = [
            FoundDocument(link, found_on) for link, found_on in self.frontier.documents.values()
        ]
        result.warnings += self.frontier.cut
        if not result.documents and not result.reason:
            self._stop(
                "no_documents",
                f"No document was found on {len(result.pages)} pages from {self.site.start_url}. Check"
                " that this is the page on which the reports are listed, or upload them.",
                blocked=False,
            )


def _document_itself(page: Fetched) -> RankedLink:
    """An address that looked like a page and answered with a document."""
    link = Link(page.final_url, page.disposition_name)
    reasons = ("the address answers with a PDF",)
    return RankedLink(link, LinkRole.DOCUMENT, 0.0, DocumentKind.UNKNOWN, None, reasons)
