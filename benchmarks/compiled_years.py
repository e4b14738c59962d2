"""What is measured of compiled tables, against the truth of the reports they were made from.

Companies are compiled once. Every measure gives counts and a sentence for each fault.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations

from benchmarks import many_years, samples
from benchmarks.filed import Company, Expected, Filed
from benchmarks.scoring import rows_of_items
from engine.check.footing import foot
from engine.check.identity_data import load_identities
from engine.compiling.anchoring import AnchoredLine, anchor_lines
from engine.compiling.lines import same_figure
from engine.compiling.periods import settle_periods
from engine.compiling.scales import find_scale_conflicts
from engine.compiling.values import CompiledRow, CompiledStatement, Restatement, Vintage
from engine.concepts.guards import contradicts, opposed
from engine.concepts.taxonomy import load_taxonomy
from engine.concepts.wording import plain
from engine.kinds import CheckOutcome, CompiledView, RestatementKind, RowKind, StatementKind
from engine.reading import read
from engine.statement import StatementReading

TELLING_DIGITS = 3
NO_MONEY = (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES)
VIEWS = (CompiledView.LATEST, CompiledView.ORIGINAL)


@dataclass(frozen=True, slots=True)
class Measured:
    """Counts, and a sentence for each fault."""

    counts: Counter[str]
    faults: tuple[str, ...]


# --- Companies ---------------------------------------------------------------------------------------


@cache
def invented() -> Company:
    """The invented company, its files read."""
    made = many_years.reports()
    filed = tuple(Filed(r.name, r.period_end, r.published, read(r.pdf)) for r in made)
    expected = tuple(
        Expected(report.name, kind, key, (many_years.concept_of(kind, key),), end, value)
        for report in made
        for (kind, key, end), value in report.figures.items()
    )
    return Company("invented company", filed, expected)


def compiled(
    company: Company, kind: StatementKind, view: CompiledView = CompiledView.LATEST
) -> CompiledStatement:
    """A company's statement, compiled once."""
    return _tables(company.name)[kind, view]


def companies() -> Mapping[str, Company]:
    """All companies by name."""
    return {invented().name: invented(), **samples.companies()}


@cache
def _tables(company: str) -> Mapping[tuple[StatementKind, CompiledView], CompiledStatement]:
    return {
        (kind, view): companies()[company].compiled(kind, view) for kind in StatementKind for view in VIEWS
    }


@cache
def anchored(company: str, kind: StatementKind) -> tuple[AnchoredLine, ...]:
    """The lines of a company's statement in all its reports."""
    return anchor_lines(settle_periods(companies()[company].vintages(kind), kind), load_taxonomy())


# --- Tables of many years ----------------------------------------------------------------------------


def table(company: Company) -> Measured:
    """Key figures of every year in both views, years without any, and lines that fell into two rows."""
    counts: Counter[str] = Counter(reports=len(company.reports))
    faults: list[str] = []
    for kind in StatementKind:
        for view in VIEWS:
            statement = compiled(company, kind, view)
            figures = company.winning(kind, view).values()
            counts[f"{view}_figures"] += len(figures)
            for figure in figures:
                found = _held(statement, figure)
                counts[f"{view}_right"] += any(_same(value, figure.value) for value in found)
                counts["thousandfold"] += any(_is_thousandfold(value, figure.value) for value in found)
                if not any(_same(value, figure.value) for value in found):
                    shown = ", ".join(map(str, found)) or "nothing"
                    faults.append(
                        f"{company.name}, {view} {kind}: {figure.name} of {figure.end} is {shown} "
                        f"instead of {figure.value}"
                    )
        years = {figure.end for figure in company.expected if figure.kind is kind}
        missing = years - {period.end for period in compiled(company, kind).periods}
        counts["years"] = max(counts["years"], len(years))
        counts["years_missing"] += len(missing)
        faults += [f"{company.name}: the {kind} has no column for {end}" for end in sorted(missing)]
        split = list(_split(compiled(company, kind)))
        counts["split"] += len(split)
        faults += [f"{company.name}, {kind}: {sentence}" for sentence in split]
    return Measured(counts, tuple(faults))


