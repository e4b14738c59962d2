"""Figures of a period as what a longer one has beyond a shorter one: the fourth quarter above all.

A difference is only a figure where both operands mean the same. It is left out where a restatement
or a change of what is consolidated lies between them, which shows in that one of them is the new side
of a restatement, stands under a heading "restated", or comes from a report that restates the same line
of another period, while the other does not; and where one is presented by IFRS 18. Averages do not
subtract: there is no difference of shares or of earnings per share.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.check.intervals import Interval, total
from engine.compiling.columns import Rest
from engine.compiling.values import CompiledCell, CompiledCheck, CompiledRow, Restatement, Vintage
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import CellState, CheckOutcome, GapReason, PeriodKind, RestatementKind, RowKind
from engine.values import Period

OPENING_CASH, CLOSING_CASH = "cf.cash_open", "cf.cash_close"
COUNTS = (RowKind.PER_SHARE, RowKind.SHARES)

Winners = Mapping[str, Mapping[Period, Vintage]]  # by row key and period


class Rebased:
    """Which figures of a row stand on a basis that an earlier report did not have."""

    def __init__(self, restatements: Iterable[Restatement], vintages: Iterable[Vintage]) -> None:
        documents = {vintage.source: vintage.document for vintage in vintages}
        changes = [r for r in restatements if r.kind is not RestatementKind.ROUNDING]
        self._sources = {(r.row_key, r.new_source) for r in changes}
        self._documents = {(r.row_key, documents[r.new_source]) for r in changes if r.new_source in documents}
        self._doubtful = {
            (r.row_key, source)
            for r in changes
            if r.kind is RestatementKind.SUSPECTED_ERROR
            for source in (r.old_source, r.new_source)
        }

    def comparable(self, key: str, one: Vintage, other: Vintage) -> bool:
        """Whether two figures of a row may be subtracted from one another."""
        if one.currency != other.currency and None not in (one.currency, other.currency):
            return False
        if any((key, vintage.source) in self._doubtful for vintage in (one, other)):
            return False
        return one.ifrs_18 == other.ifrs_18 and self._is_new(key, one) == self._is_new(key, other)

    def _is_new(self, key: str, vintage: Vintage) -> bool:
        return (
            vintage.restated_marker
            or (key, vintage.source) in self._sources
            or (key, vintage.document) in self._documents
        )


@dataclass(frozen=True, slots=True)
class Derivation:
    """What is needed to derive the cells of rests."""

    rests: Mapping[Period, Rest]
    winners: Winners
    rebased: Rebased
    taxonomy: Taxonomy

    def cell(self, key: str, kind: RowKind, period: Period) -> CompiledCell | None:
        """The derived cell of a row, or its gap where the operands cannot be compared; None where the
        period is no rest or an operand is missing."""
        rest = self.rests.get(period)
        if rest is None or kind in COUNTS:
            return None
        if key == OPENING_CASH:
            return self._held(CLOSING_CASH, rest.part, period)
        if self._is_instant(key):
            return self._held(key, rest.whole, period)
        row = self.winners.get(key, {})
        whole, part = row.get(rest.whole), row.get(rest.part)
        if whole is None or part is None:
            return None
        if not self.rebased.comparable(key, whole, part):
            return CompiledCell(period, None, GapReason.NOT_COMPARABLE, None, None, (), False, False, None)
        return CompiledCell(
            period=period,
            value=(whole.value or Decimal(0)) - (part.value or Decimal(0)),
            gap=None,
            source=None,
            formula=rest.formula,
            derived_from=(whole.source, part.source),
            nil=False,
            restated=False,
            confidence=min(whole.confidence, part.confidence),
        )

    def _is_instant(self, key: str) -> bool:
        item = self.taxonomy.find(key)
        return item is not None and item.period_kind is PeriodKind.INSTANT

    def _held(self, key: str, held_at_end_of: Period, period: Period) -> CompiledCell | None:
        """Cash at a day, which another period that ends on it prints: a printed figure, not a derived one."""
        found = self.winners.get(key, {}).get(held_at_end_of)
        if found is None:
            return None
        nil = found.state is CellState.NIL
        return CompiledCell(period, found.value, None, found.source, None, (), nil, False, found.confidence)

    def check_quarters(
        self, rows: Iterable[CompiledRow], quartered: Mapping[Period, tuple[Period, ...]]
    ) -> Iterator[CompiledCheck]:
        """Whether four printed quarters add up to their year (Q1), for every flow whose figures stand on
        one basis. A derived quarter takes no part: it would prove itself. The period is the year's."""
        for row in rows:
            if row.kind in COUNTS or self._is_instant(row.key):
                continue
            figures = self.winners.get(row.key, {})
            for year, quarters in quartered.items():
                whole, parts = figures.get(year), [figures.get(quarter) for quarter in quarters]
                known = [part for part in parts if part is not None]
                if (
                    whole is not None
                    and len(known) == len(parts)
                    and all(self.rebased.comparable(row.key, whole, part) for part in known)
                ):
                    yield _quarter_check(row, year, whole, known)


def _quarter_check(
    row: CompiledRow, year: Period, whole: Vintage, quarters: Iterable[Vintage]
) -> CompiledCheck:
    left, right = total(_interval(quarter) for quarter in quarters), _interval(whole)
    holds = left.meets(right)
    sentence = (
        f"Holds: the four quarters of {row.label!r} add up to the year."
        if holds
        else f"Fails: the four quarters of {row.label!r} differ from the year by"
        f" {(left.middle - right.middle).normalize():,f}; the year may restate one of them."
    )
    outcome = CheckOutcome.HOLDS if holds else CheckOutcome.FAILS
    return CompiledCheck("Q1", year, outcome, left.middle, right.middle, sentence)


def _interval(vintage: Vintage) -> Interval:
    return Interval.printed(vintage.value or Decimal(0), vintage.decimals)
