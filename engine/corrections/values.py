"""What a correction is: where it stands, what it says, and what becomes of it in a reading."""

from dataclasses import dataclass
from decimal import Decimal

from engine.kinds import ReplayOutcome, Scope, StatementKind
from engine.statement import Reading
from engine.values import Box, Period, Unit

OWN = "a line of the company's own"


@dataclass(frozen=True, slots=True)
class ColumnAnchor:
    """The column of a figure, as far as its head tells."""

    heading: str
    period: Period | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a correction was made. `box` is that of the figure, the line or the head of the table.

    A figure has a `column` and the `text` printed there, a line neither, a whole statement not even a
    `label`.
    """

    sha256: str
    statement: StatementKind
    scope: Scope
    page: int
    box: Box
    label: str = ""
    section: str = ""
    column: ColumnAnchor | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SetNumber:
    """The figure in the printed unit with the printed sign. `was` is what had been read, None for
    words, what could not be read and a blank cell."""

    number: Decimal
    was: Decimal | None


@dataclass(frozen=True, slots=True)
class SetSign:
    """What turns the line's printed figures into contributions: +1 or -1."""

    factor: int
    was: int


@dataclass(frozen=True, slots=True)
class SetUnit:
    """Scale and currency of a statement; those of single columns that have their own stay."""

    unit: Unit
    was: Unit


@dataclass(frozen=True, slots=True)
class SetConcept:
    """The concept of a line, None for a line of the company's own. `everywhere`: also in the company's
    other reports, wherever a line has the same words under the same heading."""

    concept: str | None
    was: str | None
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """The figure (where the anchor has a column) or the line is none of this statement."""


Intent = SetNumber | SetSign | SetUnit | SetConcept | LeaveOut


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction under a key of the caller's."""

    key: str
    anchor: Anchor
    intent: Intent


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one correction in one reading. `stands`: it decides what is concluded. `table`,
    `row` and `column` are the place it was found at, `found` is what the reading says there."""

    key: str
    outcome: ReplayOutcome
    stands: bool
    table: int | None
    row: int | None
    column: int | None
    found: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A reading with the corrections that stand laid over it; tables, rows and columns are those of the
    reading it was made from. A cell that was left out is blank here."""

    reading: Reading
    replays: tuple[Replay, ...]
