"""Statement tables made from labels and figures, so that the truth is known by construction."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from engine.kinds import CellState, PeriodKind, RowKind, Scope, StatementKind
from engine.statement import Cell, Column, Row, StatementTable
from engine.values import Box, Period, Unit

BOX = Box(0, 0, 1, 1)
MILLIONS = Unit("EUR", 1_000_000)


def cell(text: str | None) -> Cell | None:
    """A cell as its text prints: None blank, "-" nil, "(5)" negative, "n/a" words, "?" not read."""
    if text is None:
        return None
    if text == "?":
        return Cell(text, CellState.NOT_READ, None, 0, 1, BOX)
    if text == "-":
        return Cell(text, CellState.NIL, Decimal(0), 0, 1, BOX)
    bare = text.replace(",", "").strip("()")
    negative = text.startswith("(")
    try:
        number = Decimal(bare)
    except ArithmeticError:
        return Cell(text, CellState.TEXT, None, 0, 1, BOX)
    decimals = len(bare.partition(".")[2])
    return Cell(text, CellState.VALUE, -number if negative else number, decimals, 1, BOX)


def periods(kind: StatementKind, ends: Sequence[date]) -> tuple[Period, ...]:
    """Full years that end on these days, or the days themselves for a balance sheet."""
    if kind is StatementKind.BALANCE_SHEET:
        return tuple(Period(PeriodKind.INSTANT, None, end) for end in ends)
    return tuple(
        Period(
            PeriodKind.DURATION, date.fromordinal(date(end.year - 1, end.month, end.day).toordinal() + 1), end
        )
        for end in ends
    )


def table(
    kind: StatementKind,
    rows: Sequence[tuple],
    *,
    ends: Sequence[date] = (date(2023, 12, 31), date(2022, 12, 31)),
    unit: Unit = MILLIONS,
    scope: Scope = Scope.CONSOLIDATED,
) -> StatementTable:
    """Rows are (label, texts...) with one text per column; a row without texts is a heading that
    becomes the section of the rows below. A label that begins with "=" is a total, "~" per share,
    "#" a share count; the mark is not part of the label."""
    columns = tuple(Column(str(p.end.year), p, unit, scope, False, BOX) for p in periods(kind, ends))
    marks = {"=": RowKind.TOTAL, "~": RowKind.PER_SHARE, "#": RowKind.SHARES}
    built, section = [], ""
    for label, *texts in rows:
        if not texts:
            built.append(Row(label, "", 0, RowKind.HEADING, (None,) * len(columns), "", 1, BOX))
            section = label
            continue
        row_kind = marks.get(label[:1], RowKind.LINE)
        if row_kind is not RowKind.LINE:
            label = label[1:]
        own = {RowKind.PER_SHARE: Unit(unit.currency, 1), RowKind.SHARES: Unit(None, 1_000_000)}.get(row_kind)
        built.append(Row(label, section, 0, row_kind, tuple(map(cell, texts)), "", 1, BOX, own))
    return StatementTable(kind, scope, "", (1,), unit, None, columns, tuple(built), 1.0)
