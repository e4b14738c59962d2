"""The accounting identities, tested on what is printed.

The identities are data (`identities.yaml`). Each is tested in every column by interval arithmetic:
it holds when both sides may stand for the same number, fails when they cannot, and is not
applicable where a line it needs is not printed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.check.columns import column_roundings, part_columns
from engine.check.identity_data import Bridge, Identity, Term, Totals, Variant, load_identities
from engine.check.intervals import Interval, total
from engine.check.sums import Structure, Sum, find_structure, printed_interval
from engine.concepts.signs import fixed_rows, total_rows
from engine.concepts.taxonomy import Item, Taxonomy
from engine.concepts.wording import contains, plain
from engine.kinds import CheckOutcome, PeriodKind, RowKind, Scope, StatementKind
from engine.statement import Check, RowMapping, RowSign, StatementReading, StatementTable
from engine.values import Period

DAYS_OF_YEAR = 365
CALENDAR_SLACK = 8  # days by which a year of 52 or 53 weeks may begin beside the calendar's


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of an identity: what it stands for in the printed unit, and its rows."""

    value: Interval
    rows: tuple[int, ...]


class _Statement:
    """A table with its conclusions, asked for figures in contribution sign."""

    def __init__(
        self,
        table: StatementTable,
        mappings: Sequence[RowMapping],
        signs: Sequence[RowSign],
        taxonomy: Taxonomy,
    ) -> None:
        self.table = table
        self.signs = signs
        self.roundings = column_roundings(table)
        self.row_of = {m.concept: n for n, m in enumerate(mappings) if m.concept is not None}
        items = [taxonomy[m.concept] if m.concept is not None else None for m in mappings]
        self.items: list[Item | None] = items
        factors = [sign.factor for sign in signs]
        self.structure: Structure = find_structure(
            table, factors, total_rows(table, items), fixed_rows(table, items)
        )

    def figure(self, row: int, column: int) -> Interval | None:
        """A row's contribution in a column, None where no number is printed."""
        value = printed_interval(self.table.rows[row], column, self.roundings[column])
        return value if value is None else value.times(self.signs[row].factor)

    def side(self, variant: Variant, column: int) -> _Side | None:
        """The left side of a variant in a column, None where a line it needs is missing."""
        if variant.left:
            return self._listed(variant.left, column)
        return self._added(variant, column)

    def _listed(self, terms: Sequence[Term], column: int) -> _Side | None:
        values, rows = [], []
        for term in terms:
            row = self.row_of.get(term.concept)
            value = None if row is None else self.figure(row, column)
            if value is None or row is None:
                if term.optional:
                    continue
                return None
            values.append(value.times(term.weight))
            rows.append(row)
        return _Side(total(values), tuple(rows)) if values else None

    def _added(self, variant: Variant, column: int) -> _Side | None:
        """All lines that the statement's own arithmetic adds up to the total."""
        closing = self.row_of.get(variant.right)
        found = None if closing is None else self.structure.of(closing)
        if found is None:
            return None
        if variant.rows_from is not None and self.row_of.get(variant.rows_from) not in self._below(
            found.total
        ):
            return None
        values = [value for row in found.parts if (value := self.figure(row, column)) is not None]
        return _Side(total(values), found.parts) if values else None

    def missed_sums(self) -> Sequence[Sum]:
        """The sums that do not hold in every column, from top to bottom, and of totals that no lines make
        the nearest. Of the latter only lines that are totals by name: bold ones may be anything."""
        whole = [found for found in self.structure.missed if self._is_total_by_name(found.total)]
        broken = [found for found in self.structure.sums if not found.holds]
        return sorted([*broken, *whole], key=lambda found: found.total)

    def _is_total_by_name(self, row: int) -> bool:
        item, line = self.items[row], self.table.rows[row]
        return (item is not None and item.is_sum) or (line.kind is RowKind.TOTAL and line.label != "")

    def label(self, row: int) -> str:
        """A line as it is printed, in quotation marks, or by its place where it has no words."""
        return f"“{text}”" if (text := self.table.rows[row].label) else f"line {row + 1}"

    def _below(self, row: int) -> set[int]:
        """All rows that add up, directly or through subtotals, to a total."""
        below: set[int] = set()
        waiting = [row]
        while waiting:
            found = self.structure.of(waiting.pop())
            if found is not None:
                below |= set(found.parts)
                waiting += found.parts
        return below


