"""`python -m benchmarks.speed`: the price of a reading, in units of reading the plain text once.

The unit is pdfium's plain text of the same whole file, read in the same process directly before and
after, so the ratios hold on any machine; seconds are processor time. Each file gets a process of
its own. There the engine and pdfium first read another file of the list (the peers a short one made
for the purpose), which loads what they load once, and then the engine reads the file a single time:
it remembers nothing of it. pdfium reads every page; Tenfold stops behind the statements where they
prove themselves.

pdfium and Tenfold read every file. The peers pdfminer.six, pdfplumber and camelot read a few, and
Tenfold has a row for the same few; a peer that is not installed is named and left out. camelot reads
only the pages of the statements, which it is told: a whole report takes it minutes.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import results, synthetic
from benchmarks.accuracy import SAMPLES

FILES_FOR_PEERS = 8
LONGEST_READING = 300.0
HEAD = [
    "| engine | files | seconds, median | ratio, median | ratio, sum | peak MB |",
    "|---|---:|---:|---:|---:|---:|",
]

Pages = Sequence[int]


def _pdfium_text(path: str, pages: Pages = ()) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for index in range(len(document)):
        page = document[index]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()


def _tenfold(path: str, pages: Pages = ()) -> None:
    from engine.reading import ReadingOptions, read

    # Without text recognition, which none of the others does.
    read(Path(path).read_bytes(), ReadingOptions(ocr_seconds=0.0))


def _pdfminer(path: str, pages: Pages = ()) -> None:
    from pdfminer.high_level import extract_text

    extract_text(path)


def _pdfplumber(path: str, pages: Pages = ()) -> None:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_words()
            page.close()  # as its manual advises for long files


def _camelot(path: str, pages: Pages = ()) -> None:
    import camelot

    camelot.read_pdf(path, pages=",".join(map(str, pages)) or "1", flavor="stream")


@dataclass(frozen=True, slots=True)
class Engine:
    """Something that reads a file. `package` must be installed for it; a `peer` reads a few files
    only, and one that is `told_pages` only the pages of the statements."""

    title: str
    package: str
    read: Callable[[str, Pages], None]
    peer: bool = False
    told_pages: bool = False


ENGINES = {
    "pdfium": Engine("pdfium, plain text", "pypdfium2", _pdfium_text),
    "tenfold": Engine("Tenfold, three statements", "pypdfium2", _tenfold),
    "pdfminer": Engine("pdfminer.six, plain text", "pdfminer.six", _pdfminer, peer=True),
    "pdfplumber": Engine("pdfplumber, words", "pdfplumber", _pdfplumber, peer=True),
    "camelot": Engine(
        "camelot, tables of the statement pages", "camelot-py", _camelot, peer=True, told_pages=True
    ),
}

# Runs in the child. The unit is the mean of a reading before and one after, so that a machine that
# grows slower or faster meanwhile weighs on both alike. The peak is that of the whole process.
CHILD = """
import json, os, resource, sys, time
from benchmarks.speed import ENGINES
engine, unit, first, path = ENGINES[sys.argv[1]], ENGINES["pdfium"], sys.argv[2], sys.argv[3]
pages = json.loads(sys.argv[4])

def timed(read):
    started = time.process_time()
    read(path, pages)
    return time.process_time() - started

unit.read(first, ())
engine.read(first, ())
unit.read(path, ())  # the first reading of a file waits for the disk and for its fonts
before, own, after = timed(unit.read), timed(engine.read), timed(unit.read)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if os.path.exists("/proc/self/status"):
    # There the former is never less than what the starting process held.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"unit": (before + after) / 2, "own": own, "megabytes": peak / 1024}))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Processor seconds for one file, of the engine and of pdfium's plain text beside it."""

    seconds: float
    unit: float
    megabytes: float


