"""A compiled table as the statement page shows it: marks, addresses, shares and growth, small drawings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any
from urllib.parse import quote

from django.http import QueryDict
from django.urls import reverse

from companies.models import Company
from engine.compiling.relative import BASES, base_of, growth, share, year_before
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import GapReason, RowKind
from engine.values import Period
from extraction.table.figures import ColumnView
from extraction.table.presentation import GAP_TEXTS, CellView, RowView, TableView
from extraction.table.sparkline import Sparkline, sparkline

NOT_MONEY = (RowKind.PER_SHARE, RowKind.SHARES)


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign beside a figure or in place of one. `code` names its style, which is all there is where every
    figure of a table would have the sign."""

    code: str
    sign: str
    words: str


RESTATED = Mark("restated", "R", "restated by a later report")
DERIVED = Mark("derived", "ƒ", "derived by a formula, not printed")
LOW_CONFIDENCE = Mark("low", "?", "low confidence: look at the page before you use it")
BY_PERSON = Mark("person", "✓", "a person decided about it")
CONVERTED = Mark("converted", "", "converted from the currency of the reports")
GAP_SIGNS: Mapping[GapReason, str] = {
    GapReason.NO_REPORT: "○",
    GapReason.NOT_READ: "◌",
    GapReason.NOT_DISCLOSED: "·",
    GapReason.NOT_APPLICABLE: "×",
    GapReason.UNREADABLE: "!",
    GapReason.NOT_COMPARABLE: "≠",
    GapReason.NO_RATE: "¤",
}
GAP_MARKS = {
    reason.value: Mark("gap", sign, GAP_TEXTS[reason].rstrip(".")) for reason, sign in GAP_SIGNS.items()
}


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as it is written: what it shows with its hint, the signs before it, the styles of its marks,
    where it leads without scripts and, where asked for, its share and growth."""

    cell: CellView
    marks: tuple[Mark, ...]
    text: str
    hint: str
    signs: str
    styles: str
    link: str
    share: str
    growth: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    row: RowView
    cells: tuple[SheetCell, ...]
    trend: Sparkline | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. `legend` has the marks that occur. `share_of` is the label of what shares are
    of; it is empty where they are not asked for or where the base is not printed."""

    table: TableView
    rows: tuple[SheetRow, ...]
    legend: tuple[Mark, ...]
    share_of: str
    with_share: bool
    with_growth: bool

    @property
    def lacks_base(self) -> bool:
        """Shares were asked for and there is nothing to take them of."""
        return self.with_share and not self.share_of

    @property
    def width(self) -> int:
        """Columns beside that of the labels."""
        return 1 + len(self.table.columns) * (1 + bool(self.share_of) + self.with_growth)

    @property
    def chart(self) -> dict[str, Any]:
        """The figures of each row for a chart, oldest first, in the unit shown."""
        columns = self.table.columns[::-1]
        return {
            "unit": _unit_text(self.table),
            "periods": [column.heading for column in columns],
            "rows": {
                line.row.key: {
                    "label": line.row.label or "(no label)",
                    "money": line.row.kind not in NOT_MONEY,
                    "values": [_plotted(line.row.kind, item.cell, self.table) for item in line.cells[::-1]],
                }
                for line in self.rows
                if line.trend is not None
            },
        }


@dataclass(frozen=True, slots=True)
class Links:
    """Where cells lead: a printed figure to its proof, any other to the page of the cell. `asked` is the
    query string that makes this very table, with a name for the cell to come at its end."""

    company: str
    asked: str

    @classmethod
    def of(cls, company: Company, query: QueryDict) -> "Links":
        asked = query.copy()
        for name in ("cell", "part", "chart"):
            asked.pop(name, None)
        asked["cell"] = ""
        return cls(reverse("extraction:cell", args=[company.slug]), asked.urlencode())

    def to(self, cell: CellView, address: str) -> str:
        if cell.fact_id is not None:
            return f"{_proof_link()}{cell.fact_id}/"
        return f"{self.company}?{self.asked}{quote(address)}"


@lru_cache(maxsize=1)
def _proof_link() -> str:
    """What stands before the number of a fact: a thousand links are not looked up one by one."""
    return reverse("extraction:proof", args=[0]).removesuffix("0/")


def sheet_of(
    table: TableView,
    links: Links,
    *,
    with_share: bool = False,
    with_growth: bool = False,
    income: TableView | None = None,
) -> Sheet:
    """The table for the page. `income` is the income statement of the same choice; shares of a
    statement of cash flows need it."""
    base, share_of = _base(table, income) if with_share else ({}, "")
    before = [
        year_before(column.period, [other.period for other in table.columns]) if with_growth else None
        for column in table.columns
    ]
    rows = tuple(_sheet_row(row, table.columns, links, base, before) for row in table.rows)
    return Sheet(table, rows, _legend(rows), share_of, with_share, with_growth)


