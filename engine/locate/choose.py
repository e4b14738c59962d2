"""The three statements chosen together, with their continuation pages and the runners-up.

A summary or a parent-only schedule may look as good as a statement by itself; the statements
proper stand together, so the three are chosen jointly with a price on distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from engine.kinds import StatementKind
from engine.locate.lexicon import Vocabulary
from engine.locate.score import PageScore

THRESHOLD = 15.0  # statements proper score from 18, the best page of a missing one up to 12
CANDIDATES = 6
NEAR = 7  # pages between the first and the last statement that cost nothing
FAR_COST = 1.2  # per further page
FARTHEST_COST = 14.0

_PER_SHARE = 6  # the anchor of per-share figures, which may stand on a page of their own
_CLOSING: dict[StatementKind, tuple[int, ...]] = {
    StatementKind.BALANCE_SHEET: (2,),
    StatementKind.CASH_FLOW_STATEMENT: (4,),
    StatementKind.INCOME_STATEMENT: (5,),
}


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


def choose(scores: Sequence[PageScore], words: Vocabulary) -> Choice:
    """The best joint choice of first pages, each with the pages it runs over."""
    ranked = {kind: _ranked(scores, kind) for kind in StatementKind}
    best = _best_together(ranked)
    chosen, others = {}, {}
    for kind in StatementKind:
        page = best.get(kind)
        if page is not None:
            pages = run_of_pages(scores, page.page, kind)
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


def run_of_pages(scores: Sequence[PageScore], first: int, kind: StatementKind) -> tuple[int, ...]:
    """The page and those it continues on or began on."""
    pages = [first]
    previous = _neighbour(scores, first, -1)
    if previous is not None and _begins_before(scores[first - 1], previous, kind):
        pages.insert(0, previous.page)
    current = scores[pages[-1] - 1]
    for _ in range(3):
        following = _neighbour(scores, current.page, +1)
        if following is None or not _continues(scores, pages, following, kind):
            break
        pages.append(following.page)
        current = following
    return tuple(pages)


def _neighbour(scores: Sequence[PageScore], page: int, step: int) -> PageScore | None:
    """The next page in a direction that has text; one empty page between is skipped."""
    for distance in (1, 2):
        place = page - 1 + step * distance
        if not 0 <= place < len(scores):
            return None
        if not scores[place].blank:
            return scores[place]
    return None


def _closed(page: PageScore, kind: StatementKind) -> bool:
    return all(n in page.found.get(kind, frozenset()) for n in _CLOSING[kind])


def _begins_before(page: PageScore, previous: PageScore, kind: StatementKind) -> bool:
    """The page before bears the same title and has what this one lacks."""
    if kind in previous.titles and kind not in page.titles:
        return previous.titles[kind][0] >= 0.6 * len(previous.lines)
    if previous.scores.get(kind, 0.0) < (THRESHOLD / 2 if kind in previous.titles else THRESHOLD):
        return False
    if kind is StatementKind.BALANCE_SHEET:
        return 0 in previous.found[kind] and 0 not in page.found[kind]
    if kind is StatementKind.CASH_FLOW_STATEMENT and 0 in previous.found[kind] and 0 not in page.found[kind]:
        return len(previous.found[kind] & {1, 2, 4}) < 2
    if kind not in previous.titles:
        return False
    return not _closed(previous, kind) and page.continued


def _continues(scores: Sequence[PageScore], pages: list[int], page: PageScore, kind: StatementKind) -> bool:
    done = any(_closed(scores[p - 1], kind) for p in pages)
    others = {k for k in page.titles if k is not kind}
    if others or (page.foreign and kind not in page.titles):
        return False
    if kind in page.titles:
        return page.continued or not done or _completes(scores, pages, page, kind)
    return not done and page.numbers >= 2 and _closed(page, kind)


def _completes(scores: Sequence[PageScore], pages: list[int], page: PageScore, kind: StatementKind) -> bool:
    """The page bears the same title and holds mostly other captions: the second half, not the same
    statement of another company."""
    before = frozenset().union(*(scores[p - 1].found.get(kind, frozenset()) for p in pages))
    here = page.found.get(kind, frozenset())
    if kind is StatementKind.INCOME_STATEMENT and _PER_SHARE in here - before:
        return len(here) <= len(before)
    return bool(here - before) and len(here & before) < 0.5 * len(here)
