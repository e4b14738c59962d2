"""The second reader over a whole report: names for lines, layouts whose checks fail, a blind sample."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from engine.check.identity_data import load_identities
from engine.concepts.mapping import MappingRule
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import bridged, concluded
from engine.kinds import CheckOutcome
from engine.rereading import is_beyond_doubt, is_proven
from engine.second_reader.arbitrate import arbitrated, compared
from engine.second_reader.labels import left_for_review, named
from engine.second_reader.layout import layout_of
from engine.second_reader.lines import PrintedLine
from engine.second_reader.opinion import Opinion
from engine.second_reader.question import Complete
from engine.statement import Reading, StatementReading, StatementTable

SHARE_UNIT = 16**8  # a sample is drawn by the first eight hexadecimal digits of the file's hash

# The lines of a table's pages, made where the bytes are.
LinesOf = Callable[[StatementTable], Sequence[PrintedLine]]


@dataclass(frozen=True, slots=True)
class SecondReaderOptions:
    """What the second reader is asked for. `blind_share` (0 to 1) of the reports are read whole for
    comparison; which ones is decided by their content, so that a repeat decides the same."""

    labels: bool = True
    layout: bool = True
    blind_share: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.blind_share <= 1.0:
            raise ValueError("blind_share must lie between 0 and 1")

    def samples(self, sha256: str) -> bool:
        """Whether the report with this hash is read blind."""
        return int(sha256[:8], 16) < self.blind_share * SHARE_UNIT


@dataclass(frozen=True, slots=True)
class SecondReading:
    """A reading with what the second reader could add to it, and what became of its answers."""

    reading: Reading
    opinions: tuple[Opinion, ...]


def read_second(
    reading: Reading,
    lines_of: LinesOf,
    complete: Complete,
    options: SecondReaderOptions | None = None,
    rules: tuple[MappingRule, ...] = (),
) -> SecondReading:
    """Ask about each statement what its reading leaves open, and let in what is confirmed.

    Whatever `complete` raises ends the work; nothing is half done then, because nothing is changed in
    place.
    """
    options = options or SecondReaderOptions()
    blind = options.samples(reading.survey.sha256)
    opinions: list[Opinion] = []
    statements: list[StatementReading] = []
    for statement in reading.statements:
        better = statement
        unsound = options.layout and not _is_sound(statement)
        open_names = options.labels and bool(left_for_review(statement))
        lines = lines_of(statement.table) if blind or unsound or open_names else ()
        if blind or unsound:
            layout = layout_of(statement.table, lines, complete)
            if blind:
                opinions.append(compared(statement.table, lines, layout))
            if unsound:
                base = concluded(statement.table, load_taxonomy(), rules)
                better, opinion = arbitrated(
                    base, lines, layout, lambda table: concluded(table, load_taxonomy(), rules)
                )
                better = statement if better is base else better
                opinions.append(opinion)
        if options.labels:
            better, said = _named(better, lines, complete, rules)
            opinions += said
        statements.append(better)
    return _together(reading, statements, opinions)


def _is_sound(statement: StatementReading) -> bool:
    """Whether the layout leaves nothing to ask: the first and last lines are there and tied together,
    or the sums prove nearly all of it."""
    return is_beyond_doubt(statement) or is_proven(statement)


def _named(
    statement: StatementReading,
    lines: Sequence[PrintedLine],
    complete: Complete,
    rules: tuple[MappingRule, ...],
) -> tuple[StatementReading, list[Opinion]]:
    taxonomy = load_taxonomy()
    base = concluded(statement.table, taxonomy, rules)  # without the checks between statements
    better, opinion = named(base, lines, taxonomy, rules, complete)
    if opinion is None:
        return statement, []
    return (statement if better is base else better), [opinion]


def _together(
    reading: Reading, statements: Sequence[StatementReading], opinions: Sequence[Opinion]
) -> SecondReading:
    """The reading with these statements and the checks between them; as it was where one of those
    breaks that held."""
    changed = any(a is not b for a, b in zip(statements, reading.statements, strict=True))
    if not changed:
        return SecondReading(reading, tuple(opinions))
    across = {bridge.code for bridge in load_identities().across}
    bare = tuple(
        replace(one, checks=tuple(check for check in one.checks if check.identity not in across))
        for one in statements
    )
    tied = bridged(bare)
    if _failing(tied) - _failing(reading.statements):
        refused = tuple(
            replace(opinion, entered=(), refused="breaks_a_check_between_statements")
            if opinion.entered
            else opinion
            for opinion in opinions
        )
        return SecondReading(reading, refused)
    return SecondReading(replace(reading, statements=tied), tuple(opinions))


def _failing(statements: Sequence[StatementReading]) -> set[tuple[str, int]]:
    return {
        (check.identity, check.column)
        for statement in statements
        for check in statement.checks
        if check.outcome is CheckOutcome.FAILS
    }