def address_of(row: RowView, column: ColumnView) -> str:
    """What names a cell in a link: it stays when the company is compiled again."""
    return f"{row.key}@{address_of_column(column)}"


def address_of_column(column: ColumnView) -> str:
    """The column's part of an address: its last day, behind its first where that is not a year before."""
    period = column.period
    start = "" if column.is_full_year or period.start is None else f"{period.start.isoformat()}~"
    return f"{start}{period.end.isoformat()}"


def find_cell(table: TableView, address: str) -> tuple[RowView, ColumnView, CellView] | None:
    """The cell of an address, None where the table has none."""
    key, _, _ = address.rpartition("@")
    for row in table.rows:
        if row.key != key or row.kind is RowKind.HEADING:
            continue
        for column, cell in zip(table.columns, row.cells, strict=True):
            if address_of(row, column) == address:
                return row, column, cell
    return None


def marks_of(cell: CellView) -> tuple[Mark, ...]:
    """What is to be known about a figure, or why there is none."""
    if cell.gap:
        return (GAP_MARKS[cell.gap],)
    found = (
        (RESTATED, cell.restated),
        (DERIVED, bool(cell.formula) and cell.fact_id is None),
        (BY_PERSON, cell.fact is not None and cell.fact.correction_id is not None),
        (LOW_CONFIDENCE, cell.low_confidence),
        (CONVERTED, bool(cell.converted)),
    )
    return tuple(mark for mark, is_set in found if is_set)


def _base(table: TableView, income: TableView | None) -> tuple[dict[Period, Decimal], str]:
    """The hundred percent of each period, and the name of the line it is."""
    concepts = BASES[table.statement]
    for source in (table, income):
        rows = {row.concept: row for row in source.rows if row.has_figures} if source else {}
        concept = base_of(table.statement, rows.keys() & set(concepts))
        if source is not None and concept is not None:
            row = rows[concept]
            figures = zip(source.columns, row.cells, strict=True)
            found = {column.period: cell.value for column, cell in figures if cell.value is not None}
            return found, row.label or load_taxonomy()[concept].label
    return {}, ""


def _sheet_row(
    row: RowView,
    columns: Sequence[ColumnView],
    links: Links,
    base: Mapping[Period, Decimal],
    before: Sequence[int | None],
) -> SheetRow:
    if row.kind is RowKind.HEADING:
        return SheetRow(row, (), None)
    is_money = row.kind not in NOT_MONEY
    cells = []
    for column, cell, past in zip(columns, row.cells, before, strict=True):
        marks = marks_of(cell)
        cells.append(
            SheetCell(
                cell=cell,
                marks=marks,
                text=marks[0].sign if cell.gap else cell.text,
                hint=cell.hint,
                signs="" if cell.gap else "".join(mark.sign for mark in marks),
                styles="".join(f" tf-{mark.code}" for mark in marks),
                link=links.to(cell, address_of(row, column)),
                share=_percent(share(cell.value, base.get(column.period))) if base and is_money else "",
                growth=(
                    "" if past is None else _percent(growth(cell.value, row.cells[past].value), signed=True)
                ),
            )
        )
    return SheetRow(row, tuple(cells), sparkline(_drawn(row)))


def _drawn(row: RowView) -> list[Decimal | None]:
    """The figures oldest first; a line of costs as its amounts, so that a cost that rises goes up."""
    values = [cell.value for cell in row.cells[::-1]]
    is_cost = not any(value is not None and value > 0 for value in values)
    return [None if value is None else -value for value in values] if is_cost else values


def _percent(ratio: Decimal | None, *, signed: bool = False) -> str:
    """A ratio in percent with one digit: outflows in brackets, or with the sign of a change."""
    if ratio is None:
        return ""
    percent = 100 * ratio
    if signed:
        return ">999" if percent > 999 else f"{percent:+,.1f}".replace("-", "−")
    return f"({-percent:,.1f})" if percent < 0 else f"{percent:,.1f}"


def _legend(rows: Sequence[SheetRow]) -> tuple[Mark, ...]:
    found = set(chain.from_iterable(item.marks for line in rows for item in line.cells))
    return tuple(mark for mark in _all_marks() if mark in found)


def _all_marks() -> Iterator[Mark]:
    yield from (RESTATED, DERIVED, BY_PERSON, LOW_CONFIDENCE, CONVERTED)
    yield from GAP_MARKS.values()


def _plotted(kind: RowKind, cell: CellView, table: TableView) -> str | None:
    if cell.value is None:
        return None
    shown = cell.value if kind is RowKind.PER_SHARE else cell.value / table.unit.factor
    return f"{shown.normalize():f}"


def _unit_text(table: TableView) -> str:
    unit = "" if table.unit.factor == 1 else f" {table.unit.value}"
    return f"{table.currency}{unit}".strip()
