"""Formulas and check rows of a compiled statement, for a spreadsheet to carry.

A figure gets a formula only where the formula gives exactly what is printed, to its last digit, with
the figures its parts will show. Otherwise the printed figure stands and the check of its row shows the
difference. What adds up to what is found out in `engine.compiling.additions`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.check.identities import check_figures
from engine.check.intervals import Interval, total
from engine.compiling.additions import (
    NO_MONEY,
    TOTALS,
    DerivedFigure,
    FigureRow,
    PrintedFigure,
    Sums,
    Term,
    Terms,
    find_sums,
    is_exact,
)
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import StatementKind


@dataclass(frozen=True, slots=True)
class Formula:
    """A sum of rows that gives a figure. `value` is exact."""

    terms: Terms
    value: Decimal


@dataclass(frozen=True, slots=True)
class SumCheck:
    """How far `terms` are from the figure of row `total` in one period. `allowed` is how much the
    rounding of all that takes part explains; `holds` whether the difference lies within it."""

    terms: Terms
    total: str
    difference: Decimal
    allowed: Decimal

    @property
    def holds(self) -> bool:
        return abs(self.difference) <= self.allowed


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One identity over all periods, None where it cannot be tested. `total` names the row whose
    lines are added up, and is None for an identity between rows, which `says` puts in words."""

    code: str
    says: str
    total: str | None
    checks: tuple[SumCheck | None, ...]


@dataclass(frozen=True, slots=True)
class Formulas:
    """`cells` has the formula of each figure that has one, by row key and number of the period.
    `untested` are the totals that are printed and that no known sum of lines can be held against,
    with the numbers of those periods."""

    cells: Mapping[tuple[str, int], Formula]
    checks: tuple[CheckRow, ...]
    untested: Mapping[str, tuple[int, ...]]


def find_formulas(statement: StatementKind, rows: Sequence[FigureRow], taxonomy: Taxonomy) -> Formulas:
    """The formulas and check rows of a compiled statement, whose rows come in the order shown."""
    return _Finder(statement, rows, taxonomy).found()


