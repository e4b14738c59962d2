"""Whether a misreading is noticed: faults are planted in readings, and everything that looks for faults
looks.

A sign is turned, a statement read in a unit a thousand times off, a line's figures moved to the neighbour's
column, a line dropped. Caught is a fault when something speaks that was silent without it and names the
place: a check or a lost proof, the overlap with another report of the company, or an anomaly.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from benchmarks import compiled_years, results, samples
from benchmarks.filed import Company, Filed
from engine.anomaly.books import GROWTH, explained, metrics_of
from engine.anomaly.circumstances import Circumstances, Place, Restated
from engine.anomaly.points import detect
from engine.check.identity_data import load_identities
from engine.compiling.anchoring import anchor_lines
from engine.compiling.dropped import find_dropped_lines
from engine.compiling.periods import settle_periods
from engine.compiling.scales import find_scale_conflicts
from engine.compiling.values import CompiledStatement
from engine.concepts.taxonomy import PREFIXES, load_taxonomy
from engine.concluding import bridged, concluded_as
from engine.kinds import CheckOutcome, RestatementKind, RowKind, StatementKind
from engine.ratios.calculate import calculate, figures_of
from engine.statement import Cell, Row, StatementReading, StatementTable
from engine.values import Unit

SEED = 20
FAULTS = 200
LEAST_CAUGHT = 0.95
# Below this a line is asked about as not sure.
NOT_SURE = 0.8
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """Where what was planted. `row` is the line in the table as it was, None for the whole statement."""

    kind: str
    company: str
    report: str
    statement: StatementKind
    row: int | None
    column: int | None
    concept: str | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """What spoke about a fault: the ways that did, and those of them that name the place."""

    fault: Fault
    ways: tuple[str, ...]
    right: tuple[str, ...]


Line = tuple[str, StatementKind, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is said about a company: failing checks with their lines, lines not sure, restated figures,
    scale conflicts and anomalies."""

    checks: Mapping[tuple[str, StatementKind, str, int], tuple[int, ...]]
    unsure: frozenset[Line]
    dropped: Mapping[tuple[str, StatementKind, str], str]
    restated: Mapping[tuple[StatementKind, str, date, str, str], RestatementKind]
    conflicts: frozenset[str]
    anomalies: frozenset[Place]


def planted(count: int = FAULTS, seed: int = SEED, only: Sequence[str] = ()) -> Iterator[Noticed]:
    """So many faults, each alone in otherwise untouched reports, an equal number of each kind."""
    dice = random.Random(seed)  # noqa: S311
    known = _companies() if not only else {name: _company(name) for name in sorted(only)}
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        while True:
            company = known[dice.choice(sorted(known))]
            report = dice.choice(company.reports)
            statement = dice.choice(report.reading.statements)
            made = KINDS[kind](statement, dice)
            if made is not None:
                break
        table, row, column, kept = made
        concept = None if row is None else statement.mappings[row].concept
        fault = Fault(kind, company.name, report.name, statement.table.kind, row, column, concept)
        yield _noticed(fault, company, _with(company, report, statement, table, kept))


def _companies() -> dict[str, Company]:
    return dict(sorted(compiled_years.companies().items()))


def _company(name: str) -> Company:
    """One company; the invented one needs no samples."""
    invented = compiled_years.invented()
    return invented if name == invented.name else compiled_years.companies()[name]


@cache
def _compiled(name: str, kind: StatementKind) -> CompiledStatement:
    return _company(name).compiled(kind)


Made = tuple[StatementTable, int | None, int | None, tuple[int, ...]]


def _turned(statement: StatementReading, dice: random.Random) -> Made | None:
    """One figure with the other sign."""
    places = [
        (n, c)
        for n, row in enumerate(statement.table.rows)
        for c, cell in enumerate(row.cells)
        if _counts(row) and cell is not None and cell.number
    ]
    if not places:
        return None
    n, column = dice.choice(places)
    cell = statement.table.rows[n].cells[column]
    assert cell is not None
    assert cell.number is not None
    changed = replace(cell, number=-cell.number)
    return _with_cells(statement, n, {column: changed}), n, column, _all(statement)


