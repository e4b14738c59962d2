"""What a second reader adds to the samples when it knows everything, and what it can spoil when it lies.

    python -m benchmarks.second_reader [--limit N] [--only NAME] [--write]

A perfect reader names every line as the truth does; a random one answers with ids and concepts drawn by
lot, a swapping one turns columns round and gives each concept to the next line, and a sly one knows all
that is certain and lies about the rest. None is a model: what is measured is the machinery around the
answers. Each looks again at tables of which one line was misread on purpose as well.

Exit status 1 where a perfect reader makes the concepts of key lines worse or leaves more than a third of
the lines open, or a reader changes a single accepted figure or makes a misread line otherwise wrong.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from benchmarks import results, samples
from benchmarks.damaged_tables import damaged, second_look
from benchmarks.scoring import rows_of_items
from benchmarks.simulated_readers import PerfectReader, RandomReader, SlyReader, SwappingReader
from engine.kinds import MappingMethod, StatementKind
from engine.reading import read
from engine.second_reader.labels import left_for_review
from engine.second_reader.lines import PrintedLine, printed_lines
from engine.second_reader.question import Complete
from engine.second_reader.reader import SecondReaderOptions, SecondReading, read_second
from engine.statement import Reading, StatementReading, StatementTable

READERS = ("perfect", "random", "swapping", "sly")
MOST_LEFT = 1 / 3  # of the lines left for review
BLIND = SecondReaderOptions(blind_share=1.0)


def measure(only: str = "", limit: int | None = None) -> Counter[str]:
    """Counts over the samples whose name contains `only`: key lines and how many have their concept
    without a second reader (`before`) and with each; lines left for review; accepted figures changed."""
    counts: Counter[str] = Counter()
    reports = [report for report in samples.reports() if only in report.name][:limit]
    for report in reports:
        data = (samples.FOLDER / "reports" / f"{report.name}.pdf").read_bytes()
        counts.update(measured(data, read(data), report))
    return counts


def measured(data: bytes, first: Reading, report: samples.Sample) -> Counter[str]:
    """The counts of one report, `first` being what was read of it without a second reader."""
    allowed = {s.table.kind: _allowed(report, s) for s in first.statements}
    truth = {s.table.kind: _named_by_truth(s, allowed[s.table.kind]) for s in first.statements}

    @cache
    def lines_of(kind: StatementKind) -> tuple[PrintedLine, ...]:
        table = next(s.table for s in first.statements if s.table.kind is kind)
        return printed_lines(data, table.pages, table.read_by)

    tables = {s.table.kind: (s.table, lines_of(s.table.kind)) for s in first.statements}
    perfect = PerfectReader(truth, tables)
    readers: Mapping[str, Complete] = {
        "perfect": perfect,
        "random": RandomReader(random.Random(report.name)),  # noqa: S311
        "swapping": SwappingReader(perfect),
        "sly": SlyReader(
            perfect,
            {s.table.kind: frozenset(left_for_review(s)) for s in first.statements},
            random.Random(report.name),  # noqa: S311
        ),
    }

    def lines(table: StatementTable) -> Sequence[PrintedLine]:
        return lines_of(table.kind)

    counts = Counter(reports=1, figures=len(set(_accepted(first))))
    counts.update(_counted("before", first, allowed))
    for name, complete in readers.items():
        second = read_second(first, lines, complete, BLIND)
        counts.update(_counted(name, second.reading, allowed))
        counts[f"{name} changed"] = len(set(_accepted(first)) - set(_accepted(second.reading)))
        counts.update(_blind(name, second))
        counts[f"{name} named"] = _named_anew(first, second.reading)
    dice = random.Random(report.name)  # noqa: S311
    for statement in first.statements:
        wrong = damaged(statement.table, dice)
        if wrong is not None:
            counts.update(second_look(statement.table, wrong, lines(statement.table), readers))
    return counts


def _allowed(report: samples.Sample, statement: StatementReading) -> dict[int, tuple[str, ...]]:
    """The concepts that are right for the rows of key lines."""
    truth = report.truth["statements"].get(statement.table.kind.value)
    if truth is None:
        return {}
    rows = rows_of_items(truth, statement.table)
    keys = {entry["item"]: samples.CONCEPTS[key] for key, entry in truth["key_items"].items()}
    return {rows[item]: concepts for item, concepts in keys.items() if item in rows}


def _named_by_truth(statement: StatementReading, allowed: Mapping[int, tuple[str, ...]]) -> list[str | None]:
    """The concept of every row: of key lines what the truth says, of others what they were given; a
    line without one is the company's own."""
    found = [mapping.concept for mapping in statement.mappings]
    taken = {concept for n, concept in enumerate(found) if concept is not None and n not in allowed}
    for n, concepts in allowed.items():
        if found[n] not in concepts:
            found[n] = next((concept for concept in concepts if concept not in taken), None)
    return found


