"""`python -m benchmarks.accuracy`: how much of what is printed the reader reads.

Scores the synthetic set, the demo's reports, and the real reports of ../shared/samples where that
folder is there.
Exit status 1 when the recall (mean per class) of any set stays below --min-recall percent.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import results, synthetic
from benchmarks.scoring import Score, score
from benchmarks.synthetic import truth_of
from demo.build import publications
from demo.spec import UNIT_NAMES
from demo.typeset import typeset
from engine.errors import EngineError
from engine.reading import read

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
COLUMNS = (
    ("found", "found", "statements"),
    ("pages", "pages_right", "statements"),
    ("unit", "unit_right", "statements"),
    ("currency", "currency_right", "statements"),
    ("columns", "columns_right", "columns"),
    ("recall", "cells_right", "cells"),
    ("precision", "cells_right", "cells_read"),
    ("labels", "labels_right", "labels"),
    ("perfect", "perfect", "statements"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A report with its truth. `group` is what means are taken over: a layout or a company."""

    name: str
    group: str
    pdf: bytes
    truth: dict[str, Any]


def synthetic_cases(options: argparse.Namespace) -> Iterator[Case]:
    """Every layout, locale and scale, or the part of them that was asked for."""
    for layout, locale, scale, seed in synthetic.every(options.seed):
        wanted = not options.only or options.only in layout
        if not wanted or options.locale not in (None, locale):
            continue
        report = synthetic.generate(layout, locale, scale, seed)
        groups = {"layout": layout, "locale": locale, "scale": UNIT_NAMES[scale]}
        yield Case(report.name, groups[options.by], report.pdf, report.truth)


def demo_cases(options: argparse.Namespace) -> Iterator[Case]:
    """The demo company's reports that hold statements."""
    for publication in publications():
        made = typeset(publication.spec)
        if not made.statements or (options.only and options.only not in publication.file):
            continue
        truth = {
            "currency": publication.spec.currency,
            "statements": {statement.kind.value: truth_of(statement) for statement in made.statements},
        }
        yield Case(publication.file, publication.kind.value, made.pdf, truth)


def sample_cases(options: argparse.Namespace) -> Iterator[Case]:
    """The real reports with a truth file."""
    for path in sorted((SAMPLES / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        pdf = SAMPLES / "reports" / f"{path.stem}.pdf"
        wanted = not options.only or options.only in path.stem
        if isinstance(truth, dict) and "statements" in truth and pdf.exists() and wanted:
            yield Case(path.stem, truth["company"], pdf.read_bytes(), truth)


def measure(cases: Iterator[Case], options: argparse.Namespace) -> dict[str, Counter[str]]:
    """Counts per group. Faults are printed as they appear, as many as asked for."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for number, case in enumerate(cases):
        if options.limit and number >= options.limit:
            break
        started = time.perf_counter()
        result = _scored(case)
        result.counts["milliseconds"] = round((time.perf_counter() - started) * 1000)
        groups[case.group].update(result.counts)
        if options.show and result.faults:
            print(f"{case.name}: {len(result.faults)} faults")
            for fault in result.faults[: options.show]:
                print(f"    {fault}")
    return dict(groups)


def _scored(case: Case) -> Score:
    try:
        return score(case.truth, read(case.pdf))
    except EngineError as error:
        failed = score(case.truth, None)
        return Score(failed.counts, (f"{error.code}: {error.message}",))
    except Exception as error:  # noqa: BLE001, RUF100 - a crash of the reader is a fault to be counted
        failed = score(case.truth, None)
        failed.counts["crashed"] += 1
        return Score(failed.counts, (f"the reader crashed: {error!r}",))


def percent(counts: Counter[str], part: str, whole: str) -> float:
    """A share in percent, 0 where there is nothing to share."""
    return 100.0 * counts[part] / counts[whole] if counts[whole] else 0.0


def table(groups: dict[str, Counter[str]]) -> list[str]:
    """The counts as a table of text, in Markdown."""
    heads = [name for name, _, _ in COLUMNS]
    width = max(len(name) for name in groups)
    lines = [
        f"| {'':{width}} | {'reports':>7} | " + " | ".join(f"{head:>9}" for head in heads) + " |",
        "|" + "-" * (width + 2) + "|" + "-" * 8 + ":|" + ("-" * 10 + ":|") * len(heads),
    ]
    whole = sum(groups.values(), Counter())
    for name, counts in [*sorted(groups.items()), ("all", whole)]:
        shares = " | ".join(f"{percent(counts, part, of):9.2f}" for _, part, of in COLUMNS)
        lines.append(f"| {name:{width}} | {counts['reports']:7} | {shares} |")
    return lines


def mean_recall(groups: dict[str, Counter[str]]) -> float:
    """The mean over groups, so that one with many reports does not decide."""
    recalls = [percent(counts, "cells_right", "cells") for counts in groups.values()]
    return sum(recalls) / len(recalls) if recalls else 0.0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("--set", choices=("synthetic", "demo", "samples", "all"), default="all")
    parser.add_argument("--only", help="take reports whose name contains this")
    parser.add_argument("--locale", choices=synthetic.locales(), help="one locale of the synthetic set")
    parser.add_argument(
        "--by", choices=("layout", "locale", "scale"), default="layout", help="groups of the synthetic set"
    )
    parser.add_argument("--limit", type=int, help="read at most so many reports of each set")
    parser.add_argument("--seed", type=int, default=0, help="other figures for the synthetic set")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print up to N faults per report")
    parser.add_argument("--min-recall", type=float, metavar="PERCENT")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Prints the tables; the exit status says whether --min-recall was reached."""
    options = _options(arguments)
    sets = {"synthetic": synthetic_cases, "demo": demo_cases, "samples": sample_cases}
    enough = True
    for name, cases in sets.items():
        if options.set not in (name, "all"):
            continue
        groups = measure(cases(options), options)
        if not groups:
            print(f"{name}: no reports here")
            continue
        lines = [*table(groups), "", _summary(groups)]
        title = f"Accuracy, {name} by {options.by}" if name == "synthetic" else f"Accuracy, {name}"
        print(f"\n## {title}\n\n" + "\n".join(lines))
        if options.write:
            results.write(title, lines)
        enough &= options.min_recall is None or mean_recall(groups) >= options.min_recall
    return 0 if enough else 1


def _summary(groups: dict[str, Counter[str]]) -> str:
    whole = sum(groups.values(), Counter())
    worst = min(percent(counts, "cells_right", "cells") for counts in groups.values())
    return (
        f"Recall, mean of {len(groups)} groups: {mean_recall(groups):.2f} %, worst {worst:.2f} %. "
        f"{whole['signs_wrong']} cells with a wrong sign, {whole['scales_wrong']} with a wrong scale, "
        f"{whole['crashed']} reports on which the reader crashed. "
        f"{whole['milliseconds'] / max(whole['reports'], 1):.0f} ms per report, scoring included."
    )


if __name__ == "__main__":
    sys.exit(main())
