"""Read one PDF from the command line, or look through series of figures.

    python -m engine read FILE [--json] [--statement KIND] [--pages 1,2]
    python -m engine survey FILE [--json]
    python -m engine render FILE [--page 1] > page.png
    python -m engine sheet FILE [--first 1] > pages.jpg
    python -m engine relocate FILE --places PLACES.json [--json]
    python -m engine lines FILE --pages 1,2 [--read-by ENGINE] [--json]
    python -m engine edits WORKBOOK.xlsx [--json]
    python -m engine passages FILE [--json]
    python -m engine tagged FILE [--json]
    python -m engine filings FILE [--json]
    python -m engine rates FILE [--json]
    python -m engine links PAGE.html --url ADDRESS [--json]
    python -m engine classify FILE [--url ADDRESS] [--json]
    python -m engine sentiment [FILE] [--json]
    python -m engine forecast [FILE] --horizon 13 [--season 52] [--processes 2] [--json]
    python -m engine anomalies [FILE] [--json]

`sentiment` reads one sentence per line and `forecast` one series; each prints one answer for each, in order.
`anomalies` reads one series as CSV, a timestamp and a value on each line.

FILE "-" is standard input. Exit status: 0 read; 1 nothing of what was asked for is in the file;
2 wrong arguments; 3 the file cannot be read (its code is on standard error); 4 the file is not there.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

from engine.commands.status import EXIT_NO_FILE, EXIT_NOTHING_FOUND, EXIT_READ, EXIT_UNREADABLE, complain
from engine.errors import NotFound, Unreadable
from engine.kinds import StatementKind
from engine.limits import OCR_SECONDS, Limits, limit_this_process

# Each command with the module of `engine.commands` that holds its function.
COMMANDS = {
    "read": "reports",
    "survey": "reports",
    "render": "pictures",
    "sheet": "pictures",
    "relocate": "places",
    "lines": "places",
    "edits": "workbooks",
    "passages": "texts",
    "tagged": "tagged_files",
    "filings": "tagged_files",
    "rates": "tagged_files",
    "links": "documents",
    "classify": "documents",
    "sentiment": "tones",
    "forecast": "forecasts",
    "anomalies": "anomalies",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    _limit(asked)
    try:
        data = sys.stdin.buffer.read() if asked.file == "-" else Path(asked.file).read_bytes()
        return _function(asked.command)(data, asked)
    except BrokenPipeError:
        raise  # says nothing of the file: whoever reads our output has seen enough
    except OSError as error:
        return complain(f"{asked.file}: {error.strerror or error}", EXIT_NO_FILE, "no_file", asked.json)
    except NotFound as error:
        return complain(error.message, EXIT_NOTHING_FOUND, error.code, asked.json)
    except MemoryError:
        return complain(
            "Reading the file took more memory than allowed.", EXIT_UNREADABLE, "out_of_memory", asked.json
        )
    except Unreadable as error:
        return complain(error.message, EXIT_UNREADABLE, error.code, asked.json)


def _limit(asked: argparse.Namespace) -> None:
    given = {
        name: value
        for name in ("memory_bytes", "cpu_seconds", "answer_bytes")
        if (value := getattr(asked, name)) is not None
    }
    if given:
        limit_this_process(Limits(**given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine", description="Read statements from a PDF report."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (
        ("read", "print the three statements"),
        ("survey", "say what the file is"),
        ("render", "draw a page as PNG"),
        ("sheet", "draw 24 pages small, as one JPEG"),
        ("relocate", "say whether figures stand where they were read"),
        ("lines", "print pages as numbered lines with their figures apart"),
        ("edits", "print what stands in the cells of an exported workbook"),
        ("passages", "print the text in passages with their headings and pages"),
        ("tagged", "print the tagged figures of a package, a page, xBRL-JSON or the SEC's company facts"),
        ("filings", "list the filings of an index of filings.xbrl.org or of the SEC's submissions"),
        ("rates", "print the exchange rates of a file of the European Central Bank"),
        ("links", "list the documents a saved page links to"),
        ("classify", "say what a document is"),
        ("sentiment", "say of each line whether it is good news"),
        ("forecast", "forecast series of figures, one a line, separated by commas"),
        ("anomalies", "say what is unusual in a series of timestamps and values"),
    ):
        command = commands.add_parser(name, help=what)
        if name in ("sentiment", "forecast", "anomalies"):
            command.add_argument("file", metavar="FILE", nargs="?", default="-",
                                 help='one per line; "-" or nothing for standard input')  # fmt: skip
            command.add_argument("--json", action="store_true", help="print one JSON object per line")
        else:
            command.add_argument("file", metavar="FILE", help='a file, or "-" for standard input')
            command.add_argument("--json", action="store_true", help="print one JSON object")
        if name == "forecast":
            command.add_argument("--horizon", type=int, required=True, help="how many points ahead")
            command.add_argument("--season", type=int, default=1, help="points in a season; 1: none known")
            command.add_argument("--processes", type=int, help="how many series at once; without: all cores")
        command.add_argument("--refuse-copying-forbidden", action="store_true",
                             help="turn away files whose author forbids copying")  # fmt: skip
        for limit in ("memory-bytes", "cpu-seconds", "answer-bytes"):
            command.add_argument(f"--{limit}", type=int, help="a limit the process puts on itself")
        if name in ("read", "passages"):
            command.add_argument("--ocr-seconds", type=float, default=OCR_SECONDS,
                                 help="how long to look at pictures of pages; 0: not")  # fmt: skip
        if name == "read":
            kinds = [kind.value for kind in StatementKind]
            command.add_argument("--statement", choices=kinds, metavar="KIND",
                                 help="one of " + ", ".join(kinds))  # fmt: skip
            command.add_argument("--pages", type=_pages, default=(), metavar="1,2",
                                 help="look on these pages only")  # fmt: skip
        if name == "lines":
            command.add_argument("--pages", type=_pages, required=True, metavar="1,2", help="which pages")
            command.add_argument("--read-by", default="geometry", help="geometry, second_engine or ocr")
        if name in ("links", "classify"):
            command.add_argument("--url", default="", required=name == "links", help="where it was found")
        if name == "relocate":
            command.add_argument("--places", type=Path, required=True, metavar="PLACES.json",
                                 help="page, four corners, text and reader of each, as JSON")  # fmt: skip
        if name == "sheet":
            command.add_argument("--first", type=int, default=1, help="the first of the pages")
        if name == "render":
            command.add_argument("--page", type=int, default=1, help="which page, counted from 1")
    return parser


def _pages(text: str) -> tuple[int, ...]:
    try:
        pages = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of page numbers such as 41,42") from None
    if any(page < 1 for page in pages):
        raise argparse.ArgumentTypeError("pages count from 1")
    return pages


def _function(command: str) -> Callable[[bytes, argparse.Namespace], int]:
    module = importlib.import_module(f"engine.commands.{COMMANDS[command]}")
    function: Callable[[bytes, argparse.Namespace], int] = getattr(module, command)
    return function


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever reads our output has seen enough
        sys.stdout = None
        sys.exit(EXIT_READ)
