"""Tables with one line misread on purpose, to see whether a second reader puts it right."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.check.footing import foot
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.kinds import RowKind
from engine.second_reader.arbitrate import arbitrated
from engine.second_reader.layout import layout_of
from engine.second_reader.lines import PrintedLine
from engine.second_reader.question import Complete
from engine.statement import StatementReading, StatementTable

Figures = list[tuple[Decimal | None, ...]]


def damaged(table: StatementTable, dice: random.Random) -> StatementTable | None:
    """The table with one of its proven lines lost, without its figures, or without the first of them;
    None where sums prove no line."""
    proven = sorted(foot(table).proven)
    if not proven:
        return None
    place, rows = dice.choice(proven), list(table.rows)
    row = rows[place]
    way = dice.choice(("lost", "blank", "first"))
    if way == "lost":
        del rows[place]
    elif way == "blank":
        rows[place] = replace(row, cells=(None,) * len(row.cells), kind=RowKind.HEADING)
    else:
        rows[place] = replace(row, cells=(None, *row.cells[1:]))
    return replace(table, rows=tuple(rows))


def second_look(
    table: StatementTable,
    wrong: StatementTable,
    lines: Sequence[PrintedLine],
    readers: Mapping[str, Complete],
) -> Counter[str]:
    """For each reader whether the damaged table was made right again (`mended`), or into something that
    is neither (`spoiled`)."""
    counts: Counter[str] = Counter(damaged=1)
    for name, complete in readers.items():
        better, _ = arbitrated(_concluded(wrong), lines, layout_of(wrong, lines, complete), _concluded)
        mended = _figures(better.table) == _figures(table)
        counts[f"{name} mended"] = int(mended)
        counts[f"{name} spoiled"] = int(not mended and _figures(better.table) != _figures(wrong))
    return counts


def _concluded(table: StatementTable) -> StatementReading:
    return concluded(table, load_taxonomy(), ())


def _figures(table: StatementTable) -> Figures:
    return [
        tuple(None if cell is None else cell.number for cell in row.cells)
        for row in table.rows
        if any(cell is not None for cell in row.cells)
    ]