def _rescaled(statement: StatementReading, dice: random.Random) -> Made | None:
    """The whole statement in a unit a thousand times too large or too small."""
    unit = statement.table.unit
    if unit.scale is None:
        return None
    scale = unit.scale * THOUSAND if unit.scale < THOUSAND or dice.random() < 0.5 else unit.scale // THOUSAND

    def off(one: Unit) -> Unit:
        return replace(one, scale=scale) if one.scale == unit.scale else one

    table = statement.table
    columns = tuple(replace(column, unit=off(column.unit)) for column in table.columns)
    return replace(table, unit=off(unit), columns=columns), None, None, _all(statement)


def _shifted(statement: StatementReading, dice: random.Random) -> Made | None:
    """The figures of one line in the neighbours' columns."""
    rows = [
        n
        for n, row in enumerate(statement.table.rows)
        if _counts(row) and len({cell.number for cell in row.cells if cell is not None}) > 1
    ]
    if not rows:
        return None
    n = dice.choice(rows)
    cells = statement.table.rows[n].cells
    moved = {column: cells[(column + 1) % len(cells)] for column in range(len(cells))}
    return _with_cells(statement, n, moved), n, None, _all(statement)


def _dropped(statement: StatementReading, dice: random.Random) -> Made | None:
    """A line that was not read."""
    rows = [
        n
        for n, row in enumerate(statement.table.rows)
        if _counts(row) and any(cell is not None and cell.number for cell in row.cells)
    ]
    if not rows:
        return None
    n = dice.choice(rows)
    table = statement.table
    left = replace(table, rows=(*table.rows[:n], *table.rows[n + 1 :]))
    return left, n, None, tuple(m for m in _all(statement) if m != n)


KINDS: dict[str, Callable[[StatementReading, random.Random], Made | None]] = {
    "sign": _turned,
    "scale": _rescaled,
    "shifted column": _shifted,
    "dropped row": _dropped,
}


def _counts(row: Row) -> bool:
    return row.kind not in (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES)


def _all(statement: StatementReading) -> tuple[int, ...]:
    return tuple(range(len(statement.table.rows)))


def _with_cells(statement: StatementReading, n: int, changed: Mapping[int, Cell | None]) -> StatementTable:
    row = statement.table.rows[n]
    cells = tuple(changed.get(column, cell) for column, cell in enumerate(row.cells))
    rows = list(statement.table.rows)
    rows[n] = replace(row, cells=cells)
    return replace(statement.table, rows=tuple(rows))


def _with(
    company: Company, report: Filed, statement: StatementReading, table: StatementTable, kept: tuple[int, ...]
) -> Company:
    """The company with this table instead, everything concluded anew."""
    again = concluded_as(table, tuple(statement.mappings[n] for n in kept), load_taxonomy())
    # Checks between statements stand with the cash flow statement, once.
    others = tuple(
        concluded_as(one.table, one.mappings, load_taxonomy()) if one is not statement else again
        for one in report.reading.statements
    )
    reading = replace(report.reading, statements=bridged(others))
    reports = tuple(replace(one, reading=reading) if one is report else one for one in company.reports)
    return replace(company, reports=reports)


@cache
def _seen_before(name: str) -> _Seen:
    return _seen(_company(name))


