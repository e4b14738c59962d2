"""Drawings made on the server: places and sizes for SVG, so that a page needs no script for them."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR, STEP, HEIGHT = 14, 20, 100


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar; `fill` names its colour."""

    fill: str
    text: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class StackedBar:
    label: str
    x: int
    total: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class StackedBars:
    """Bars side by side on a ground of `width` by `height`, the highest as high as the ground."""

    bars: tuple[StackedBar, ...]
    width: int
    height: int
    highest: int


def stacked_bars(
    columns: Sequence[tuple[str, Sequence[int]]], kinds: Sequence[tuple[str, str]]
) -> StackedBars:
    """Bars of counts from the bottom up: for each column its label and one count for each kind, which is
    a colour and a text."""
    highest = max((sum(counts) for _, counts in columns), default=0)
    bars = tuple(
        StackedBar(label, number * STEP + (STEP - BAR) // 2, sum(counts), _pieces(counts, kinds, highest))
        for number, (label, counts) in enumerate(columns)
    )
    return StackedBars(bars, len(columns) * STEP, HEIGHT, highest)


def _pieces(counts: Sequence[int], kinds: Sequence[tuple[str, str]], highest: int) -> tuple[Piece, ...]:
    pieces, below = [], 0
    for count, (fill, text) in zip(counts, kinds, strict=True):
        if count:
            height = HEIGHT * count / highest
            pieces.append(
                Piece(
                    fill, text, count, round(HEIGHT - HEIGHT * below / highest - height, 2), round(height, 2)
                )
            )
        below += count
    return tuple(pieces)
