"""`python -m benchmarks.speed`: the price of a reading, in units of reading the plain text once.

Every engine reads the same files in the same run, each file in a process of its own, so that the
ratios hold on any machine. pdfium's plain text is the unit; pdfminer.six, pdfplumber and camelot are
the peers, left out by name where they are not installed. Slow peers read a part of the files only.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import results, synthetic
from benchmarks.accuracy import SAMPLES

FILES_FOR_SLOW_PEERS = 3
LONGEST_READING = 300.0


def _pdfium_text(path: str) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for index in range(len(document)):
        page = document[index]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()


def _tenfold(path: str) -> None:
    from engine.reading import read

    read(Path(path).read_bytes())


def _pdfminer(path: str) -> None:
    from pdfminer.high_level import extract_text

    extract_text(path)


def _pdfplumber(path: str) -> None:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_words()


def _camelot(path: str) -> None:
    import camelot

    camelot.read_pdf(path, pages="all", flavor="stream")


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that reads a whole file. `package` must be installed for it."""

    title: str
    package: str
    read: Callable[[str], None]
    slow: bool = False


ENGINES = {
    "pdfium": Engine("pdfium, plain text", "pypdfium2", _pdfium_text),
    "tenfold": Engine("Tenfold, three statements", "pypdfium2", _tenfold),
    "pdfminer": Engine("pdfminer.six, plain text", "pdfminer.six", _pdfminer, slow=True),
    "pdfplumber": Engine("pdfplumber, words", "pdfplumber", _pdfplumber, slow=True),
    "camelot": Engine("camelot, tables", "camelot-py", _camelot, slow=True),
}

# Runs in the child: imports first, then the reading alone is timed. The peak is that of the process.
CHILD = """
import json, resource, sys, time
from benchmarks.speed import ENGINES
engine = ENGINES[sys.argv[1]]
engine.read(sys.argv[2]) if sys.argv[3] == "warm" else None
started = time.perf_counter()
engine.read(sys.argv[2])
spent = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": spent, "megabytes": peak}))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading of one file; seconds is None where the engine failed or took too long."""

    seconds: float | None
    megabytes: float


def measure(engine: str, path: Path) -> Measured:
    """One reading in a process of its own."""
    # Read twice, and the second reading counts: imports and a cold disk are nobody's merit.
    mode = "cold" if ENGINES[engine].slow else "warm"
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, engine, str(path), mode],
            capture_output=True,
            text=True,
            timeout=LONGEST_READING,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return Measured(None, 0.0)
    found = json.loads(done.stdout)
    return Measured(found["seconds"], found["megabytes"])


def files(options: argparse.Namespace, folder: Path) -> list[Path]:
    """Real reports, evenly taken, where they are there; synthetic ones otherwise."""
    real = sorted((SAMPLES / "reports").glob("*.pdf"))
    if real:
        return real[:: max(1, len(real) // options.files)][: options.files]
    made = []
    for layout in list(synthetic.LAYOUTS)[: options.files]:
        path = folder / f"{layout}.pdf"
        path.write_bytes(synthetic.generate(layout, "en", 1000).pdf)
        made.append(path)
    return made


def table(paths: list[Path], *, peers: bool) -> list[str]:
    """Times, ratios and memory of each engine, in Markdown. The unit is measured beside each
    reading, since a busy machine changes its pace."""
    unit = {path: measure("pdfium", path) for path in paths}
    lines = [
        "| engine | files | seconds, median | ratio, median | ratio, sum | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, engine in ENGINES.items():
        if engine.slow and not peers:
            continue
        if results.installed(engine.package) is None:
            lines.append(f"| {engine.title} | not installed | | | | |")
            continue
        part = paths[:FILES_FOR_SLOW_PEERS] if engine.slow else paths
        readings = {path: unit[path] if name == "pdfium" else measure(name, path) for path in part}
        lines.append(_row(engine.title, readings, unit))
    return lines


def _row(title: str, readings: dict[Path, Measured], unit: dict[Path, Measured]) -> str:
    pairs = [
        (reading.seconds, unit[path].seconds)
        for path, reading in readings.items()
        if reading.seconds is not None and unit[path].seconds
    ]
    if not pairs:
        return f"| {title} | 0 of {len(readings)} | failed | | | |"
    spent = [seconds for seconds, _ in pairs]
    ratios = [seconds / (base or 1.0) for seconds, base in pairs]
    total = sum(spent) / sum(base or 0.0 for _, base in pairs)
    peak = max(reading.megabytes for reading in readings.values())
    return (
        f"| {title} | {len(pairs)} of {len(readings)} | {statistics.median(spent):.3f} | "
        f"{statistics.median(ratios):.2f} | {total:.2f} | {peak:.0f} |"
    )


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; the exit status is 1 where the median ratio is above --max-ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--files", type=int, default=12, help="how many files to read")
    parser.add_argument("--no-peers", action="store_true", help="pdfium and Tenfold alone")
    parser.add_argument("--max-ratio", type=float, metavar="RATIO")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        lines = table(files(options, Path(folder)), peers=not options.no_peers)
    print("## Speed\n\n" + "\n".join(lines))
    if options.write:
        results.write("Speed", lines)
    return 0 if options.max_ratio is None or _ratio_of_tenfold(lines) <= options.max_ratio else 1


def _ratio_of_tenfold(lines: list[str]) -> float:
    row = next(line for line in lines if ENGINES["tenfold"].title in line)
    try:
        return float(row.split("|")[4])
    except ValueError:
        return float("inf")


if __name__ == "__main__":
    sys.exit(main())
