"""Columns of figures: clusters of the right edges of their last digits.

A hanging bracket therefore does not move a figure, and labels with digits in them join no column.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.tables.numbers import Figure, FigureKind

EDGE = 0.65  # of the type size: how far right edges of one column lie apart
LEAST_ROWS = 2
WEAK = 0.12  # of the strongest column's rows: fewer is no column
_NOTE = re.compile(r"^[(\[]?\d{1,2}(?:[.,]\d{1,2}){0,2}(?:\([a-z]+\))?[a-z]?[)\]]?$")


@dataclass(slots=True)
class Band:
    """One column: `x0` and `x1` bound its figures, `right` is where their digits end."""

    x0: float
    x1: float
    right: float
    rows: int
    is_note: bool = False

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


def find_bands(rows: Sequence[Sequence[Figure]]) -> list[Band]:
    """The columns of a table from left to right, the note column among them and marked."""
    members = [(n, f) for n, row in enumerate(rows) for f in row if f.free and f.kind is FigureKind.NUMBER]
    clusters = _merged(_clusters(members))
    strongest = max((len({n for n, _ in c}) for c in clusters), default=0)
    least = max(LEAST_ROWS, WEAK * strongest) if strongest > 3 else 1
    kept = [c for c in clusters if len({n for n, _ in c}) >= least]
    kept = _beside_others(kept, strongest)
    bands = [_band(c) for c in kept]
    for band, cluster in zip(bands, kept, strict=True):
        band.is_note = _looks_like_notes([f for _, f in cluster])
    return _only_leading_note(bands)


_Members = list[tuple[int, Figure]]


def _beside_others(clusters: list[_Members], strongest: int) -> list[_Members]:
    """Without weak clusters whose figures mostly stand alone on their lines: share counts at the
    end of a wrapped label are no column."""
    strong = {n for c in clusters if len({n for n, _ in c}) >= 0.5 * strongest for n, _ in c}
    kept = []
    for cluster in clusters:
        rows = {n for n, _ in cluster}
        if len(rows) >= 0.5 * strongest or len(rows & strong) > 0.5 * len(rows):
            kept.append(cluster)
    return kept


def _clusters(members: _Members) -> list[_Members]:
    clusters: list[_Members] = []
    for n, figure in sorted(members, key=lambda m: m[1].right):
        if clusters and figure.right - clusters[-1][-1][1].right <= EDGE * figure.size:
            clusters[-1].append((n, figure))
        else:
            clusters.append([(n, figure)])
    return clusters


def _merged(clusters: list[_Members]) -> list[_Members]:
    """Neighbours that overlap and never stand on one line are one column set otherwise."""
    merged: list[_Members] = []
    for cluster in clusters:
        if merged and _same_column(merged[-1], cluster):
            merged[-1] = merged[-1] + cluster
        else:
            merged.append(cluster)
    return merged


def _same_column(a: _Members, b: _Members) -> bool:
    if {n for n, _ in a} & {n for n, _ in b}:
        return False
    left = max(min(f.x0 for _, f in a), min(f.x0 for _, f in b))
    right = min(max(f.right for _, f in a), max(f.right for _, f in b))
    narrower = min(max(f.right for _, f in c) - min(f.x0 for _, f in c) for c in (a, b))
    return right - left > 0.5 * narrower


def _band(cluster: _Members) -> Band:
    rights = sorted(f.right for _, f in cluster)
    return Band(
        min(f.x0 for _, f in cluster),
        max(f.x1 for _, f in cluster),
        rights[len(rights) // 2],
        len({n for n, _ in cluster}),
    )


def _looks_like_notes(figures: Sequence[Figure]) -> bool:
    """Small whole numbers that mostly rise down the page."""
    texts = [f.text for f in figures]
    if not texts or sum(bool(_NOTE.match(t)) for t in texts) < 0.85 * len(texts):
        return False
    if any(t.startswith("(") and t.endswith(")") and t[1:-1].isdigit() for t in texts):
        return False
    values = [int(number) for text in texts for number in re.findall(r"\d+", text)[:1]]
    return max(values, default=0) <= 60


def _only_leading_note(bands: list[Band]) -> list[Band]:
    """A note column stands left of all figures; a later column of small numbers is figures."""
    for n, band in enumerate(bands):
        if band.is_note and (n > 0 or len(bands) < 2):
            band.is_note = False
    return bands


def column_of(figure: Figure, bands: Sequence[Band]) -> int | None:
    """The column a figure stands in: by its right edge, else by the space between columns."""
    if not bands:
        return None
    nearest = min(range(len(bands)), key=lambda n: abs(bands[n].right - figure.right))
    if figure.kind is FigureKind.NUMBER and abs(bands[nearest].right - figure.right) <= EDGE * figure.size:
        return nearest
    middle = (figure.x0 + figure.x1) / 2
    for n, band in enumerate(bands):
        left = bands[n - 1].x1 if n else band.x0 - 0.4 * figure.size
        if min(left, band.x0) <= middle <= band.x1 + 1.2 * figure.size and middle > (
            bands[n - 1].right if n else left - 1
        ):
            return n
    return None
