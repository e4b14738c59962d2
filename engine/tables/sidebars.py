"""Words beside a table that are none of it: the chapters of a glossy report down the edge of its pages.

A group of words parted from the labels by a wide gap, or beyond the last column, is no label. What
is shorter than a word, such as the numbering "A. I. 1.", stays.
"""

from collections import Counter
from collections.abc import Sequence

from engine.pdf.words import Line, Word
from engine.tables.columns import Band

GAP = 2.5  # of the type size, between a sidebar and the labels
OUTDENT = 6.0  # of the type size: headings may stand this far left of the labels below them
BEYOND = 2.0  # of the type size, right of the last column
LEAST_LINES = 2  # beside labels, from which words at the left are a sidebar
LEAST_LETTERS = 4


def without_sidebars(lines: Sequence[Line], bands: Sequence[Band]) -> list[Line]:
    """The lines without words beside the table; lines that held nothing else are left out."""
    if not bands:
        return list(lines)
    trimmed = [kept for line in lines if (kept := _without_right(line, bands[-1])).words]
    margin = _margin_beside_sidebar(trimmed, bands[0])
    if margin is None:
        return trimmed
    return [kept for line in trimmed if (kept := _without_left(line, margin)).words]


def _without_right(line: Line, last: Band) -> Line:
    kept = [word for word in line.words if word.x0 <= last.x1 + BEYOND * word.size]
    return line if len(kept) == len(line.words) else Line(kept, line.y)


def _margin_beside_sidebar(lines: Sequence[Line], first: Band) -> float | None:
    """Where the labels of lines with figures begin, if words stand left of several lines; else None.

    The label is the last group before the figures; several lines must begin with it, since a sidebar
    may stand alone beside an unlabelled total.
    """
    groups = [_groups([word for word in line.words if word.x1 < first.x0]) for line in lines]
    starts = Counter(
        round(found[-1][0].x0)
        for line, found in zip(lines, groups, strict=True)
        if found and line.x1 > first.x0 and any(c.isdigit() for c in line.words[-1].text)
    )
    margin = min((x for x, count in starts.items() if count > 1), default=None)
    if margin is None:
        return None
    beside = sum(bool(found) and _is_sidebar(found[0], margin) for found in groups)
    return float(margin) if beside >= LEAST_LINES else None


def _without_left(line: Line, margin: float) -> Line:
    groups = _groups(line.words)
    kept = [word for group in groups if not _is_sidebar(group, margin) for word in group]
    return line if len(kept) == len(line.words) else Line(kept, line.y)


def _is_sidebar(group: Sequence[Word], margin: float) -> bool:
    size = group[0].size
    left = group[-1].x1 < margin - GAP * size + 1 and group[0].x0 < margin - OUTDENT * size
    return left and sum(c.isalpha() for word in group for c in word.text) >= LEAST_LETTERS


def _groups(words: Sequence[Word]) -> list[list[Word]]:
    """Words parted at wide gaps."""
    groups: list[list[Word]] = []
    for word in words:
        if groups and word.x0 - groups[-1][-1].x1 < GAP * word.size:
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups
