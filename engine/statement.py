"""What was read: a statement as it stands on its pages, and what was made of it.

`StatementTable` holds only what is printed. `StatementReading` adds what the engine concluded:
concepts, signs and the verdicts of the identities, each in the order of the table's rows.
"""

from dataclasses import dataclass
from decimal import Decimal

from engine.kinds import CellState, CheckOutcome, Framework, MappingMethod, RowKind, Scope, StatementKind
from engine.values import Box, Evidence, Period, Unit


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell. `number` is in the printed unit with the printed sign: Decimal(0) when
    nil, None when the cell holds words or could not be read. An absent (blank) cell is None in
    its row and has no Cell."""

    text: str
    state: CellState
    number: Decimal | None
    decimals: int
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures. `unit` repeats the table's unit unless the column has its own;
    `restated` is true where the heading says so."""

    heading: str
    period: Period | None
    unit: Unit
    scope: Scope
    restated: bool
    box: Box


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line. `cells` has one place per column. `section` is the nearest heading above,
    `level` the depth of indentation from 0. `unit` is set where the row leaves the table's unit,
    as per-share figures and share counts do."""

    label: str
    section: str
    level: int
    kind: RowKind
    cells: tuple[Cell | None, ...]
    note: str
    page: int
    box: Box
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class StatementTable:
    """A statement as printed. `pages` counts from 1 and lists every page it stands on."""

    kind: StatementKind
    scope: Scope
    title: str
    pages: tuple[int, ...]
    unit: Unit
    unit_evidence: Evidence | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    score: float
    read_by: str = "geometry"  # geometry, second_engine or ocr


@dataclass(frozen=True, slots=True)
class RowMapping:
    """Which concept a row reports, and how that was decided. `concept` None means unmapped."""

    concept: str | None
    method: MappingMethod
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class RowSign:
    """`factor` (+1 or -1) turns the printed number into a contribution: income, inflows, assets,
    liabilities and equity positive, expenses and outflows negative. `rule` says what decided:
    subtotal, natural_sign or as_printed."""

    factor: int
    rule: str


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict of one identity in one column of one statement. `left` and `right` are in base
    units with contribution sign, `tolerance` follows from the printed precision, `rows` are the
    ordinals that took part."""

    identity: str
    outcome: CheckOutcome
    column: int
    left: Decimal | None
    right: Decimal | None
    tolerance: Decimal | None
    rows: tuple[int, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class StatementReading:
    """A table with what was concluded of it. `mappings`, `signs` and `confidences` have one entry
    per row; a confidence is the probability between 0 and 1 that the row's cells are right."""

    table: StatementTable
    mappings: tuple[RowMapping, ...]
    signs: tuple[RowSign, ...]
    checks: tuple[Check, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """Pages that looked like a statement and were not taken."""

    kind: StatementKind
    pages: tuple[int, ...]
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Abstention:
    """A statement that is not here, as far as the reader can tell. `code` is stable:
    statement_not_found, no_text_layer or table_not_read."""

    kind: StatementKind
    code: str
    reason: str
    runners_up: tuple[RunnerUp, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file is, before anything is read from it. `text_share` is the share of pages with a
    usable text layer, among those looked at; `first_pages` the plain text of the first pages, at most
    eight. `outline` names the bookmarks of its two upper levels. `statements` are the kinds that were
    located, `statement_pages` the plain text of their first pages, `currency` what those are in and
    `framework` the one that the pages around them name; None and () where nobody looked."""

    sha256: str
    size: int
    pages: int
    encrypted: bool
    copying_forbidden: bool
    text_share: float
    producer: str
    title: str
    first_pages: tuple[str, ...]
    outline: tuple[str, ...] = ()
    statements: frozenset[StatementKind] | None = None
    statement_pages: tuple[str, ...] = ()
    currency: str | None = None
    framework: Framework | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one report gave. A statement kind is either in `statements` or in `abstentions`."""

    survey: Survey
    statements: tuple[StatementReading, ...]
    abstentions: tuple[Abstention, ...]
    warnings: tuple[str, ...]
    engine_version: str
