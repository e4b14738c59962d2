"""A paper as templates take it: each block with its sort, charts with the places of what is drawn."""

from dataclasses import dataclass
from typing import Any

from monitoring.charts import StackedBars, stacked_bars
from monitoring.reports.paper import Bars, Block, Grid, Move, Moves, Paper

HALF = 100  # of the drawing of a move, to each side


@dataclass(frozen=True, slots=True)
class DrawnMove:
    """A bar from `x` on, `width` wide, on a ground of 2 × HALF."""

    move: Move
    x: str
    width: str
    fill: str


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """`sort` names the part of the template that shows it."""

    sort: str
    block: Block
    chart: StackedBars | None = None
    counts: tuple[tuple[str, str, int], ...] = ()
    moves: tuple[DrawnMove, ...] = ()
    rows: tuple[tuple[tuple[Any, Any], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class DrawnSection:
    code: str
    title: str
    blocks: tuple[DrawnBlock, ...]


def drawn(paper: Paper) -> tuple[DrawnSection, ...]:
    """The sections with everything a template needs."""
    return tuple(
        DrawnSection(section.code, section.title, tuple(_drawn(block) for block in section.blocks))
        for section in paper.sections
    )


def _drawn(block: Block) -> DrawnBlock:
    sort = type(block).__name__.lower()
    if isinstance(block, Bars):
        chart = stacked_bars(
            [(column.label, column.counts) for column in block.columns],
            [(kind.fill, kind.text) for kind in block.kinds],
        )
        counts = tuple(
            (kind.fill, kind.text, sum(column.counts[place] for column in block.columns))
            for place, kind in enumerate(block.kinds)
        )
        return DrawnBlock(sort, block, chart=chart, counts=counts)
    if isinstance(block, Moves):
        return DrawnBlock(sort, block, moves=tuple(_move(move) for move in block.moves))
    if isinstance(block, Grid):
        rows = tuple(tuple(zip(row, block.headings, strict=True)) for row in block.rows)
        return DrawnBlock(sort, block, rows=rows)
    return DrawnBlock(sort, block)


def _move(move: Move) -> DrawnMove:
    width = float(abs(move.width)) * HALF
    is_up = move.width > 0
    return DrawnMove(
        move, f"{HALF if is_up else HALF - width:.1f}", f"{width:.1f}", "good" if is_up else "bad"
    )
