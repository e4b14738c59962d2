"""Running titles: lines at the head or foot of a page that stand on its neighbours too."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.locate.lexicon import letters
from engine.pdf.words import Line, Page

EDGE_LINES = 2  # of a page's text, at each end
EDGE_CHARACTERS = 400
WINDOW = 6  # pages to each side that are looked at: left and right pages often differ
LEAST_PAGES = 3
LEAST_LETTERS = 4


def running_lines(texts: Sequence[str], pages: Iterable[int]) -> frozenset[str]:
    """The letters of lines that stand at the edge of at least LEAST_PAGES pages around `pages`
    (from 1). Digits do not count, since page numbers differ."""
    near = {n for page in pages for n in range(page - WINDOW, page + WINDOW + 1) if 1 <= n <= len(texts)}
    counts: Counter[str] = Counter()
    for n in near:
        counts.update(_edges(texts[n - 1]))
    return frozenset(line for line, count in counts.items() if count >= LEAST_PAGES)


def _edges(text: str) -> set[str]:
    stripped = text.strip()
    head = stripped[:EDGE_CHARACTERS].split("\n")[:EDGE_LINES]
    foot = stripped[-EDGE_CHARACTERS:].split("\n")[-EDGE_LINES:]
    return {squashed for line in (*head, *foot) if len(squashed := letters(line)) >= LEAST_LETTERS}


def without_running_foot(page: Page, running: frozenset[str]) -> Page:
    """The page without running titles at its foot that bear a number, as page numbers do.

    Lines without a number stay, because a unit or a reference to the notes may be repeated too.
    """
    kept = list(page.lines)
    while kept and _is_running(kept[-1], running):
        kept.pop()
    return page if len(kept) == len(page.lines) else replace(page, lines=kept)


def _is_running(line: Line, running: frozenset[str]) -> bool:
    return any(word.text.isdigit() for word in line.words) and letters(line.text) in running
