"""`python -m benchmarks.compiling`: what becomes of the figures of many reports in one table.

Compiles the invented company of `many_years`, and the companies of ../shared/samples where that folder
is there, from what the reader reads in their files, and compares the tables with the truth: are the
figures of every year those of the report that wins, are restatements found and none imagined, do lines
stay one row, does arithmetic prove the rows, are opposite lines kept apart, and are rows as often right
as their confidence says. Exit status 1 when a bar is missed.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks import reliability, results, samples
from benchmarks.compiled_years import (
    Measured,
    blocked,
    cells,
    companies,
    comparatives,
    invented,
    invented_changes,
    merged,
    proven,
    restatements,
    seconds,
    table,
)
from engine.kinds import StatementKind

# Shares in percent that must be reached, by the name of the measure.
BARS = {
    "latest": 100.0,
    "original": 100.0,
    "flagged": 1.0,  # at most
    StatementKind.INCOME_STATEMENT.value: 90.0,
    StatementKind.BALANCE_SHEET.value: 95.0,
    StatementKind.CASH_FLOW_STATEMENT.value: 95.0,
    "gap": 5.0,  # points at most between stated confidence and share right
    "seconds": 2.0,  # at most, for all statements of one company in both views
}


def percent(part: int, whole: int) -> float:
    """A share in percent, 100 of nothing: nothing is wrong with it."""
    return 100.0 * part / whole if whole else 100.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line of the summary: what was measured, the bar, and whether it was reached."""

    what: str
    found: str
    bar: str
    reached: bool

    @property
    def row(self) -> str:
        return f"| {self.what} | {self.found} | {self.bar} | {'yes' if self.reached else '**no**'} |"


