"""How far a row can be trusted, computed from what is known of it and never asked for.

Arithmetic speaks loudest: whether printed sums and identities prove the row's figures, leave them
open, or put them under suspicion. The way the row came to its concept is added as odds, because it is
independent of that. All shares and odds are data with reasons (`confidence.yaml`), measured so that of
the rows with a stated confidence about that share is right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.check.footing import foot
from engine.data_file import read_data
from engine.errors import BadInput
from engine.kinds import CellState, CheckOutcome, MappingMethod, RowKind
from engine.statement import Check, Row, RowMapping, RowSign, StatementTable

DATA_FILE = Path(__file__).with_name("confidence.yaml")
BESIDE_SUMS = (RowKind.PER_SHARE, RowKind.SHARES)
TIED = 2  # identities that hold


@dataclass(frozen=True, slots=True)
class Calibration:
    """Shares right by evidence, and odds of what is added to it."""

    evidence: Mapping[str, float]
    least_of_suspects: float
    failing_but_proven: float
    mapping: Mapping[MappingMethod, float]
    unread: float
    ceiling: float
    named_by_model: float
    recognised: float
    recognised_and_proven: float
    corrected: float
    disputed_correction: float


@lru_cache(maxsize=1)
def load_calibration() -> Calibration:
    """The calibration, read once. Raises BadInput for an entry without a reason or out of range."""
    raw = read_data(DATA_FILE)
    return Calibration(
        evidence={entry["name"]: _value(entry["name"], entry, "right") for entry in raw["evidence"]},
        least_of_suspects=_value("least", raw["failing"]["least"], "right"),
        failing_but_proven=_value("proven", raw["failing"]["proven"], "odds"),
        mapping={
            method: _value(method.value, raw["mapping"][method.value], "odds") for method in MappingMethod
        },
        unread=_value("unread", raw["unread"], "odds"),
        ceiling=_value("ceiling", raw["ceiling"], "right"),
        named_by_model=_value("named_by_model", raw["named_by_model"], "right"),
        recognised=_value("recognised", raw["recognised"], "right"),
        recognised_and_proven=_value("recognised_and_proven", raw["recognised_and_proven"], "right"),
        corrected=_value("corrected", raw["corrected"], "right"),
        disputed_correction=_value("disputed_correction", raw["disputed_correction"], "right"),
    )


def _value(name: str, entry: Mapping[str, Any], key: str) -> float:
    value = float(entry[key])
    if not entry.get("reason"):
        raise BadInput(f"The confidence {name!r} gives no reason.", code="bad_confidence")
    if value <= 0 or (key == "right" and value >= 1):
        raise BadInput(f"The confidence {name!r} is {value}, which no share can be.", code="bad_confidence")
    return value


def row_confidences(
    table: StatementTable,
    mappings: Sequence[RowMapping],
    signs: Sequence[RowSign],
    checks: Sequence[Check],
) -> tuple[float, ...]:
    """For every row the probability between 0 and 1 that its cells and its concept are right."""
    known = load_calibration()
    proven = foot(table).proven | {n for n, sign in enumerate(signs) if sign.rule == "subtotal"}
    found = [_confidence(n, row, mappings[n], proven, checks, known) for n, row in enumerate(table.rows)]
    if table.read_by == "ocr":
        held = _rows_that_hold(table, checks) | proven
        found = [
            min(confidence, known.recognised_and_proven if n in held else known.recognised)
            for n, confidence in enumerate(found)
        ]
    return tuple(found)


def _rows_that_hold(table: StatementTable, checks: Sequence[Check]) -> frozenset[int]:
    """The rows whose every figure takes part in an identity that holds."""
    held = {(n, check.column) for check in checks if check.outcome is CheckOutcome.HOLDS for n in check.rows}
    return frozenset(
        n
        for n, row in enumerate(table.rows)
        if all((n, column) in held for column, cell in enumerate(row.cells) if cell is not None)
    )


def _confidence(
    n: int,
    row: Row,
    mapping: RowMapping,
    proven: frozenset[int],
    checks: Sequence[Check],
    known: Calibration,
) -> float:
    if row.kind is RowKind.HEADING:
        return 1.0
    mine = [check for check in checks if n in check.rows]
    holding = {check.identity for check in mine if check.outcome is CheckOutcome.HOLDS}
    suspects = [len(set(check.rows) - proven) for check in mine if check.outcome is CheckOutcome.FAILS]
    if n in proven:
        right = known.evidence[_proof(len(holding))]
        odds = _odds(right) * (known.failing_but_proven if suspects else 1.0)
    elif suspects:
        odds = _odds(max(known.least_of_suspects, 1 - 1 / min(suspects)))
    elif holding:
        odds = _odds(known.evidence["checked"])
    else:
        odds = _odds(known.evidence["beside_sums" if row.kind in BESIDE_SUMS else "unproven"])
    odds *= known.mapping[mapping.method]
    if any(cell is not None and cell.state is CellState.NOT_READ for cell in row.cells):
        odds *= known.unread
    by_model = mapping.method is MappingMethod.SECOND_READER and mapping.concept is not None
    highest = known.named_by_model if by_model else known.ceiling
    return round(min(highest, odds / (1 + odds)), 3)


def _proof(holding: int) -> str:
    """The name of the evidence for a row that a sum proves."""
    if holding >= TIED:
        return "proven_and_tied"
    return "proven_and_checked" if holding else "proven"


def _odds(share: float) -> float:
    return share / (1 - share)