def check_statement(
    table: StatementTable,
    mappings: Sequence[RowMapping],
    signs: Sequence[RowSign],
    taxonomy: Taxonomy,
) -> tuple[Check, ...]:
    """The verdict of every identity of the statement in every column. `left`, `right` and
    `tolerance` are in base units where the table's scale is known, else in the printed unit."""
    statement = _Statement(table, mappings, signs, taxonomy)
    columns = range(len(table.columns))
    verdicts = [
        _verdict(identity, statement, column)
        for identity in load_identities().within
        if identity.statement is table.kind
        for column in columns
    ]
    missed = (_missed_total(statement, column, verdicts) for column in columns)
    return (*verdicts, *(check for check in missed if check is not None))


def _missed_total(statement: _Statement, column: int, verdicts: Sequence[Check]) -> Check | None:
    """The first total of a column that the lines above it do not make, None where all are made or named
    by an identity that fails."""
    named = {
        check.rows[-1] for check in verdicts if check.outcome is CheckOutcome.FAILS and check.column == column
    }
    for found in statement.missed_sums():
        right = statement.figure(found.total, column)
        if found.agrees[column] is not False or found.total in named or right is None:
            continue
        values = [value for row in found.parts if (value := statement.figure(row, column)) is not None]
        left = _Side(total(values), found.parts)
        check = _compared(load_identities().totals, statement, column, left, _Side(right, (found.total,)))
        if check.outcome is CheckOutcome.FAILS:
            return replace(
                check, explanation=f"{check.explanation} The total is {statement.label(found.total)}."
            )
    return None


def _verdict(identity: Identity, statement: _Statement, column: int) -> Check:
    failed: Check | None = None
    for variant in identity.variants if identity.unless not in statement.row_of else ():
        row = statement.row_of.get(variant.right)
        right = None if row is None else statement.figure(row, column)
        left = statement.side(variant, column)
        if row is None or right is None or left is None:
            continue
        check = _compared(identity, statement, column, left, _Side(right, (row,)))
        if check.outcome is CheckOutcome.HOLDS:
            return check
        failed = failed or check
    return failed or Check(
        identity.code,
        CheckOutcome.NOT_APPLICABLE,
        column,
        None,
        None,
        None,
        (),
        f"Not tested: the lines needed are not all printed ({identity.says}).",
    )


