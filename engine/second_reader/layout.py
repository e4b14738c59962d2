"""Which printed figure stands in which column of which line, asked of a model.

An answer is a list of ids. It is grounded where the line exists, the token is one of that line, the
columns of a line run from left to right, and each token stands nearer to its own column than to any
other. Text, number and box of a cell always come from the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from engine.second_reader.answer import Grounding, is_id
from engine.second_reader.asking import asked
from engine.second_reader.lines import PrintedLine, Token
from engine.second_reader.question import (
    Complete,
    Question,
    fenced,
    list_schema,
    load_prompt,
    object_schema,
)
from engine.statement import Cell, Row, StatementTable
from engine.values import Box

TOKENS_PER_LINE = 60  # of an answer
TOKENS_BESIDE = 400
ON_THE_LINE = 0.5  # of the smaller box: neighbouring lines share less

# The tokens of one line by column, both counted from 0.
Pointers = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the answers point at, by the place of the line (from 0)."""

    pointers: Mapping[int, Pointers]
    asked: int
    grounding: Grounding


def layout_of(table: StatementTable, lines: Sequence[PrintedLine], complete: Complete) -> Layout:
    """The grounded answers about a statement on its pages."""
    grounding = Grounding(0, {})
    places = [n for n, line in enumerate(lines) if line.tokens]
    items = asked(places, lambda part: layout_question(table, lines, part), complete, grounding)
    edges = _edges(table)
    found: dict[int, Pointers] = {}
    for item in items:
        line = item.get("line")
        if set(item) != {"line", "cells"} or not is_id(line) or not isinstance(item["cells"], list):
            grounding.drop("wrong_shape")
            continue
        if line > len(lines) or not lines[line - 1].tokens:
            grounding.drop("no_such_line")
        elif line - 1 in found:
            grounding.drop("answered_twice")
        else:
            printed = lines[line - 1]
            pointers = _pointers(item["cells"], printed, len(table.columns), grounding)
            if pointers and _stands_elsewhere(printed, pointers, edges.get(printed.page, ())):
                grounding.drop("stands_in_another_column")
            elif pointers:
                found[line - 1] = pointers
    grounding.kept = len(found)
    return Layout(found, len(places), grounding)


def layout_question(table: StatementTable, lines: Sequence[PrintedLine], places: Sequence[int]) -> Question:
    """The pages with the ids of their lines and tokens. Nothing in it comes from the first reading but
    which statement is meant and how many columns of amounts it has."""
    name = table.kind.value.replace("_", " ")
    user = "\n".join(
        [
            f"The {name} of an annual report. It has {len(table.columns)} columns of amounts.",
            "",
            fenced([_shown(n, line) for n, line in enumerate(lines)]),
            "",
            f"Answer for the lines {', '.join(str(n + 1) for n in places)}.",
        ]
    )
    cell = object_schema({"column": {"type": "integer"}, "token": {"type": "integer"}})
    line = object_schema({"line": {"type": "integer"}, "cells": list_schema(cell)})
    schema = object_schema({"lines": list_schema(line)})
    return Question(load_prompt("layout"), user, schema, TOKENS_PER_LINE * len(places) + TOKENS_BESIDE)


def _shown(n: int, line: PrintedLine) -> str:
    tokens = "  ".join(f"[{place}] {token.text}" for place, token in enumerate(line.tokens, start=1))
    return f"{n + 1}|{'  ' * line.indent}{line.label}  {tokens}"


def _pointers(
    cells: Sequence[object], line: PrintedLine, columns: int, grounding: Grounding
) -> dict[int, int]:
    """Token by column; nothing where one of the cells cannot be what it says."""
    found: dict[int, int] = {}
    for cell in cells:
        if not isinstance(cell, dict) or set(cell) != {"column", "token"}:
            grounding.drop("wrong_shape")
            return {}
        column, token = cell["column"], cell["token"]
        if not is_id(column) or column > columns:
            grounding.drop("no_such_column")
            return {}
        if not is_id(token) or token > len(line.tokens):
            grounding.drop("no_such_token")
            return {}
        if column - 1 in found:
            grounding.drop("answered_twice")
            return {}
        found[column - 1] = token - 1
    in_order = [found[column] for column in sorted(found)]
    if any(a >= b for a, b in pairwise(in_order)):
        grounding.drop("columns_out_of_order")
        return {}
    return found


def _edges(table: StatementTable) -> dict[int, tuple[float | None, ...]]:
    """For every page where each column ends at the right, as far as figures were read there. Pages whose
    type runs sideways have none."""
    edges = {}
    for page in table.pages:
        rows = [row for row in table.rows if row.page == page]
        if any(not _runs_rightwards(row) for row in rows):
            continue
        columns = [
            [cell.box.x1 for row in rows if (cell := row.cells[n]) is not None and cell.page == page]
            for n in range(len(table.columns))
        ]
        edges[page] = tuple(median(ends) if ends else None for ends in columns)
    return edges


def _runs_rightwards(row: Row) -> bool:
    ends = [cell.box.x1 for cell in row.cells if cell is not None]
    return ends == sorted(ends)


def _stands_elsewhere(line: PrintedLine, pointers: Pointers, edges: Sequence[float | None]) -> bool:
    """Whether a token ends nearer to another column than to the one it is said to stand in."""
    for column, place in pointers.items():
        end = line.tokens[place].box.x1
        known = {n: abs(edge - end) for n, edge in enumerate(edges) if edge is not None}
        if known and column in known and known[column] > min(known.values()):
            return True
        if known and column not in known and min(known.values()) < 1.0:
            return True
    return False


def is_same(cell: Cell | None, token: Token | None) -> bool:
    """Whether a cell shows what a token shows, at the same place."""
    if cell is None or token is None:
        return cell is None and token is None
    return cell.text.split() == token.text.split() and overlaps(cell.box, token.box)


def overlaps(a: Box, b: Box) -> bool:
    """Whether the middle of one box lies in the other."""
    x, y = (a.x0 + a.x1) / 2, (a.y0 + a.y1) / 2
    u, v = (b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2
    return (b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1) or (a.x0 <= u <= a.x1 and a.y0 <= v <= a.y1)


def rows_on(table: StatementTable, line: PrintedLine) -> list[int]:
    """The rows that stand on a line, with their words or their figures: two where halves of a page stand
    side by side, none where the first reading passed the line over."""
    return [
        n
        for n, row in enumerate(table.rows)
        if row.page == line.page and _shared(row.box, line.box) > ON_THE_LINE
    ]


def lines_of_row(row: Row, lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    """The lines of the page that a row stands on; none where none of its type can be seen."""
    return [line for line in lines if line.page == row.page and _shared(row.box, line.box) > ON_THE_LINE]


def _shared(a: Box, b: Box) -> float:
    """The area that two boxes share, as a share of the smaller one."""
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    smaller = min((box.x1 - box.x0) * (box.y1 - box.y0) for box in (a, b))
    return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0