def _held(statement: CompiledStatement, figure: Expected) -> list[Decimal]:
    """What the rows that may hold a figure have in its year."""
    return [
        cell.value
        for row in statement.rows
        if row.key in figure.keys
        for cell in row.cells
        if cell.period.end == figure.end and cell.value is not None
    ]


def _same(found: Decimal, printed: Decimal) -> bool:
    """Equal but for the sign: costs are printed with either, and kept with that of their effect."""
    return abs(found) == abs(printed)


def _is_thousandfold(found: Decimal, printed: Decimal) -> bool:
    return bool(found and printed) and any(
        abs(ratio) in (10**3, 10**6, 10**9) for ratio in (found / printed, printed / found)
    )


def _split(statement: CompiledStatement) -> Iterator[str]:
    """Wordings that name two rows whose figures stand in different years."""
    rows: dict[str, list[CompiledRow]] = defaultdict(list)
    for row in statement.rows:
        for wording in {plain(label) for label in row.labels} - {""}:
            rows[wording].append(row)
    for wording, found in rows.items():
        for one, other in combinations(found, 2):
            both = [
                a.value is not None and b.value is not None
                for a, b in zip(one.cells, other.cells, strict=True)
            ]
            if not any(both):
                yield f"{wording!r} stands in the rows {one.key} and {other.key}"


def cells(company: Company) -> Measured:
    """Every amount of the compiled tables against the truth of the report it was taken from."""
    truths = {report.name: report.truth for report in samples.reports()}
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for kind in StatementKind:
        for row in compiled(company, kind).rows:
            if row.kind in NO_MONEY:
                continue
            for cell in row.cells:
                if cell.source is None or cell.value is None:
                    continue
                name, ordinal, _ = cell.source.rsplit("/", 2)
                printed = _printed(name, kind, int(ordinal), cell.period.end, truths[name])
                counts["cells"] += 1
                # A printed dash is nothing, whether the truth notes it or not.
                right = _same(cell.value, printed or Decimal(0))
                counts["cells_right"] += right
                if not right:
                    faults.append(
                        f"{name}: {row.label!r} of {cell.period.end} is {cell.value}, printed {printed}"
                    )
    return Measured(counts, tuple(faults))


def _printed(
    name: str, kind: StatementKind, row: int, end: date, truth: Mapping[str, object]
) -> Decimal | None:
    statement = truth["statements"][kind.value]  # type: ignore[index]
    item = _items(name, kind).get(row)
    if item is None or end.isoformat() not in statement["periods"]:
        return None
    value = statement["items"][item]["values"][statement["periods"].index(end.isoformat())]
    return None if value is None else Decimal(str(value)) * samples.SCALES[statement["unit"]]


@cache
def _items(name: str, kind: StatementKind) -> Mapping[int, int]:
    """For each row of a reading the item of the truth that it is."""
    report = next(report for report in samples.reports() if report.name == name)
    statement = next(s for s in samples.readings()[name].statements if s.table.kind is kind)
    found = rows_of_items(report.truth["statements"][kind.value], statement.table)
    return {row: item for item, row in found.items()}


# --- Restatements ------------------------------------------------------------------------------------


def restatements() -> Measured:
    """The samples' list of figures that a later report gives differently, looked for in the tables:
    both publications kept, the later one in the view `latest`, the earlier one in `original`."""
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for entry in samples.restated_values():
        kind, end = StatementKind(entry["statement"]), date.fromisoformat(entry["period"])
        company = companies()[entry["company_key"]]
        given = [(each["doc_id"], Decimal(each["value_in_full"])) for each in entry["reported"]]
        keys = samples.CONCEPTS[entry["key"]]
        name = f"{entry['company_key']} {kind} {entry['key']} {end}"
        verdicts = {
            "both_found": all(_published(company.name, kind, keys, end, *figure) for figure in given),
            "latest_right": _shows(compiled(company, kind), keys, end, given[-1][1]),
            "original_right": _shows(compiled(company, kind, CompiledView.ORIGINAL), keys, end, given[0][1]),
            "recorded": _is_recorded(compiled(company, kind), keys, end, given[0][1], given[-1][1]),
        }
        counts["entries"] += 1
        counts.update({verdict: int(right) for verdict, right in verdicts.items()})
        faults += [f"{name}: {verdict} is not so" for verdict, right in verdicts.items() if not right]
    return Measured(counts, tuple(faults))


