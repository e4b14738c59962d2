"""The three statements chosen together, with their continuation pages and the runners-up.

A summary or a parent-only schedule may look as good as a statement by itself; the statements
proper stand together, so the three are chosen jointly with a price on distance.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from engine.kinds import StatementKind
from engine.locate.lexicon import Vocabulary, letters
from engine.locate.score import FEW_LINES, PageScore, is_clear, score_page, score_pages

THRESHOLD = 15.0  # statements proper score from 18, the best page of a missing one up to 12
CLEAR = 18.0  # the least score of a page that is chosen without a look at all pages
LOOK_FURTHER = 6  # pages behind the last of such pages that are looked at
CANDIDATES = 6
NEAR = 7  # pages between the first and the last statement that cost nothing
FAR_COST = 1.2  # per further page
FARTHEST_COST = 14.0

SHORT_PAGE = 1500  # characters: a page with fewer may hold the last lines of a statement alone
TAIL = 5.0  # score of an untitled page that may hold the per-share figures of the page before

_FIGURE_THEN_WORD = re.compile(r"(?<=[\d)])\s+(?=[^\W\d_])")
_OPENING = 0  # the anchor of the first lines: revenue, total assets, operating activities
_PER_SHARE = 6  # the anchor of per-share figures, which may stand on a page of their own
# The anchor of the last line. What ends a balance sheet depends on its layout: Vocabulary.closing.
_LAST = {StatementKind.INCOME_STATEMENT: 5, StatementKind.CASH_FLOW_STATEMENT: 4}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Pages (from 1) taken for a statement."""

    kind: StatementKind
    pages: tuple[int, ...]
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for each kind, and what came next."""

    chosen: dict[StatementKind, Candidate]
    runners_up: dict[StatementKind, tuple[Candidate, ...]]


def choose(texts: Sequence[str], words: Vocabulary) -> Choice:
    """The best joint choice of first pages, each with the pages it runs over."""
    return _choice(score_pages(texts, words), texts, words)


def choose_from_front(texts: Sequence[str], words: Vocabulary) -> Choice | None:
    """The choice among the first pages alone, made once all three statements stand there so clearly
    that none of the pages behind would be preferred; None where they never do.

    The notes behind the statements are half of a report. Whether the choice is right must be asked of
    the figures: what is read here and proves itself needs no look at the rest.
    """
    scores: list[PageScore] = []
    clear: dict[StatementKind, PageScore] = {}
    newest = 0
    for number, text in enumerate(texts, 1):
        page = score_page(number, text, words)
        scores.append(page)
        for kind in StatementKind:
            score = page.scores.get(kind, 0.0)
            if (
                score >= CLEAR
                and is_clear(page, kind)
                and (kind not in clear or score > clear[kind].scores[kind])
            ):
                clear[kind], newest = page, number
        if len(clear) == len(StatementKind) and number == newest + LOOK_FURTHER:
            choice = _choice(scores, texts[:number], words)
            if _is_of(choice, clear):
                return choice
    return None


def _is_of(choice: Choice, clear: dict[StatementKind, PageScore]) -> bool:
    """Whether these pages were chosen, and stand together."""
    places = [page.page for page in clear.values()]
    return max(places) - min(places) <= NEAR and all(
        kind in choice.chosen and page.page in choice.chosen[kind].pages for kind, page in clear.items()
    )


def _choice(scores: Sequence[PageScore], texts: Sequence[str], words: Vocabulary) -> Choice:
    ranked = {kind: _ranked(scores, kind) for kind in StatementKind}
    best = _best_together(ranked)
    chosen, others = {}, {}
    for kind in StatementKind:
        page = best.get(kind)
        if page is not None:
            pages = _Run(scores, texts, words, kind).from_page(page.page)
            chosen[kind] = _candidate(page, kind, pages)
        taken = set(chosen[kind].pages) if kind in chosen else set()
        others[kind] = tuple(
            _candidate(p, kind, (p.page,)) for p in ranked[kind] if p.page not in taken and p.scores[kind] > 0
        )[:5]
    return Choice(chosen, others)


def _candidate(page: PageScore, kind: StatementKind, pages: tuple[int, ...]) -> Candidate:
    return Candidate(kind, pages, page.scores[kind], tuple(page.reasons[kind]))


def _ranked(scores: Sequence[PageScore], kind: StatementKind) -> list[PageScore]:
    able = [page for page in scores if kind in page.scores]
    return sorted(able, key=lambda page: (-page.scores[kind], page.page))[:CANDIDATES]


def _best_together(ranked: dict[StatementKind, list[PageScore]]) -> dict[StatementKind, PageScore]:
    options = [
        [None, *(page for page in ranked[kind] if page.scores[kind] >= THRESHOLD)] for kind in StatementKind
    ]
    best: tuple[float, tuple[PageScore | None, ...]] = (0.0, (None, None, None))
    for triple in product(*options):
        worth = sum(
            page.scores[kind] - THRESHOLD + 8.0
            for kind, page in zip(StatementKind, triple, strict=True)
            if page is not None
        )
        places = [page.page for page in triple if page is not None]
        if places:
            worth -= min(FARTHEST_COST, FAR_COST * max(0, max(places) - min(places) - NEAR))
        if worth > best[0]:
            best = (worth, triple)
    return {kind: page for kind, page in zip(StatementKind, best[1], strict=True) if page is not None}


@dataclass(frozen=True, slots=True)
class _Run:
    """Which pages around a statement's first one belong to it."""

    scores: Sequence[PageScore]
    texts: Sequence[str]
    words: Vocabulary
    kind: StatementKind

    def from_page(self, first: int) -> tuple[int, ...]:
        """The page and those it continues on or began on."""
        pages = [first]
        previous = self._neighbour(first, -1)
        if previous is not None and self._begins_before(self.scores[first - 1], previous):
            pages.insert(0, previous.page)
        for _ in range(3):
            following = self._neighbour(pages[-1], +1)
            if following is None or not self._continues(pages, following):
                break
            pages.append(following.page)
        return tuple(pages)

    def _neighbour(self, page: int, step: int) -> PageScore | None:
        """The next page in a direction that has text; one empty page between is skipped."""
        for distance in (1, 2):
            place = page - 1 + step * distance
            if not 0 <= place < len(self.scores):
                return None
            if not self.scores[place].blank:
                return self.scores[place]
        return None

    def _closed(self, pages: Sequence[int]) -> bool:
        """Whether a line with figures on the last of these pages ends the statement."""
        lines = [letters(line) for line in _lines(self.texts[pages[-1] - 1]) if any(map(str.isdigit, line))]
        if self.kind in _LAST:
            phrases = self.words.anchors[self.kind][_LAST[self.kind]].phrases
            return any(phrase in line for line in lines for phrase in phrases)
        so_far = "".join(letters(self.texts[page - 1]) for page in pages)
        return any(
            line in closing.whole or any(phrase in line for phrase in closing.phrases)
            for closing in self.words.closing
            if not closing.after or any(phrase in so_far for phrase in closing.after)
            for line in lines
        )

    def _begins_before(self, page: PageScore, previous: PageScore) -> bool:
        """The page before bears the same title and has what this one lacks."""
        kind = self.kind
        if kind in previous.titles and kind not in page.titles:
            return previous.titles[kind][0] >= 0.6 * len(previous.lines)
        if previous.scores.get(kind, 0.0) < (THRESHOLD / 2 if kind in previous.titles else THRESHOLD):
            return False
        before, here = previous.found[kind], page.found[kind]
        if kind is StatementKind.BALANCE_SHEET:
            return _OPENING in before - here
        if kind is StatementKind.CASH_FLOW_STATEMENT and _OPENING in before - here:
            return len(before & {1, 2, 4}) < 2
        return kind in previous.titles and not self._closed([previous.page]) and page.continued

    def _continues(self, pages: list[int], page: PageScore) -> bool:
        kind = self.kind
        if any(other is not kind for other in page.titles) or (page.foreign and kind not in page.titles):
            return False
        done = any(self._closed(pages[: n + 1]) for n in range(len(pages)))
        before = frozenset().union(*(self.scores[p - 1].found.get(kind, frozenset()) for p in pages))
        here = page.found.get(kind, frozenset())
        if kind in page.titles:
            again = _OPENING in before & here and 2 * len(here & before) > len(here)
            return page.continued or (not done and not again) or self._completes(before, here)
        if done:
            per_share = kind is StatementKind.INCOME_STATEMENT and _PER_SHARE in here - before
            return per_share and page.scores.get(kind, 0.0) >= TAIL
        may_be_tail = bool(here) or len(self.texts[page.page - 1]) < SHORT_PAGE
        return may_be_tail and page.numbers >= 2 and self._closed([*pages, page.page])

    def _completes(self, before: frozenset[int], here: frozenset[int]) -> bool:
        """The page bears the same title and holds mostly other captions: the second half, not the
        same statement of another company."""
        if self.kind is StatementKind.INCOME_STATEMENT and _PER_SHARE in here - before:
            return len(here) <= len(before)
        return bool(here - before) and 2 * len(here & before) < len(here)


def _lines(text: str) -> list[str]:
    """The lines of a page; one that comes without line ends is cut behind its figures."""
    lines = text.split("\n")
    return lines if len(lines) >= FEW_LINES else _FIGURE_THEN_WORD.split(text)