def _compared(
    identity: Identity | Totals, statement: _Statement, column: int, left: _Side, right: _Side
) -> Check:
    own = statement.table.columns[column].unit
    scale = Decimal(own.scale or statement.table.unit.scale or 1)
    holds = left.value.meets(right.value)
    difference = (left.value.middle - right.value.middle) * scale
    tolerance = (left.value.radius + right.value.radius) * scale
    sentence = (
        f"Holds: {identity.says}."
        if holds
        else f"Fails: {identity.says}, but the two sides differ by {_plain(difference)} where rounding "
        f"allows {_plain(tolerance)}."
    )
    return Check(
        identity.code,
        CheckOutcome.HOLDS if holds else CheckOutcome.FAILS,
        column,
        left.value.middle * scale,
        right.value.middle * scale,
        tolerance,
        tuple(dict.fromkeys((*left.rows, *right.rows))),
        sentence,
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


@dataclass(frozen=True, slots=True)
class FigureCheck:
    """The verdict of an identity on figures that stand on no page together. `terms` are the concepts
    that were added up, each with its weight, and `total` the one they were compared with."""

    identity: str
    says: str
    outcome: CheckOutcome
    left: Decimal
    right: Decimal
    explanation: str
    terms: tuple[tuple[str, int], ...]
    total: str


def check_figures(statement: StatementKind, figures: Mapping[str, Interval]) -> tuple[FigureCheck, ...]:
    """The identities between concepts, tested on figures in base units and contribution sign, each
    with its precision. Identities whose lines are not all given are left out."""
    return tuple(
        verdict
        for identity in load_identities().within
        if identity.statement is statement and (verdict := _on_figures(identity, figures)) is not None
    )


def _on_figures(identity: Identity, figures: Mapping[str, Interval]) -> FigureCheck | None:
    failed = None
    for variant in identity.variants if identity.unless not in figures else ():
        required = [term.concept for term in variant.left if not term.optional]
        if not variant.left or variant.right not in figures or any(c not in figures for c in required):
            continue
        terms = tuple((term.concept, term.weight) for term in variant.left if term.concept in figures)
        left = total(figures[concept].times(weight) for concept, weight in terms)
        right = figures[variant.right]
        holds = left.meets(right)
        outcome = CheckOutcome.HOLDS if holds else CheckOutcome.FAILS
        sentence = (
            f"Holds: {identity.says}."
            if holds
            else f"Fails: {identity.says}, but the two sides differ by {_plain(left.middle - right.middle)}; "
            "figures of this year may come from different reports."
        )
        verdict = FigureCheck(
            identity.code, identity.says, outcome, left.middle, right.middle, sentence, terms, variant.right
        )
        if holds:
            return verdict
        failed = failed or verdict
    return failed


@dataclass(frozen=True, slots=True)
class _Figure:
    """A concept's figure in base units, with its period and place."""

    concept: str
    label: str
    period: Period
    currency: str | None
    scope: Scope
    value: Interval
    column: int
    row: int


def check_across(readings: Sequence[StatementReading]) -> tuple[Check, ...]:
    """The identities between the statements of one report (X1, X2) and between its years (X3).

    `column` and `rows` of a check point into the statement that holds the left side, the cash flow
    statement. An identity with a wide reading (cash may include restricted cash) that fails says so
    in its explanation and is a warning.
    """
    figures = [figure for reading in readings for figure in _figures(reading)]
    return tuple(
        check
        for bridge in load_identities().across
        for left in figures
        if left.concept == bridge.left
        if (check := _crossed(bridge, left, figures)) is not None
    )


def _figures(reading: StatementReading) -> Iterator[_Figure]:
    table = reading.table
    parts, roundings = part_columns(table), column_roundings(table)
    for n, (mapping, sign) in enumerate(zip(reading.mappings, reading.signs, strict=True)):
        if mapping.concept is None:
            continue
        for number, column in enumerate(table.columns):
            if number in parts:
                continue
            value = printed_interval(table.rows[n], number, roundings[number])
            if value is not None and column.period is not None:
                scale = column.unit.scale or table.unit.scale or 1
                yield _Figure(
                    mapping.concept,
                    table.rows[n].label,
                    column.period,
                    column.unit.currency,
                    column.scope,
                    value.times(sign.factor * scale),
                    number,
                    n,
                )


def _crossed(bridge: Bridge, left: _Figure, figures: Sequence[_Figure]) -> Check | None:
    partners = [
        figure for figure in figures if figure.concept in bridge.right and _belongs(bridge, left, figure)
    ]
    if not partners:
        return None
    ranked = sorted(partners, key=lambda figure: bridge.right.index(figure.concept))
    hit = next((figure for figure in ranked if figure.value.meets(left.value)), None)
    if hit is None and bridge.previous and left.period.start is None:
        return None  # of a period of unknown length the year before is a guess: it proves, it does not accuse
    right = hit or ranked[0]
    difference = left.value.middle - right.value.middle
    is_wider = any(contains(word, plain(left.label)) for word in bridge.wider)
    explanation = (
        f"Holds: {bridge.says} ({right.concept})."
        if hit
        else f"Not tested: {left.label!r} counts {_plain(difference)} more than {right.label!r}, as it says."
        if is_wider
        else f"{'Look at this' if bridge.warning else 'Fails'}: {bridge.says}, but {left.concept} and "
        f"{right.concept} differ by {_plain(difference)}."
    )
    return Check(
        bridge.code,
        CheckOutcome.HOLDS if hit else CheckOutcome.NOT_APPLICABLE if is_wider else CheckOutcome.FAILS,
        left.column,
        left.value.middle,
        right.value.middle,
        left.value.radius + right.value.radius,
        (left.row,),
        explanation,
    )


def _belongs(bridge: Bridge, left: _Figure, right: _Figure) -> bool:
    """Whether two figures can be compared: those of one currency and one entity, of the same time, or
    where the bridge says so the right one at the end of the day before the left one's period."""
    if left.scope is not right.scope:
        return False
    if None not in (left.currency, right.currency) and left.currency != right.currency:
        return False
    if bridge.previous:
        if left.period.start is None:
            return abs((left.period.end - right.period.end).days - DAYS_OF_YEAR) <= CALENDAR_SLACK
        return abs((left.period.start - right.period.end).days - 1) <= CALENDAR_SLACK
    if left.period.end != right.period.end:
        return False
    if PeriodKind.INSTANT in (left.period.kind, right.period.kind):
        return True
    # A half year and its second quarter end on the same day.
    starts = left.period.start, right.period.start
    return starts[0] is None or starts[1] is None or abs((starts[0] - starts[1]).days) <= CALENDAR_SLACK