def _noticed(fault: Fault, before: Company, after: Company) -> Noticed:
    old, new = _seen_before(before.name), _seen(after, fault)
    ways: dict[str, bool] = {}
    failing = {place: rows for place, rows in new.checks.items() if place not in old.checks}
    if failing:
        ways["check"] = any(_is_of(fault, place, rows) for place, rows in failing.items())
    unsure = new.unsure - _moved(old.unsure, fault)
    if unsure:
        ways["lost proof"] = any(_is_near(fault, place) for place in unsure)
    restated = {place: kind for place, kind in new.restated.items() if old.restated.get(place) is not kind}
    if restated:
        ways["overlap"] = any(_is_told(fault, place, kind) for place, kind in restated.items())
    dropped = new.dropped.keys() - old.dropped.keys()
    if dropped:
        label = "" if fault.row is None else _label(before, fault)
        ways["missing line"] = any(
            (report, key) == (fault.report, fault.concept) or new.dropped[report, kind, key] == label
            for report, kind, key in dropped
        )
    conflicts = new.conflicts - old.conflicts
    if conflicts:
        ways["scale conflict"] = fault.kind == "scale" and fault.report in conflicts
    anomalies = new.anomalies - old.anomalies
    if anomalies:
        ways["anomaly"] = any(_stands_out(fault, metric) for metric, _ in anomalies)
    return Noticed(fault, tuple(ways), tuple(way for way, right in ways.items() if right))


def _stands_out(fault: Fault, metric: str) -> bool:
    """Growth of the line, or where the whole statement is off of any of its lines."""
    if fault.row is None:
        return metric.startswith(GROWTH + next(p for p, kind in PREFIXES.items() if kind is fault.statement))
    return fault.concept is not None and metric == GROWTH + fault.concept


def _label(company: Company, fault: Fault) -> str:
    report = next(one for one in company.reports if one.name == fault.report)
    statement = report.statement(fault.statement)
    assert statement is not None
    assert fault.row is not None
    return statement.table.rows[fault.row].label


def _is_of(fault: Fault, place: tuple[str, StatementKind, str, int], rows: tuple[int, ...]) -> bool:
    """A check that fails in the statement, or between it and another, over the line or around it."""
    report, statement, _, column = place
    if report != fault.report:
        return False
    if fault.row is None or statement is not fault.statement:
        return True
    if fault.column is not None and column != fault.column:
        return False
    return not rows or min(rows) <= fault.row <= max(rows) + 1


def _is_near(fault: Fault, place: tuple[str, StatementKind, int]) -> bool:
    """The line itself, or where it is gone the lines it stood between."""
    report, statement, row = place
    here = (report, statement) == (fault.report, fault.statement)
    if fault.row is None or fault.kind != "dropped row":
        return here and (fault.row is None or row == fault.row)
    return here and abs(row - fault.row) <= NEIGHBOURS


NEIGHBOURS = 8  # lines of the sum that a dropped line belonged to


def _moved(
    unsure: frozenset[tuple[str, StatementKind, int]], fault: Fault
) -> frozenset[tuple[str, StatementKind, int]]:
    """The same lines by their places in the table without the dropped one."""
    if fault.kind != "dropped row" or fault.row is None:
        return unsure
    return frozenset(
        (report, kind, row - ((report, kind) == (fault.report, fault.statement) and row > fault.row))
        for report, kind, row in unsure
    )


def _is_told(fault: Fault, place: tuple[StatementKind, str, date, str, str], kind: RestatementKind) -> bool:
    """The line is named; of a sign and a scale the kind of fault too."""
    statement, key, _, old_source, new_source = place
    sources = {source.rsplit("/", 1)[0] for source in (old_source, new_source)}
    of_line = statement is fault.statement and (
        fault.row is None or key == fault.concept or f"{fault.report}/{fault.row}" in sources
    )
    if fault.kind in ("sign", "scale"):
        return of_line and kind is RestatementKind.SUSPECTED_ERROR
    return of_line