def _published(
    company: str, kind: StatementKind, keys: Sequence[str], end: date, document: str, value: Decimal
) -> bool:
    """Whether one of the rows keeps the figure of a report as its own vintage."""
    return any(
        vintage.document == document
        and vintage.period.end == end
        and vintage.value is not None
        and _same(vintage.value, value)
        for line in anchored(company, kind)
        if line.key in keys
        for vintage in line.vintages
    )


def _shows(statement: CompiledStatement, keys: Sequence[str], end: date, value: Decimal) -> bool:
    return any(
        cell.value is not None and _same(cell.value, value)
        for row in statement.rows
        if row.key in keys
        for cell in row.cells
        if cell.period.end == end
    )


def _is_recorded(
    statement: CompiledStatement, keys: Sequence[str], end: date, old: Decimal, new: Decimal
) -> bool:
    """Whether the change is among the restatements. A figure whose sign alone is printed another way is
    the same figure, and two figures of two lines (the profit, and the owners' share of it) are none."""
    here = [r for r in statement.restatements if r.row_key in keys and r.period.end == end]
    found = any(_same(r.new_value, new) for r in here) and any(_same(r.old_value, old) for r in here)
    return found or _same(old, new) or all(_shows(statement, keys, end, value) for value in (old, new))


def comparatives(company: Company, kind: StatementKind) -> Measured:
    """A figure of a later report is an equal comparative where the report before gives the same figure
    for the same period, in a line of the same wording or in the only line with that figure."""
    by_report: dict[str, list[Vintage]] = defaultdict(list)
    for vintage in settle_periods(company.vintages(kind), kind):
        if vintage.value is not None:
            by_report[vintage.document].append(vintage)
    flagged: dict[tuple[str, str], Restatement] = {
        (r.old_source.partition("/")[0], r.new_source): r
        for r in compiled(company, kind).restatements
        if r.kind is not RestatementKind.ROUNDING
    }
    counts: Counter[str] = Counter()
    faults = []
    ordered = [by_report[report.name] for report in company.reports if by_report[report.name]]
    for place, newer in enumerate(ordered):
        for vintage in newer:
            older = _last_before(vintage, ordered[:place])
            if older is None or not _repeats(vintage, newer, older):
                continue
            counts["equal"] += 1
            found = flagged.get((older[0].document, vintage.source))
            if found is not None:
                counts["flagged"] += 1
                faults.append(f"{vintage.document}: {vintage.label!r} {found.explanation}")
    return Measured(counts, tuple(faults))


def _last_before(vintage: Vintage, older: Sequence[Sequence[Vintage]]) -> Sequence[Vintage] | None:
    """The figures of the last report before that covers the period."""
    covering = [group for group in older if any(v.period == vintage.period for v in group)]
    return covering[-1] if covering else None


def _repeats(vintage: Vintage, newer: Sequence[Vintage], older: Sequence[Vintage]) -> bool:
    def same(group: Sequence[Vintage]) -> list[Vintage]:
        return [v for v in group if v.period == vintage.period and v.value == vintage.value]

    def named(group: Sequence[Vintage]) -> list[Vintage]:
        words = (plain(vintage.section), plain(vintage.label))
        return [
            v for v in group if v.period == vintage.period and (plain(v.section), plain(v.label)) == words
        ]

    if len(named(newer)) == len(named(older)) == 1 and named(older)[0].value == vintage.value:
        return True
    digits = len(vintage.value.normalize().as_tuple().digits) if vintage.value else 0
    return digits >= TELLING_DIGITS and len(same(newer)) == len(same(older)) == 1


def invented_changes() -> Measured:
    """The restatements of the invented company: those that were made, and no others."""
    found = {
        (r.row_key, r.period.end): r.new_value - r.old_value
        for r in compiled(invented(), StatementKind.INCOME_STATEMENT).restatements
    }
    wanted = {
        (many_years.concept_of(StatementKind.INCOME_STATEMENT, key), many_years.RESTATED_YEAR): delta * 1000
        for key, delta in many_years.RESTATED.items()
    }
    others = sum(
        len(compiled(invented(), kind).restatements)
        for kind in StatementKind
        if kind is not StatementKind.INCOME_STATEMENT
    )
    wrong = [f"{key}: {found.get(key)} instead of {wanted.get(key)}" for key in found.keys() ^ wanted.keys()]
    wrong += [
        f"{key}: {found[key]} instead of {wanted[key]}"
        for key in found.keys() & wanted.keys()
        if found[key] != wanted[key]
    ]
    return Measured(Counter(made=len(wanted), right=len(wanted) - len(wrong), imagined=others), tuple(wrong))


