"""Whether rows are as often right as their confidence says.

Nearly every figure of the reports measured here is read right, so that their confidence alone would
prove nothing. Therefore one figure in fifty is spoiled first, in the ways in which readers go wrong
(another digit, a digit lost, the sign, the neighbour's column), everything is concluded anew, and the
stated confidences are held against the share of rows that are right.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from benchmarks import samples, synthetic
from benchmarks.scoring import is_read_right, rows_of_items
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.kinds import CellState, RowKind
from engine.reading import read
from engine.statement import Cell, Row, StatementTable

SPOILED = 0.02  # of the figures: a reader that misreads one in fifty
MANY = 200  # rows from which a share says something
ROUNDS = 3  # each report is spoiled so often, each time in other places
BUCKETS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
MADE = [("plain", 7), ("hyphen_minus", 7), ("note_column", 7), ("side_by_side", 7)]


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with the confidence it was given, and whether figures and concept are right."""

    confidence: float
    right: bool


def measured(rounds: int = ROUNDS) -> dict[str, list[Judged]]:
    """The judged rows of made reports, and of the samples where they are; of these also as they are read."""
    sets = {"made reports": list(judged(made_statements(), rounds))}
    if samples.reports():
        sets["samples"] = list(judged(sample_statements(), rounds))
        sets["samples, nothing spoiled"] = list(judged(sample_statements(), 1, spoiled=0.0))
    return sets


def table(sets: Mapping[str, Sequence[Judged]]) -> list[str]:
    """The reliability table as lines of Markdown."""
    lines = [
        "One figure in fifty is spoiled before the confidence is computed, unless said otherwise.",
        "Brier score: mean squared distance between confidence and truth.",
        "",
        "| set | confidence | rows | mean confidence | share right |",
        "|---|---|---:|---:|---:|",
    ]
    for name, rows in sets.items():
        for low, high, found in buckets(rows):
            mean, share = _means(found)
            lines.append(f"| {name} | {low:.2f} to {high:.2f} | {len(found)} | {mean:.3f} | {share:.3f} |")
        brier = sum((row.confidence - row.right) ** 2 for row in rows) / len(rows)
        lines.append(f"| {name} | all | {len(rows)} | Brier {brier:.4f} | {_means(rows)[1]:.3f} |")
    return lines


def worst_gap(sets: Mapping[str, Sequence[Judged]]) -> float:
    """The largest distance between stated confidence and share right in a bucket of many rows, among the
    sets that were spoiled: where nothing is, rows are better than any confidence may say."""
    return max(
        abs(mean - share)
        for name, rows in sets.items()
        if "nothing" not in name
        for _, _, found in buckets(rows)
        if len(found) >= MANY
        for mean, share in (_means(found),)
    )


def _means(rows: Sequence[Judged]) -> tuple[float, float]:
    return sum(row.confidence for row in rows) / len(rows), sum(row.right for row in rows) / len(rows)


def buckets(rows: Sequence[Judged]) -> Iterator[tuple[float, float, list[Judged]]]:
    """The rows by their confidence, empty buckets left out."""
    for low, high in pairwise(BUCKETS):
        last = high == BUCKETS[-1]
        found = [row for row in rows if low <= row.confidence and (row.confidence < high or last)]
        if found:
            yield low, high, found


# A statement with the truth of its lines, and the concepts that are right for those that are known.
Known = tuple[StatementTable, dict[str, object], dict[int, tuple[str, ...]]]


def sample_statements() -> Iterator[Known]:
    """The samples' statements; the concepts of their key items are known."""
    for report in samples.reports():
        for statement in samples.readings()[report.name].statements:
            truth = report.truth["statements"].get(statement.table.kind.value)
            if truth is not None:
                concepts = {entry["item"]: samples.CONCEPTS[key] for key, entry in truth["key_items"].items()}
                yield statement.table, truth, concepts


def made_statements() -> Iterator[Known]:
    """Synthetic reports in all languages; the concept of every line is known."""
    for layout, seed in MADE:
        for locale in synthetic.locales():
            report = synthetic.generate(layout, locale, 1000, seed)
            for statement in read(report.pdf).statements:
                kind = statement.table.kind
                truth = report.truth["statements"][kind.value]
                concepts = {
                    n: (synthetic.CONCEPTS[kind][item["key"]],) for n, item in enumerate(truth["items"])
                }
                yield statement.table, truth, concepts


def judged(statements: Iterator[Known], rounds: int, spoiled: float = SPOILED) -> Iterator[Judged]:
    """Every line of the statements, spoiled and concluded anew."""
    dice = random.Random("reliability")  # noqa: S311
    taxonomy = load_taxonomy()
    for table, truth, concepts in statements:
        rows = rows_of_items(truth, table)
        for _ in range(rounds):
            made = spoil(table, dice, spoiled)
            reading = concluded(made, taxonomy, ())
            for item, row in rows.items():
                right = is_read_right(truth, item, made, row)
                if item in concepts:
                    right = right and reading.mappings[row].concept in concepts[item]
                yield Judged(reading.confidences[row], right)


def spoil(table: StatementTable, dice: random.Random, share: float = SPOILED) -> StatementTable:
    """The table with about that share of its figures misread."""
    return replace(table, rows=tuple(_spoil_row(row, dice, share) for row in table.rows))


def _spoil_row(row: Row, dice: random.Random, share: float) -> Row:
    if row.kind is RowKind.HEADING:
        return row
    cells = list(row.cells)
    for n, cell in enumerate(cells):
        if cell is None or not cell.number or dice.random() >= share:
            continue
        way = dice.choice(("digit", "lost", "sign", "column"))
        other = (n + 1) % len(cells)
        if way == "column" and cells[other] is not None and cells[other] != cell:
            cells[n], cells[other] = cells[other], cells[n]
        else:
            cells[n] = _misread(cell, way, dice)
    return replace(row, cells=tuple(cells))


def _misread(cell: Cell, way: str, dice: random.Random) -> Cell:
    assert cell.number is not None
    if way == "sign":
        return replace(cell, number=-cell.number)
    sign, digits, exponent = cell.number.as_tuple()
    assert isinstance(exponent, int)
    if way == "lost" and len(digits) > 1:
        changed = digits[:-1]
    else:
        place = dice.randrange(len(digits))
        digit = dice.choice([d for d in range(1, 10) if d != digits[place]])
        changed = (*digits[:place], digit, *digits[place + 1 :])
    return replace(cell, number=Decimal((sign, changed, exponent)), state=CellState.VALUE)