def measured_tables() -> tuple[list[str], list[str], list[Verdict]]:
    """The rows of the table of companies, the faults, and the verdicts on them."""
    lines = [
        "| company | reports | years | key figures | right, latest | right, original | years missing "
        "| thousandfold | rows fallen apart | all amounts right |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    faults: list[str] = []
    total: Counter[str] = Counter()
    for name, company in companies().items():
        found = table(company)
        amounts = cells(company) if name != invented().name else Measured(Counter(), ())
        faults += [*found.faults, *amounts.faults]
        counts = found.counts
        total.update(counts)
        total.update(amounts.counts)
        right = (
            f"{percent(amounts.counts['cells_right'], amounts.counts['cells']):.2f}"
            if amounts.counts
            else "·"
        )
        lines.append(
            f"| {name} | {counts['reports']} | {counts['years']} | {counts['latest_figures']} "
            f"| {percent(counts['latest_right'], counts['latest_figures']):.2f} "
            f"| {percent(counts['original_right'], counts['original_figures']):.2f} "
            f"| {counts['years_missing']} | {counts['thousandfold']} | {counts['split']} | {right} |"
        )
    latest = percent(total["latest_right"], total["latest_figures"])
    original = percent(total["original_right"], total["original_figures"])
    verdicts = [
        Verdict(
            "key figures of the report that wins, latest",
            f"{latest:.2f} %",
            "100 %",
            latest >= BARS["latest"],
        ),
        Verdict("key figures, original", f"{original:.2f} %", "100 %", original >= BARS["original"]),
        Verdict("years missing", str(total["years_missing"]), "0", not total["years_missing"]),
        Verdict(
            "figures off by a power of a thousand", str(total["thousandfold"]), "0", not total["thousandfold"]
        ),
        Verdict("rows fallen apart", str(total["split"]), "0", not total["split"]),
    ]
    return lines, faults, verdicts


def measured_changes() -> tuple[list[str], list[Verdict]]:
    """Restatements: the invented company's always, the samples' where they are."""
    faults: list[str] = []
    made = invented_changes()
    verdicts = [
        Verdict(
            "restatements of the invented company",
            f"{made.counts['right']} of {made.counts['made']}, {made.counts['imagined']} imagined",
            "all, none",
            not made.faults and not made.counts["imagined"],
        )
    ]
    faults += made.faults
    if samples.reports():
        listed = restatements()
        counts = listed.counts
        faults += listed.faults
        for verdict, words in (
            ("both_found", "both publications kept"),
            ("latest_right", "the later one in `latest`"),
            ("original_right", "the earlier one in `original`"),
            ("recorded", "named as a restatement"),
        ):
            found = f"{counts[verdict]} of {counts['entries']}"
            verdicts.append(
                Verdict(f"restated values: {words}", found, "all", counts[verdict] == counts["entries"])
            )
    equal: Counter[str] = Counter()
    for company in companies().values():
        for kind in StatementKind:
            measured = comparatives(company, kind)
            equal.update(measured.counts)
            faults += measured.faults
    share = percent(equal["flagged"], equal["equal"])
    found = f"{equal['flagged']} of {equal['equal']}"
    verdicts.append(Verdict("equal comparatives called restated", found, "< 1 %", share < BARS["flagged"]))
    return faults, verdicts


def measured_proofs() -> tuple[list[str], list[Verdict]]:
    """Sums, blocking, guards and time."""
    faults: list[str] = []
    verdicts: list[Verdict] = []
    if samples.reports():
        for kind in StatementKind:
            found = proven(kind)
            share = percent(found.counts["proven"], found.counts["rows"])
            faults += found.faults
            said = f"{share:.2f} % of {found.counts['rows']}"
            name = f"rows in a proven sum, {kind.value.replace('_', ' ')}"
            verdicts.append(Verdict(name, said, f"{BARS[kind.value]:.0f} %", share >= BARS[kind.value]))
        kept = blocked()
        faults += kept
        verdicts.append(Verdict("right statements blocked", str(len(kept)), "0", not kept))
    guarded = merged()
    faults += guarded.faults
    said = f"{len(guarded.faults)} in {guarded.counts['rows']} rows"
    verdicts.append(Verdict("opposite lines merged", said, "0", not guarded.faults))
    times = {name: seconds(company) for name, company in companies().items()}
    slowest = max(times, key=lambda name: times[name])
    spent = times[slowest]
    said = f"{spent:.2f} s for {len(companies()[slowest].reports)} reports of {slowest}"
    verdicts.append(
        Verdict("compile in both views, the slowest company", said, "< 2 s", spent < BARS["seconds"])
    )
    return faults, verdicts


def main(arguments: Iterable[str] | None = None) -> int:
    """Measures everything; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.compiling", description=__doc__)
    parser.add_argument("--show", type=int, default=20, help="faults to print of each kind")
    parser.add_argument("--write", action="store_true", help="write the tables into RESULTS.md")
    options = parser.parse_args(None if arguments is None else list(arguments))
    tables, table_faults, verdicts = measured_tables()
    change_faults, of_changes = measured_changes()
    proof_faults, of_proofs = measured_proofs()
    verdicts += [*of_changes, *of_proofs]
    sets = reliability.measured()
    gap = 100 * reliability.worst_gap(sets)
    said = f"{gap:.1f} points"
    verdicts.append(
        Verdict("confidence off from the share right by at most", said, "5 points", gap <= BARS["gap"])
    )
    calibration = reliability.table(sets)
    summary = [
        "| measure | found | bar | reached |",
        "|---|---:|---:|---|",
        *(verdict.row for verdict in verdicts),
    ]
    for faults in (table_faults, change_faults, proof_faults):
        for fault in faults[: options.show]:
            print("   ", fault)
    for line in (*tables, "", *summary, "", *calibration):
        print(line)
    if not samples.reports():
        print("The samples are not beside the repository: only the invented company was measured.")
    if options.write:
        results.write("Compiling, companies", tables)
        results.write("Compiling, bars", summary)
        results.write("Confidence", calibration)
    return int(not all(verdict.reached for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