# --- Proofs and guards -------------------------------------------------------------------------------


def proven(kind: StatementKind) -> Measured:
    """Lines of the samples' statements with an amount of money, and those that stand in a sum that
    holds. Supplements below a statement's last total are left out: nothing adds up there."""
    counts: Counter[str] = Counter()
    faults = []
    for report in samples.reports():
        statement = _statement(report.name, kind)
        truth = report.truth["statements"].get(kind.value)
        if statement is None or truth is None:
            continue
        standing = _standing_in_sums(statement)
        for item, row in rows_of_items(truth, statement.table).items():
            entry = truth["items"][item]
            beside = entry.get("supplemental") or entry.get("after_total")
            if beside or statement.table.rows[row].kind in NO_MONEY:
                continue
            counts["rows"] += 1
            counts["proven"] += row in standing
            if row not in standing:
                faults.append(f"{report.name}: no sum proves {entry['label']!r}")
    return Measured(counts, tuple(faults))


def _statement(name: str, kind: StatementKind) -> StatementReading | None:
    return next((s for s in samples.readings()[name].statements if s.table.kind is kind), None)


def _standing_in_sums(statement: StatementReading) -> frozenset[int]:
    """The rows of a statement that a printed sum proves: by the figures alone, or with their signs."""
    signed = {n for n, sign in enumerate(statement.signs) if sign.rule == "subtotal"}
    return foot(statement.table).proven | signed


def blocked() -> list[str]:
    """Statements of the samples that would be kept from being accepted: all of them are right."""
    blocking = {identity.code for identity in load_identities().within if identity.blocks}
    found = [
        f"{report.name} {statement.table.kind}: {check.explanation}"
        for report in samples.reports()
        for statement in samples.readings()[report.name].statements
        for check in statement.checks
        if check.identity in blocking and check.outcome is CheckOutcome.FAILS
    ]
    for name, company in companies().items():
        for kind in StatementKind:
            conflicts = find_scale_conflicts(company.vintages(kind))
            found += [f"{name} {kind}: {conflict.sentence}" for conflict in conflicts]
    return found


def merged() -> Measured:
    """Lines on two sides of a guard in one row, unless both print the same figure for the same period
    ("revenue" and "total revenue"); and lines whose concept stands on the other side of their words."""
    counts: Counter[str] = Counter()
    faults = []
    for name, company in companies().items():
        for kind in StatementKind:
            for line in anchored(name, kind):
                counts["rows"] += 1
                for one, other in combinations(line.lines, 2):
                    pair = opposed(one.label, other.label)
                    if pair is not None and not _same_line(line, one.label, other.label):
                        faults.append(f"{name}: {one.label!r} with {other.label!r} ({pair})")
            for report in company.reports:
                faults += _contradictions(report, kind)
    return Measured(counts, tuple(dict.fromkeys(faults)))


def _same_line(line: AnchoredLine, one: str, other: str) -> bool:
    """Whether figures prove that two wordings name one line, directly or by the wordings between."""
    known, found = {one}, {one}
    while found:
        found = {
            b.label
            for a in line.vintages
            if a.label in known
            for b in line.vintages
            if b.label not in known and a.period == b.period and a.document != b.document
            if (a.value or b.value) and same_figure(a, b)
        }
        known |= found
    return other in known


def _contradictions(report: Filed, kind: StatementKind) -> Iterator[str]:
    statement = report.statement(kind)
    if statement is None:
        return
    for row, mapping in zip(statement.table.rows, statement.mappings, strict=True):
        if mapping.concept is not None and (pair := contradicts(row.label, mapping.concept)):
            yield f"{report.name}: {row.label!r} as {mapping.concept} ({pair})"


def seconds(company: Company) -> float:
    """Processor time of all statements of a company in both views, from figures to tables."""
    started = time.process_time()
    for kind in StatementKind:
        for view in VIEWS:
            company.compiled(kind, view)
    return time.process_time() - started
