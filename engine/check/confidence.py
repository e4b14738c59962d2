"""How far a row can be trusted, computed from what is known of it and never asked for.

Three things speak for a row: the reader placed it (the table's score), its wording led surely to a
concept, and arithmetic proves it. They are combined as odds, because independent evidence
multiplies. The weights were set on hand-checked reports with one figure in fifty spoiled, so that
of the rows above 0.99 at least 99 in 100 are right.
"""

from collections.abc import Sequence

from engine.check.footing import foot
from engine.kinds import CellState, CheckOutcome, MappingMethod, RowKind
from engine.statement import Check, Row, RowMapping, RowSign, StatementTable

# Odds that a row is read right before anything else is known: eight to one, which fits a reader that
# misreads one figure in fifty. Rows that no sum proves are where such misreadings are left.
PRIOR_ODDS = 8.0

# By what each piece of evidence multiplies the odds.
PROVEN_SUM = 12.0  # its figures take part in a printed sum that holds
HOLDING_IDENTITY = 4.0  # for each further identity that holds, up to three
FAILING_IDENTITY = 1 / 12  # for each identity that fails
UNREAD_CELL = 1 / 20  # a cell of the row could not be read
MAPPING_ODDS = {
    MappingMethod.CONFIRMED_RULE: 4.0,
    MappingMethod.EXACT_SYNONYM: 2.0,
    MappingMethod.VALUE_OVERLAP: 2.0,
    MappingMethod.SIMILAR_LABEL: 0.6,
    MappingMethod.SUBTOTAL_POSITION: 0.6,
    MappingMethod.UNMAPPED: 0.8,
}
MOST_IDENTITIES = 3
CEILING = 0.999

# What text recognition read may be a look-alike digit: nothing but arithmetic tells.
RECOGNISED = 0.6
RECOGNISED_AND_PROVEN = 0.9


def row_confidences(
    table: StatementTable,
    mappings: Sequence[RowMapping],
    signs: Sequence[RowSign],
    checks: Sequence[Check],
) -> tuple[float, ...]:
    """For every row the probability between 0 and 1 that its cells and its concept are right."""
    found = [_confidence(n, row, mappings[n], signs[n], checks) for n, row in enumerate(table.rows)]
    if table.read_by == "ocr":
        proven = _proven_rows(table, signs, checks)
        found = [
            min(confidence, RECOGNISED_AND_PROVEN if n in proven else RECOGNISED)
            for n, confidence in enumerate(found)
        ]
    return tuple(found)


def _proven_rows(table: StatementTable, signs: Sequence[RowSign], checks: Sequence[Check]) -> frozenset[int]:
    """The rows whose every figure takes part in a sum or an identity that holds."""
    held = {(n, check.column) for check in checks if check.outcome is CheckOutcome.HOLDS for n in check.rows}
    rows = {
        n
        for n, row in enumerate(table.rows)
        if signs[n].rule == "subtotal"
        or all((n, column) in held for column, cell in enumerate(row.cells) if cell is not None)
    }
    return frozenset(rows) | foot(table).proven


def _confidence(n: int, row: Row, mapping: RowMapping, sign: RowSign, checks: Sequence[Check]) -> float:
    if row.kind is RowKind.HEADING:
        return 1.0
    odds = PRIOR_ODDS * MAPPING_ODDS[mapping.method]
    if sign.rule == "subtotal":
        odds *= PROVEN_SUM
    outcomes = [check.outcome for check in checks if n in check.rows]
    holding = {check.identity for check in checks if n in check.rows and check.outcome is CheckOutcome.HOLDS}
    odds *= HOLDING_IDENTITY ** min(MOST_IDENTITIES, len(holding))
    odds *= FAILING_IDENTITY ** min(MOST_IDENTITIES, outcomes.count(CheckOutcome.FAILS))
    if any(cell is not None and cell.state is CellState.NOT_READ for cell in row.cells):
        odds *= UNREAD_CELL
    return round(min(CEILING, odds / (1 + odds)), 3)
