"""What goes into a compile and what comes out."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.kinds import (
    CellState,
    CheckOutcome,
    CompiledView,
    Framework,
    GapReason,
    ReportingPeriod,
    RestatementKind,
    RowKind,
    Scope,
    StatementKind,
)
from engine.values import Period


@dataclass(frozen=True, slots=True)
class Vintage:
    """One figure as one publication gave it.

    `source` and `document` are the caller's own keys, handed back untouched. `row` is the ordinal
    of the line in its report's statement and `section` its heading, both needed to recognise the
    same line in a neighbouring report. `value` is in base units (whole currency, whole shares)
    with contribution sign, Decimal(0) when nil, None when the state is text or not_read.
    `decimals` counts digits after the decimal mark of base units: -6 for millions without a
    fraction, 2 for cents. `ifrs_18` marks a figure of a report that presents its income statement
    by IFRS 18; `engine.compiling.bases` sets it.
    """

    source: str
    document: str
    statement: StatementKind
    concept: str | None
    label: str
    section: str
    row: int
    level: int
    kind: RowKind
    period: Period
    state: CellState
    value: Decimal | None
    decimals: int
    currency: str | None
    published_on: date
    restated_marker: bool
    confidence: float
    confirmed: bool = False
    ifrs_18: bool = False


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report the compile may expect figures from. `statement_read` is false where the report
    was found but this statement could not be read from it; `is_annual` is false for a report of a
    quarter or half-year, which ends no fiscal year."""

    document: str
    period_end: date
    published_on: date
    statement_read: bool
    is_annual: bool = True


@dataclass(frozen=True, slots=True)
class CompileRequest:
    """Which statement, of which reading of history, in periods of which length. `as_of` is needed by
    its view alone. `year_end` is the month and day on which the issuer's years usually end, asked only
    where no report tells."""

    statement: StatementKind
    view: CompiledView = CompiledView.LATEST
    as_of: date | None = None
    years: int = 10
    scope: Scope = Scope.CONSOLIDATED
    framework: Framework | None = None
    template: str = "commercial"
    period: ReportingPeriod = ReportingPeriod.FULL_YEAR
    year_end: tuple[int, int] = (12, 31)


@dataclass(frozen=True, slots=True)
class Restatement:
    """Two publications that give one figure differently, beyond their joint rounding."""

    row_key: str
    label: str
    period: Period
    old_source: str
    new_source: str
    old_value: Decimal
    new_value: Decimal
    kind: RestatementKind
    explanation: str

    @property
    def delta(self) -> Decimal:
        return self.new_value - self.old_value


@dataclass(frozen=True, slots=True)
class CompiledCell:
    """Either a value with its source, or a gap with its reason, never both and never neither.
    A derived value has no source of its own but a `formula` and the sources it was made of."""

    period: Period
    value: Decimal | None
    gap: GapReason | None
    source: str | None
    formula: str | None
    derived_from: tuple[str, ...]
    nil: bool
    restated: bool
    confidence: float | None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.gap is None):
            raise ValueError("a compiled cell holds either a value or the reason for a gap")


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """`key` is the concept, or `company:<slug>` for a line that only this issuer prints."""

    key: str
    concept: str | None
    label: str
    level: int
    kind: RowKind
    cells: tuple[CompiledCell, ...]
    labels: tuple[str, ...]  # every wording that was merged into this row, newest first


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """An identity on compiled figures of one period."""

    identity: str
    period: Period
    outcome: CheckOutcome
    left: Decimal | None
    right: Decimal | None
    explanation: str


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """A line before and after a change of basis; None where a basis has no such line."""

    key: str
    label: str
    kind: RowKind
    old_value: Decimal | None
    new_value: Decimal | None
    old_source: str | None
    new_source: str | None

    @property
    def delta(self) -> Decimal | None:
        """By how much the change of basis moved the line, None where one side is missing."""
        if self.old_value is None or self.new_value is None:
            return None
        return self.new_value - self.old_value


@dataclass(frozen=True, slots=True)
class BasisBridge:
    """One period under two bases, line by line: as it was given before IFRS 18 and as the first report
    under IFRS 18 restates it."""

    period: Period
    old_document: str
    new_document: str
    rows: tuple[BridgeRow, ...]


@dataclass(frozen=True, slots=True)
class CompiledStatement:
    """`periods` run newest first; each row has one cell per period. `names` are the issuer's names of
    interim periods, empty for years, whose name is that of their last day. `content_hash` is equal
    for equal content, whatever the caller's keys."""

    request: CompileRequest
    currency: str | None
    periods: tuple[Period, ...]
    rows: tuple[CompiledRow, ...]
    restatements: tuple[Restatement, ...]
    checks: tuple[CompiledCheck, ...]
    warnings: tuple[str, ...]
    content_hash: str
    names: tuple[str, ...] = ()
    bridges: tuple[BasisBridge, ...] = ()
