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

# Runs in the child. Both are warm, take turns, and the best turn of each counts: a busy machine
# then slows both. The peak is that of the whole process.
CHILD = """
import json, resource, sys, time
from benchmarks.speed import ENGINES
engine, unit, path = ENGINES[sys.argv[1]], ENGINES["pdfium"], sys.argv[2]

def timed(read):
    started = time.process_time()
    read(path)
    return time.process_time() - started

turns = 1 if engine.slow else 3
unit.read(path)
if not engine.slow:
    engine.read(path)
pairs = [(timed(unit.read), timed(engine.read)) for _ in range(turns)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"unit": min(u for u, _ in pairs), "own": min(o for _, o in pairs), "megabytes": peak}))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds for one file, of the engine and of pdfium's plain text beside it."""

    seconds: float
    unit: float
    megabytes: float


def measure(engine: str, path: Path) -> Measured | None:
    """One file in a process of its own; None where the engine failed or took too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, engine, str(path)],
            capture_output=True,
            text=True,
            timeout=LONGEST_READING,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    found = json.loads(done.stdout)
    return Measured(found["own"], found["unit"], found["megabytes"])


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
    """Processor time, ratio and memory of each engine, in Markdown."""
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
        lines.append(_row(engine.title, [measure(name, path) for path in part]))
    return lines


def _row(title: str, readings: list[Measured | None]) -> str:
    done = [reading for reading in readings if reading is not None]
    if not done:
        return f"| {title} | 0 of {len(readings)} | failed | | | |"
    ratio = statistics.median(reading.seconds / reading.unit for reading in done)
    total = sum(reading.seconds for reading in done) / sum(reading.unit for reading in done)
    return (
        f"| {title} | {len(done)} of {len(readings)} | "
        f"{statistics.median(reading.seconds for reading in done):.3f} | {ratio:.2f} | {total:.2f} | "
        f"{max(reading.megabytes for reading in done):.0f} |"
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
