"""Which page to open next: the best known, within bounds. Pure and deterministic."""

import heapq
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from engine.discover.rank import LinkRole, RankedLink
from engine.discover.urls import normalise_url
from engine.errors import BadInput

_DIGITS = re.compile(r"\d+")
LEAST_SCORE = -3.0  # pages that clearly lead elsewhere are not worth a request


@dataclass(frozen=True)
class CrawlBounds:
    """How far a crawl may go. `most_idle_of_a_pattern` ends a calendar or a list that goes on for
    ever: so many pages of one pattern (digits aside) without a new document, and no more of it."""

    most_pages: int = 40
    deepest: int = 3
    most_links: int = 50_000
    most_of_a_pattern: int = 30
    most_idle_of_a_pattern: int = 3
    most_documents: int = 5_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page to open."""

    url: str
    depth: int
    score: float
    reasons: tuple[str, ...]


@dataclass(slots=True)
class _Pattern:
    opened: int = 0
    idle: int = 0


class Frontier:
    """The pages still to open and the documents found so far.

    Deeper pages must promise more to be opened as early; of equal ones, the one found first goes
    first.
    """

    def __init__(self, start_url: str, bounds: CrawlBounds | None = None) -> None:
        self.bounds = bounds or CrawlBounds()
        self.documents: dict[str, tuple[RankedLink, str]] = {}
        self.pages_opened = 0
        self.cut: list[str] = []
        self._known: set[str] = set()
        self._waiting: list[tuple[float, int, Candidate]] = []
        self._order = 0
        self._links = 0
        self._patterns: dict[str, _Pattern] = {}
        self._opened: dict[str, str] = {}
        self._push(Candidate(start_url, 0, 100.0, ("the address given",)))

    def add(self, ranked: Iterable[RankedLink], found_on: str, depth: int) -> int:
        """Takes in the links of a page at `depth`; returns how many documents were new."""
        new = 0
        for link in ranked:
            if self._links >= self.bounds.most_links:
                self._note(f"Links beyond the first {self.bounds.most_links:,} were left out.")
                break
            self._links += 1
            if link.role is LinkRole.DOCUMENT:
                new += self._add_document(link, found_on)
            elif link.role is LinkRole.PAGE and link.score >= LEAST_SCORE:
                self._add_page(link, depth if _continues(link, found_on) else depth + 1)
        self._judge_pattern(found_on, new)
        return new

    def next(self) -> Candidate | None:
        """The best page not opened yet, None where there is none or the bounds are reached."""
        while self._waiting:
            if self.pages_opened >= self.bounds.most_pages:
                self._note(
                    f"The crawl ended after {self.pages_opened} pages; {len(self._waiting)} were not opened."
                )
                return None
            candidate = heapq.heappop(self._waiting)[2]
            if self._is_trap(candidate.url):
                continue
            self.pages_opened += 1
            self._pattern(candidate.url).opened += 1
            return candidate
        return None

    def exclude(self, url: str) -> None:
        """Marks an address as known, for instance where a redirect ended."""
        try:
            self._known.add(normalise_url(url))
        except BadInput:
            return

    def _add_document(self, link: RankedLink, found_on: str) -> int:
        try:
            url = normalise_url(link.link.url)
        except BadInput:
            return 0
        known = self.documents.get(url)
        if known is None and len(self.documents) >= self.bounds.most_documents:
            self._note(f"Documents beyond the first {self.bounds.most_documents:,} were left out.")
            return 0
        if known is None or (link.confidence, link.score) > (known[0].confidence, known[0].score):
            self.documents[url] = (link, found_on)
        return int(known is None)

    def _add_page(self, link: RankedLink, depth: int) -> None:
        if depth > self.bounds.deepest:
            self._note(f"Pages more than {self.bounds.deepest} links away were not opened.")
            return
        self._push(Candidate(link.link.url, depth, link.score - 0.5 * depth, link.reasons))

    def _push(self, candidate: Candidate) -> None:
        try:
            url = normalise_url(candidate.url)
        except BadInput:
            return
        if url in self._known:
            return
        self._known.add(url)
        self._order += 1
        heapq.heappush(self._waiting, (-candidate.score, self._order, candidate))

    def _judge_pattern(self, url: str, new_documents: int) -> None:
        pattern = self._pattern(url)
        pattern.idle = 0 if new_documents else pattern.idle + 1

    def _is_trap(self, url: str) -> bool:
        pattern = self._pattern(url)
        if pattern.opened >= self.bounds.most_of_a_pattern:
            self._note(
                f"No more than {self.bounds.most_of_a_pattern} pages like {pattern_of(url)} were opened."
            )
            return True
        if pattern.idle >= self.bounds.most_idle_of_a_pattern and "#" in pattern_of(url):
            self._note(f"Pages like {pattern_of(url)} brought nothing new and were left.")
            return True
        return False

    def _pattern(self, url: str) -> _Pattern:
        return self._patterns.setdefault(pattern_of(url), _Pattern())

    def _note(self, sentence: str) -> None:
        if sentence not in self.cut:
            self.cut.append(sentence)


def _continues(link: RankedLink, found_on: str) -> bool:
    """True for a further page of the same list, which is no deeper than the page before it."""
    pattern = pattern_of(link.link.url)
    return link.link.source == "next_page" or ("#" in pattern and pattern == pattern_of(found_on))


def pattern_of(url: str) -> str:
    """The shape of an address: its host and path with `#` for digits, and the names in its query."""
    parts = urlsplit(url)
    names = sorted({part.partition("=")[0] for part in parts.query.split("&") if part})
    digits_in_query = "#" if any(sign.isdigit() for sign in parts.query) else ""
    query = "?" + "&".join(names) + digits_in_query if names else ""
    return f"{parts.hostname or ''}{_DIGITS.sub('#', parts.path)}{query}"
