"""Pages that hold two tables side by side: assets beside liabilities, or the two pages of a spread.

Labels between two columns of figures give them away. The halves are read one after the other, as if
each were a page.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from engine.pdf.words import Line, Page, Word
from engine.tables.columns import Band, find_bands
from engine.tables.numbers import figures_of, uses_spaced_groups

LEAST_GAP = 0.12  # of the page's width between the columns of figures that labels stand between
LEAST_LABELS = 4  # lines with labels there
LABEL_SHARE = 0.3  # of the lines with figures
_PARTED = 1.5  # of the type size: a title over both halves has no gap as wide


def halves_of(page: Page) -> tuple[Page, ...]:
    """The page, or its left and its right half."""
    cut = _cut(page)
    if cut is None:
        return (page,)
    left: list[Line] = []
    right: list[Line] = []
    for line in page.lines:
        before = [word for word in line.words if word.x1 <= cut]
        after = [word for word in line.words if word.x0 >= cut]
        if len(before) + len(after) < len(line.words) or _is_one(before, after):
            left.append(line)
            continue
        for words, half in ((before, left), (after, right)):
            if words:
                half.append(Line(words, line.y))
    return replace(page, lines=left), replace(page, lines=right)


def _is_one(before: Sequence[Word], after: Sequence[Word]) -> bool:
    return bool(before and after) and after[0].x0 - before[-1].x1 < _PARTED * before[-1].size


def _cut(page: Page) -> float | None:
    """Where the labels of the right half begin."""
    spaced = uses_spaced_groups(page.lines)
    figures = [figures_of(line, spaced) for line in page.lines]
    bands = find_bands([[f for f in found if not f.is_year] for found in figures])
    rows = sum(bool(found) for found in figures)
    for left, right in pairwise(bands):
        if right.x0 - left.x1 < LEAST_GAP * page.width:
            continue
        labels = [start for line in page.lines if (start := _label_between(line, left, right)) is not None]
        if len(labels) >= max(LEAST_LABELS, LABEL_SHARE * rows):
            return min(labels) - 1.0
    return None


def _label_between(line: Line, left: Band, right: Band) -> float | None:
    """The left edge of words that stand between two columns."""
    return next(
        (
            word.x0
            for word in line.words
            if word.x0 > left.x1 + word.size and word.x1 < right.x1 and sum(map(str.isalpha, word.text)) > 1
        ),
        None,
    )
