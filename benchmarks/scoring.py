"""Compares a reading with a truth, cell by cell.

Lines are aligned in order (Needleman and Wunsch 1970): a pair of lines is worth its equal cells and
the likeness of its labels, and no line is used twice. A cell counts as right where the aligned line
shows the same number, in the printed unit with the printed sign, in the column of the same date and
scope.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz

from demo.spec import UNIT_NAMES
from engine.kinds import CellState, StatementKind
from engine.statement import Cell, Column, Reading, Row, StatementTable

SCALES = {name: scale for scale, name in UNIT_NAMES.items()}
LABEL_IS_RIGHT = 95.0  # likeness in percent: a hyphen or one lost letter is not a wrong label
LEAST_LIKENESS = 45.0
Values = tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What was counted, and a sentence for each fault."""

    counts: Counter[str]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    label: str
    values: Values
    counted: bool = True


def score(truth: dict[str, Any], reading: Reading | None) -> Score:
    """The score of a whole report: the sum over the statements of its truth."""
    tables = {read.table.kind: read.table for read in reading.statements} if reading else {}
    counts: Counter[str] = Counter(reports=1)
    faults: list[str] = []
    for name, statement in truth["statements"].items():
        kind = StatementKind(name)
        part = score_statement(statement, tables.get(kind), truth["currency"])
        counts.update(part.counts)
        faults.extend(f"{name}: {fault}" for fault in part.faults)
    return Score(counts, tuple(faults))


def score_statement(truth: dict[str, Any], table: StatementTable | None, currency: str) -> Score:
    """The score of one statement."""
    wanted = [_wanted(item) for item in truth["items"]]
    counts: Counter[str] = Counter(
        statements=1,
        cells=sum(value is not None for line in wanted if line.counted for value in line.values),
        labels=sum(line.counted for line in wanted),
        columns=len(truth["periods"]),
    )
    if table is None:
        return Score(counts, ("not found",))
    faults = _head(truth, table, currency, counts)
    places = _places(truth, table.columns)
    counts["columns_right"] = sum(place is not None for place in places)
    faults.extend(
        f"column {period} not read"
        for period, place in zip(truth["periods"], places, strict=True)
        if place is None
    )
    rows = [row for row in table.rows if any(cell is not None for cell in row.cells)]
    read = [_Line(row.label, _values(row, places)) for row in rows]
    faults.extend(_lines(wanted, read, counts))
    spare = _supplemental(wanted, read)
    counts["cells_read"] = sum(_cells(row) for index, row in enumerate(rows) if index not in spare)
    counts["perfect"] = int(counts["cells_right"] == counts["cells"] == counts["cells_read"])
    return Score(counts, tuple(faults))


def _head(truth: dict[str, Any], table: StatementTable, currency: str, counts: Counter[str]) -> list[str]:
    counts["found"] = 1
    verdicts = {
        "pages": (truth["pages"], list(table.pages), set(truth["pages"]) <= set(table.pages)),
        "unit": (SCALES[truth["unit"]], table.unit.scale, table.unit.scale == SCALES[truth["unit"]]),
        "currency": (currency, table.unit.currency, table.unit.currency == currency),
    }
    for name, (_, _, right) in verdicts.items():
        counts[f"{name}_right"] = int(right)
    return [f"{name}: {want} read as {got}" for name, (want, got, right) in verdicts.items() if not right]


def _wanted(item: dict[str, Any]) -> _Line:
    values = tuple(None if value is None else Decimal(str(value)) for value in item["values"])
    return _Line(item["label"], values, not (item.get("supplemental") or item.get("after_total")))


def _places(truth: dict[str, Any], columns: Sequence[Column]) -> list[int | None]:
    """For each column of the truth the index of the read column of the same date and scope. A truth
    without dates is matched by the year in the heading."""
    scopes = truth.get("scopes") or ["consolidated"] * len(truth["periods"])
    years = truth.get("fiscal_year_headings") or [""] * len(truth["periods"])
    free = list(range(len(columns)))
    places: list[int | None] = []
    for end, scope, year in zip(truth["periods"], scopes, years, strict=True):
        place = next((i for i in free if _is_column(columns[i], end, scope, str(year))), None)
        if place is not None:
            free.remove(place)
        places.append(place)
    return places


def _is_column(column: Column, end: str | None, scope: str, year: str) -> bool:
    if column.scope.value != scope:
        return False
    if end is None:
        return bool(year) and year in column.heading
    return column.period is not None and column.period.end.isoformat() == end