def _seen(company: Company, fault: Fault | None = None) -> _Seen:
    """Everything that speaks. Only the faulty statement is compiled again."""
    checks, unsure = {}, set()
    warnings = load_identities().warnings
    for report in company.reports:
        if fault is not None and report.name != fault.report:
            continue
        for statement in report.reading.statements:
            kind = statement.table.kind
            for check in statement.checks:
                if check.outcome is CheckOutcome.FAILS and check.identity not in warnings:
                    checks[report.name, kind, check.identity, check.column] = check.rows
            lines = zip(statement.table.rows, statement.confidences, strict=True)
            unsure |= {
                (report.name, kind, n)
                for n, (row, sure) in enumerate(lines)
                if sure < NOT_SURE and any(row.cells)
            }
    compiled = {
        kind: company.compiled(kind)
        if fault is None or kind is fault.statement
        else _compiled(company.name, kind)
        for kind in StatementKind
    }
    restated = {
        (kind, one.row_key, one.period.end, one.old_source, one.new_source): one.kind
        for kind, statement in compiled.items()
        for one in statement.restatements
    }
    conflicts = {
        document
        for kind in StatementKind
        if fault is None or kind is fault.statement
        for conflict in find_scale_conflicts(company.vintages(kind))
        for document in conflict.documents
    }
    dropped = {
        (one.document, kind, one.key): one.label
        for kind in StatementKind
        if fault is None or kind is fault.statement
        for one in find_dropped_lines(
            anchor_lines(settle_periods(company.vintages(kind), kind), load_taxonomy()), load_taxonomy()
        )
    }
    return _Seen(checks, frozenset(unsure), dropped, restated, frozenset(conflicts), _anomalies(compiled))


def _anomalies(compiled: Mapping[StatementKind, CompiledStatement]) -> frozenset[Place]:
    currencies = {statement.currency for statement in compiled.values() if statement.currency}
    if len(currencies) > 1:
        return frozenset()
    figures = figures_of(compiled.values())
    watched = metrics_of(figures, calculate(figures))
    restated = tuple(
        Restated(
            one.row_key,
            one.period.end,
            one.kind,
            float(one.delta / one.old_value) if one.old_value else None,
        )
        for statement in compiled.values()
        for one in statement.restatements
    )
    found = detect(watched.series, explained(watched, figures, Circumstances(restated)))
    return frozenset((one.metric, one.end) for one in found.findings)


# --- The table ---------------------------------------------------------------------------------------


def table(noticed: Sequence[Noticed]) -> Iterator[str]:
    """By kind how many were planted, caught and rightly explained, and what caught them."""
    ways = ("check", "lost proof", "overlap", "missing line", "scale conflict", "anomaly")
    yield f"| planted | faults | caught | rightly explained | {' | '.join(ways)} |"
    yield f"|---|---:|---:|---:|{'---:|' * len(ways)}"
    of_kind: dict[str, list[Noticed]] = defaultdict(list)
    for one in noticed:
        of_kind[one.fault.kind].append(one)
    for kind, those in [*of_kind.items(), ("all", list(noticed))]:
        by = Counter(way for one in those for way in one.right)
        caught, right = sum(bool(one.ways) for one in those), sum(bool(one.right) for one in those)
        yield (
            f"| {kind} | {len(those)} | {caught / len(those):.1%} | {right / len(those):.1%} |"
            f" {' | '.join(str(by[way]) for way in ways)} |"
        )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--faults", type=int, default=FAULTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--missed", action="store_true", help="name the faults that nothing noticed")
    parser.add_argument("--write", action="store_true", help="write the table into benchmarks/RESULTS.md")
    asked = parser.parse_args(arguments)
    if not samples.reports():
        print("The sample reports are not there; faults are planted in the invented company alone.")
    noticed = list(planted(asked.faults, asked.seed))
    lines = list(table(noticed))
    print("\n".join(lines))
    said = {place for name in _companies() for place in _seen_before(name).dropped}
    false = f"Lines that are said to be missing in untouched reports: {len(said)}."
    print(false)
    if asked.missed:
        print(*sorted(said), sep="\n")
        for one in noticed:
            if not one.right:
                print(one.fault, "noticed by", ", ".join(one.ways) or "nothing")
    if asked.write:
        results.write("Planted misreadings", [*lines, "", false], packages=())
    return int(sum(bool(one.right) for one in noticed) < LEAST_CAUGHT * len(noticed))


if __name__ == "__main__":
    sys.exit(main())