class _Finder:
    """The rows of one statement, and what has been found to add up in them."""

    def __init__(self, statement: StatementKind, rows: Sequence[FigureRow], taxonomy: Taxonomy) -> None:
        self.statement = statement
        self.taxonomy = taxonomy
        self.rows = {row.key: row for row in rows if row.kind not in NO_MONEY}
        self.periods = range(len(rows[0].figures) if rows else 0)
        self.place = {key: number for number, key in enumerate(self.rows)}
        self.cells: dict[tuple[str, int], Formula] = {}

    def found(self) -> Formulas:
        sums = find_sums(tuple(self.rows.values()), self.taxonomy)
        for period in self.periods:
            self._give_formulas(period, sums)
            self._give_derived_formulas(period)
        of_sums = [row for key in self.rows if (row := self._check_row(key, sums)) is not None]
        checks = (*of_sums, *self._identities(of_sums))
        return Formulas(self.cells, checks, self._untested(checks))

    # Which figures become formulas

    def _give_formulas(self, period: int, sums: Sums) -> None:
        # Totals with the fewest rows below them come first, so that a formula is tried with the figures
        # its parts will show.
        for key in sorted(sums, key=lambda key: (len(self._below(key, sums)), self.place[key])):
            figure = self._printed(key, period)
            if figure is None:
                continue
            for terms in self._candidates(period, sums[key], sums):
                value = self._sum(terms, period)
                if is_exact(value, figure) and not self._leads_back(key, terms, period):
                    self.cells[key, period] = Formula(terms, value)
                    break

    def _candidates(self, period: int, found: Mapping[int, Terms], sums: Sums) -> Iterator[Terms]:
        """The sum of all years' parts first, so that one formula serves the whole row: a line that is
        not printed in a year adds nothing. Then the column's own parts, then those of other years, the
        most frequent first."""
        if united := self._united(found, sums):
            yield united
        if period in found:
            yield found[period]
        yield from dict.fromkeys(terms for terms, _ in Counter(found.values()).most_common())

    def _united(self, found: Mapping[int, Terms], sums: Sums) -> Terms:
        """The parts of all years, nothing where one of them is a part of another: a year that prints a
        subtotal and a year that prints its lines would be counted twice."""
        weights = {key: weight for terms in found.values() for key, weight in terms}
        if any(not self._below(key, sums).isdisjoint(weights) for key in weights):
            return ()
        return self._in_order(weights.items())

    def _leads_back(self, key: str, terms: Terms, period: int) -> bool:
        """Whether a formula would depend on itself."""
        waiting, seen = [part for part, _ in terms], set()
        while waiting:
            part = waiting.pop()
            if part == key:
                return True
            formula = self.cells.get((part, period))
            if formula is not None and part not in seen:
                seen.add(part)
                waiting += [other for other, _ in formula.terms]
        return False

    def _give_derived_formulas(self, period: int) -> None:
        for key, row in self.rows.items():
            figure = row.figures[period]
            if not isinstance(figure, DerivedFigure):
                continue
            for arc in self.taxonomy.arcs:
                if arc.total != key or arc.formula != figure.formula:
                    continue
                if all(code in self.rows and self._value(code, period) is not None for code, _ in arc.parts):
                    value = self._sum(arc.parts, period)
                    if value == figure.value and not self._leads_back(key, arc.parts, period):
                        self.cells[key, period] = Formula(arc.parts, value)

    # How the totals compare with their parts

    def _check_row(self, key: str, sums: Sums) -> CheckRow | None:
        if key not in sums:
            return None
        checks = [self._check(key, period, sums) for period in self.periods]
        failing = [period for period in self.periods if (check := checks[period]) and not check.holds]
        if 2 * len(failing) > sum(check is not None for check in checks):
            # What fails in most years is not how this total is made up.
            for period in failing:
                checks[period] = None
        return CheckRow(key, "its lines add up to it", key, tuple(checks)) if any(checks) else None

    def _check(self, key: str, period: int, sums: Sums) -> SumCheck | None:
        figure = self._printed(key, period)
        if figure is None:
            return None
        formula = self.cells.get((key, period))
        terms = formula.terms if formula else sums[key].get(period) or self._expected(period, sums[key], sums)
        return self._compared(terms, key, period, figure) if terms else None

    def _expected(self, period: int, found: Mapping[int, Terms], sums: Sums) -> Terms:
        """The parts of other years, if the lines that are parts in all of them are there: a sum with
        a line missing says nothing."""
        always = set.intersection(*({key for key, _ in terms} for terms in found.values()))
        if not always or any(self._value(key, period) is None for key in always):
            return ()
        return self._united(found, sums) or Counter(found.values()).most_common(1)[0][0]

    def _compared(self, terms: Terms, key: str, period: int, figure: PrintedFigure) -> SumCheck:
        """The difference that the figures now shown have, and the one that rounding allows them."""
        difference = self._sum(terms, period) - figure.value
        return SumCheck(terms, key, difference, self._interval(terms, period).radius + figure.interval.radius)

    def _identities(self, of_sums: Iterable[CheckRow]) -> Iterator[CheckRow]:
        """The identities between concepts that say more than the sums do already."""
        added = {
            (check.total, period): {part for part, _ in check.terms}
            for row in of_sums
            for period, check in enumerate(row.checks)
            if check is not None
        }
        rows: dict[str, tuple[str, dict[int, SumCheck]]] = {}
        for period in self.periods:
            figures = {
                row.concept: figure.interval
                for row in self.rows.values()
                if row.concept is not None and (figure := row.printed(period)) is not None
            }
            for verdict in check_figures(self.statement, figures):
                figure = self._printed(verdict.total, period)
                told = added.get((verdict.total, period), set())
                if figure is not None and told.isdisjoint(part for part, _ in verdict.terms):
                    check = self._compared(verdict.terms, verdict.total, period, figure)
                    rows.setdefault(verdict.identity, (verdict.says, {}))[1][period] = check
        for code, (says, checks) in rows.items():
            yield CheckRow(code, says, None, tuple(checks.get(period) for period in self.periods))

    def _untested(self, rows: Iterable[CheckRow]) -> dict[str, tuple[int, ...]]:
        tested = {
            (key, period)
            for row in rows
            for period, check in enumerate(row.checks)
            if check is not None
            for key in (check.total, *(part for part, _ in check.terms if row.total is None))
        }
        without = {
            key: tuple(
                period
                for period in self.periods
                if (figure := self._printed(key, period)) is not None
                and figure.value
                and (key, period) not in tested
            )
            for key, row in self.rows.items()
            if row.kind in TOTALS
        }
        return {key: periods for key, periods in without.items() if periods}

    # Figures

    def _printed(self, key: str, period: int) -> PrintedFigure | None:
        return self.rows[key].printed(period) if key in self.rows else None

    def _value(self, key: str, period: int) -> Decimal | None:
        """What the cell will show: its formula's value, else its figure."""
        formula = self.cells.get((key, period))
        if formula is not None:
            return formula.value
        figure = self.rows[key].figures[period]
        return None if figure is None else figure.value

    def _sum(self, terms: Terms, period: int) -> Decimal:
        return sum((weight * (self._value(key, period) or Decimal(0)) for key, weight in terms), Decimal(0))

    def _interval(self, terms: Terms, period: int) -> Interval:
        return total(
            figure.interval.times(weight)
            for key, weight in terms
            if (figure := self._printed(key, period)) is not None
        )

    def _in_order(self, terms: Iterable[Term]) -> Terms:
        return tuple(sorted(terms, key=lambda term: self.place[term[0]]))

    def _below(self, key: str, sums: Sums) -> set[str]:
        """All rows that a total is made up of, directly or through other totals, in any year."""
        below: set[str] = set()
        waiting = [key]
        while waiting:
            for terms in sums.get(waiting.pop(), {}).values():
                new = {part for part, _ in terms} - below
                below |= new
                waiting += new
        return below