def measure(engine: str, path: Path, first: Path) -> Measured | None:
    """One file in a process of its own that has read `first`; None where the engine failed or took
    too long."""
    pages = statement_pages(path) if ENGINES[engine].told_pages else ()
    try:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, engine, str(first), str(path), json.dumps(pages)],
            capture_output=True,
            text=True,
            timeout=LONGEST_READING,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    found = json.loads(done.stdout)
    return Measured(found["own"], found["unit"], found["megabytes"])


def statement_pages(path: Path) -> tuple[int, ...]:
    """The pages, from 1, on which Tenfold finds the statements of a file."""
    from engine.reading import read

    statements = read(path.read_bytes()).statements
    return tuple(sorted({page for statement in statements for page in statement.table.pages}))


def warming(folder: Path) -> Path:
    """A made report, read before anything is measured."""
    path = folder / "first.pdf"
    path.write_bytes(synthetic.generate("plain", "en", 1000).pdf)
    return path


def files(folder: Path, most: int | None = None) -> list[Path]:
    """Real reports where they are there, synthetic ones otherwise; `most` of them, evenly taken."""
    found = sorted((SAMPLES / "reports").glob("*.pdf"))
    if not found:
        for layout in synthetic.LAYOUTS:
            path = folder / f"{layout}.pdf"
            path.write_bytes(synthetic.generate(layout, "en", 1_000_000).pdf)
            found.append(path)
    return found if most is None else evenly(found, most)


def evenly(paths: Sequence[Path], most: int) -> list[Path]:
    """So many of the paths, or all, spread over the whole list."""
    count = min(most, len(paths))
    return [paths[n * len(paths) // count] for n in range(count)]


def table(paths: Sequence[Path], first: Path, *, peers: bool) -> list[str]:
    """Processor time, ratio and memory of each engine, in Markdown."""
    few = evenly(paths, FILES_FOR_PEERS)
    lines = list(HEAD)
    for name, engine in ENGINES.items():
        if engine.peer and not peers:
            continue
        if results.installed(engine.package) is None:
            lines.append(f"| {engine.title} | not installed | | | | |")
            continue
        part = few if engine.peer else paths
        loading = {path: first if engine.peer else before(path, paths, first) for path in part}
        measured = {path: measure(name, path, loading[path]) for path in part}
        lines.append(row(engine.title, list(measured.values())))
        if name == "tenfold" and peers and len(few) < len(paths):
            lines.append(row(f"{engine.title}, files of the peers", [measured[path] for path in few]))
    return lines


def before(path: Path, paths: Sequence[Path], first: Path) -> Path:
    """What is read before this file: the one before it in the list, `first` where there is no other. A
    made report alone would leave unloaded what only lines of unknown wording need."""
    return paths[paths.index(path) - 1] if len(paths) > 1 else first


def row(title: str, readings: Sequence[Measured | None]) -> str:
    """A line of the table; a reading that is None failed."""
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
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--files", type=int, help="how many files to read; all where it is left out")
    parser.add_argument("--no-peers", action="store_true", help="pdfium and Tenfold alone")
    parser.add_argument("--max-ratio", type=float, metavar="RATIO")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        paths = files(Path(folder), options.files)
        lines = table(paths, warming(Path(folder)), peers=not options.no_peers)
    lines += ["", *EXPLAINED]
    print("## Speed\n\n" + "\n".join(lines))
    if options.write:
        results.write("Speed", lines)
    return 0 if options.max_ratio is None or ratio_of_tenfold(lines) <= options.max_ratio else 1


EXPLAINED = [
    "Processor time. The ratio is to pdfium's plain text of the same whole file, read in the same process",
    "directly before and after. Each file has a process of its own, in which the engine has read one other",
    "report before. camelot reads the pages of the statements only, its ratio is still to the whole file.",
]


def ratio_of_tenfold(lines: Sequence[str]) -> float:
    """The median ratio that a table gives Tenfold, infinite where it failed."""
    line = next(line for line in lines if line.startswith(f"| {ENGINES['tenfold'].title} |"))
    try:
        return float(line.split("|")[4])
    except ValueError:
        return float("inf")


if __name__ == "__main__":
    sys.exit(main())