def _counted(
    name: str, reading: Reading, allowed: Mapping[StatementKind, Mapping[int, tuple[str, ...]]]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for statement in reading.statements:
        known = allowed[statement.table.kind]
        counts[f"{name} left"] += len(_to_look_at(statement))
        counts["keys"] += len(known) if name == "before" else 0
        counts[f"{name} right"] += sum(statement.mappings[n].concept in known[n] for n in known)
    return counts


def _to_look_at(statement: StatementReading) -> set[int]:
    """The rows left for review, and those whose concept rests on a model's word alone."""
    by_model = {
        n
        for n, mapping in enumerate(statement.mappings)
        if mapping.method is MappingMethod.SECOND_READER and mapping.concept is not None
    }
    return {*left_for_review(statement), *by_model}


def _accepted(reading: Reading) -> Iterator[tuple[object, ...]]:
    """Every figure that is accepted without a person: where it stands, what it is and what it means."""
    for statement in reading.statements:
        left = _to_look_at(statement)
        for n, row in enumerate(statement.table.rows):
            for column, cell in enumerate(row.cells):
                if n not in left and cell is not None:
                    concept, factor = statement.mappings[n].concept, statement.signs[n].factor
                    yield statement.table.kind, row.label, column, cell, concept, factor


def _named_anew(first: Reading, second: Reading) -> int:
    """How many lines have a concept that had none."""
    return sum(
        before.concept is None and after.concept is not None
        for one, other in zip(first.statements, second.statements, strict=True)
        for before, after in zip(one.mappings, other.mappings, strict=True)
    )


def _blind(name: str, second: SecondReading) -> Counter[str]:
    rows = [opinion for opinion in second.opinions if opinion.mode == "blind"]
    return Counter(
        {
            f"{name} compared": sum(opinion.controls for opinion in rows),
            f"{name} agreed": sum(opinion.agreed for opinion in rows),
        }
    )


def table(counts: Counter[str]) -> list[str]:
    """The counts as lines of Markdown."""
    lines = [
        f"{counts['reports']} reports, {counts['figures']} accepted figures, {counts['keys']} key lines."
        f" In each of {counts['damaged']} statements one line was misread on purpose.",
        "",
        "| second reader | key lines with their concept | lines left for review | named anew"
        " | accepted figures changed | lines of a blind reading that agree"
        " | misread lines put right | made otherwise wrong |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        f"| none | {counts['before right']} | {counts['before left']} | | | | | |",
    ]
    for name in READERS:
        lines.append(
            f"| {name} | {counts[f'{name} right']} | {counts[f'{name} left']} | {counts[f'{name} named']}"
            f" | {counts[f'{name} changed']}"
            f" | {counts[f'{name} agreed']} of {counts[f'{name} compared']}"
            f" | {counts[f'{name} mended']} | {counts[f'{name} spoiled']} |"
        )
    return lines


def is_safe(counts: Counter[str]) -> bool:
    """Whether a perfect reader helps as promised and lying ones change nothing."""
    helps = (
        counts["perfect right"] >= counts["before right"]
        and counts["perfect left"] <= MOST_LEFT * counts["before left"]
    )
    harmless = all(counts[f"{name} {harm}"] == 0 for name in READERS for harm in ("changed", "spoiled"))
    return helps and harmless


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; the exit status says whether the second reader is safe and helps."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.second_reader", description=__doc__)
    parser.add_argument("--limit", type=int, help="read at most so many reports")
    parser.add_argument("--only", default="", help="take reports whose name contains this")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    counts = measure(options.only, options.limit)
    if not counts:
        print("no reports here")
        return 0
    print("\n".join(table(counts)))
    if options.write:
        results.write("Second reader", table(counts))
    return 0 if is_safe(counts) else 1


if __name__ == "__main__":
    sys.exit(main())