def _values(row: Row, places: Sequence[int | None]) -> Values:
    return tuple(
        _number(row.cells[place]) if place is not None and place < len(row.cells) else None
        for place in places
    )


def _number(cell: Cell | None) -> Decimal | None:
    if cell is None:
        return None
    return Decimal(0) if cell.state is CellState.NIL else cell.number


def _cells(row: Row) -> int:
    return sum(_number(cell) is not None for cell in row.cells)


def _lines(wanted: list[_Line], read: list[_Line], counts: Counter[str]) -> list[str]:
    """Counts right cells and labels and names each fault."""
    faults = []
    pairs = _aligned(wanted, read)
    for index, line in enumerate(wanted):
        if not line.counted:
            continue
        found = read[pairs[index]] if index in pairs else None
        if found is None:
            faults.append(f"line {line.label[:50]!r} not read, want {_shown(line.values)}")
            continue
        same, flipped = _compare(line.values, found.values)
        counts["cells_right"] += same
        counts["signs_wrong"] += flipped
        counts["scales_wrong"] += _powers(line.values, found.values)
        right = _likeness(line.label, found.label) >= LABEL_IS_RIGHT
        counts["labels_right"] += right
        if same < sum(value is not None for value in line.values):
            faults.append(f"{line.label[:50]!r}: want {_shown(line.values)}, read {_shown(found.values)}")
        elif not right:
            faults.append(f"label {line.label[:60]!r} read as {found.label[:60]!r}")
    taken = set(pairs.values())
    faults.extend(
        f"line {line.label[:50]!r} {_shown(line.values)} is not printed there"
        for index, line in enumerate(read)
        if index not in taken
    )
    return faults


def _supplemental(wanted: list[_Line], read: list[_Line]) -> set[int]:
    """Read lines that truth holds and does not count."""
    return {place for index, place in _aligned(wanted, read).items() if not wanted[index].counted}


def _shown(values: Values) -> str:
    return " ".join("·" if value is None else f"{value:f}" for value in values)


def _compare(want: Values, got: Values) -> tuple[int, int]:
    same = flipped = 0
    for left, right in zip(want, got, strict=True):
        if left is None or right is None:
            continue
        same += left == right
        flipped += left == -right != right
    return same, flipped


def _powers(want: Values, got: Values) -> int:
    """Cells that are wrong by a power of a thousand."""
    pairs = [(left, right) for left, right in zip(want, got, strict=True) if left and right]
    return sum(abs(left / right) in (1000, 1_000_000, Decimal("0.001")) for left, right in pairs)


def _likeness(want: str, got: str) -> float:
    left, right = _letters(want), _letters(got)
    if not left or not right:
        return 100.0 if left == right else 50.0
    return float(fuzz.ratio(left, right))


def _letters(label: str) -> str:
    return re.sub(r"[\W_]+", "", label).casefold()


def _aligned(wanted: list[_Line], read: list[_Line]) -> dict[int, int]:
    """The order-preserving pairing of lines with the highest total worth."""
    worth = [[_worth(line, other) for other in read] for line in wanted]
    best = [[0.0] * (len(read) + 1) for _ in range(len(wanted) + 1)]
    for i in range(len(wanted) - 1, -1, -1):
        for j in range(len(read) - 1, -1, -1):
            paired = best[i + 1][j + 1] + worth[i][j] if worth[i][j] > 0 else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs, i, j = {}, 0, 0
    while i < len(wanted) and j < len(read):
        if worth[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + worth[i][j]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _worth(want: _Line, got: _Line) -> float:
    likeness = _likeness(want.label, got.label)
    same, _ = _compare(want.values, got.values)
    if likeness < LEAST_LIKENESS and not same:
        return 0.0
    return same * 2.0 + likeness / 100


def rows_of_items(truth: dict[str, Any], table: StatementTable) -> dict[int, int]:
    """The ordinal of the row that is each item of a statement's truth, for the items that were read."""
    wanted = [_wanted(item) for item in truth["items"]]
    places = _places(truth, table.columns)
    ordinals = [n for n, row in enumerate(table.rows) if any(cell is not None for cell in row.cells)]
    read = [_Line(table.rows[n].label, _values(table.rows[n], places)) for n in ordinals]
    return {item: ordinals[place] for item, place in _aligned(wanted, read).items()}


def is_read_right(truth: dict[str, Any], item: int, table: StatementTable, row: int) -> bool:
    """Whether a row shows every figure of an item of the truth, and no other."""
    return _values(table.rows[row], _places(truth, table.columns)) == _wanted(truth["items"][item]).values
