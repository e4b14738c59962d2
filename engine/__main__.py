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
import base64
import json
import os
import sys
from pathlib import Path

from engine.classify.document import classify
from engine.classify.evidence import DocumentClues, with_survey
from engine.classify.packages import with_package
from engine.classify.show import classification_to_json, show_classification
from engine.currency import read_ecb
from engine.discover.feeds import links_in
from engine.discover.show import links_to_json, ranked_links, show_links
from engine.edited_workbook import read_workbook
from engine.errors import BadInput, NotEnoughData, NotFound, Unreadable
from engine.exchange import reading_to_json, survey_to_json
from engine.kinds import DocumentKind, StatementKind
from engine.pdf.contact_sheet import contact_sheet
from engine.pdf.open import OpenLimits
from engine.pdf.render import render_page
from engine.provenance import Place, relocate
from engine.reading import ReadingOptions, read, survey
from engine.sandbox import Limits, limit_this_process
from engine.second_reader.lines import printed_lines
from engine.sentiment.sentence import tone_of
from engine.sentiment.show import show_tone, tone_to_json
from engine.show import show_reading, show_survey
from engine.text.reading import read_text, text_reading_to_json
from engine.xbrl.listing import read_listing
from engine.xbrl.read import read_tagged
from engine.xbrl.show import show_tagged

EXIT_READ = 0
EXIT_NOTHING_FOUND = 1
EXIT_WRONG_ARGUMENTS = 2
EXIT_UNREADABLE = 3
EXIT_NO_FILE = 4


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    asked = _parser().parse_args(arguments)
    _limit(asked)
    try:
        data = sys.stdin.buffer.read() if asked.file == "-" else Path(asked.file).read_bytes()
        return COMMANDS[asked.command](data, asked)
    except BrokenPipeError:
        raise  # says nothing of the file: whoever reads our output has seen enough
    except OSError as error:
        return _complain(f"{asked.file}: {error.strerror or error}", EXIT_NO_FILE, "no_file", asked.json)
    except NotFound as error:
        return _complain(error.message, EXIT_NOTHING_FOUND, error.code, asked.json)
    except MemoryError:
        return _complain(
            "Reading the file took more memory than allowed.", EXIT_UNREADABLE, "out_of_memory", asked.json
        )
    except Unreadable as error:
        return _complain(error.message, EXIT_UNREADABLE, error.code, asked.json)


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
            command.add_argument("--ocr-seconds", type=float, default=ReadingOptions().ocr_seconds,
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


def _options(asked: argparse.Namespace) -> ReadingOptions:
    kinds = tuple(StatementKind)
    if getattr(asked, "statement", None):
        kinds = (StatementKind(asked.statement),)
    limits = OpenLimits(refuse_copying_forbidden=asked.refuse_copying_forbidden)
    seconds = max(0.0, getattr(asked, "ocr_seconds", 0.0))
    return ReadingOptions(limits=limits, kinds=kinds, pages=getattr(asked, "pages", ()), ocr_seconds=seconds)


def _read(data: bytes, asked: argparse.Namespace) -> int:
    reading = read(data, _options(asked))
    print(reading_to_json(reading) if asked.json else show_reading(reading))
    return EXIT_READ if reading.statements else EXIT_NOTHING_FOUND


def _survey(data: bytes, asked: argparse.Namespace) -> int:
    found = survey(data, _options(asked))
    print(survey_to_json(found) if asked.json else show_survey(found))
    return EXIT_READ


def _render(data: bytes, asked: argparse.Namespace) -> int:
    image = render_page(data, asked.page)
    if asked.json:
        print(json.dumps({"png": base64.b64encode(image).decode("ascii")}))
    else:
        sys.stdout.buffer.write(image)
    return EXIT_READ


def _sheet(data: bytes, asked: argparse.Namespace) -> int:
    image = contact_sheet(data, asked.first)
    if asked.json:
        print(json.dumps({"jpeg": base64.b64encode(image).decode("ascii")}))
    else:
        sys.stdout.buffer.write(image)
    return EXIT_READ


def _relocate(data: bytes, asked: argparse.Namespace) -> int:
    places = [Place.from_json(values) for values in json.loads(asked.places.read_text("utf-8"))]
    found = relocate(data, places)
    if asked.json:
        print(json.dumps({"sha256": found.sha256, "printed": found.printed, "found": found.found}))
    else:
        for place, printed, is_there in zip(places, found.printed, found.found, strict=True):
            print(
                f"{'found' if is_there else 'MISSED'}  page {place.page}: {place.text!r}, printed {printed!r}"
            )
    return EXIT_READ if all(found.found) else EXIT_NOTHING_FOUND


def _edits(data: bytes, asked: argparse.Namespace) -> int:
    cells = read_workbook(data)
    if asked.json:
        print(json.dumps({"cells": [cell.to_json() for cell in cells]}))
    else:
        for cell in cells:
            print(f"{cell.sheet}!{cell.place}  {cell.row} {cell.period_end}: {cell.exported} now {cell.text}")
    return EXIT_READ


def _lines(data: bytes, asked: argparse.Namespace) -> int:
    found = printed_lines(data, asked.pages, asked.read_by)
    if asked.json:
        print(json.dumps({"lines": [line.to_json() for line in found]}))
    else:
        for number, line in enumerate(found, start=1):
            figures = "  ".join(token.text for token in line.tokens)
            print(f"{number}|{'  ' * line.indent}{line.label}  {figures}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def _passages(data: bytes, asked: argparse.Namespace) -> int:
    found = read_text(data, limits=_options(asked).limits, ocr_seconds=max(0.0, asked.ocr_seconds))
    if asked.json:
        print(json.dumps(text_reading_to_json(found), ensure_ascii=False))
    else:
        for passage in found.passages:
            print(f"[{passage.page}] {' › '.join(passage.headings)}\n{passage.text}\n")
    return EXIT_READ if found.passages else EXIT_NOTHING_FOUND


def _tagged(data: bytes, asked: argparse.Namespace) -> int:
    found = read_tagged(data)
    print(json.dumps(found.to_json(), ensure_ascii=False) if asked.json else show_tagged(found))
    return EXIT_READ if found.facts else EXIT_NOTHING_FOUND


def _filings(data: bytes, asked: argparse.Namespace) -> int:
    found = read_listing(data)
    if asked.json:
        print(json.dumps({"filings": [filing.to_json() for filing in found]}))
    else:
        for filing in found:
            print(f"{filing.filed_on}  {filing.form:8}  {filing.period_end}  {filing.accession}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def _rates(data: bytes, asked: argparse.Namespace) -> int:
    try:
        found = list(read_ecb(data))
    except BadInput as error:
        raise Unreadable(error.message, code=error.code) from None
    if asked.json:
        print(json.dumps({"rates": [[one.currency, one.day.isoformat(), str(one.rate)] for one in found]}))
    else:
        for one in found:
            print(f"{one.day}  1 EUR = {one.rate} {one.currency}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def _links(data: bytes, asked: argparse.Namespace) -> int:
    page = links_in(data, asked.url)
    found = ranked_links(page, asked.url)
    print(links_to_json(page, found) if asked.json else show_links(page, found))
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def _classify(data: bytes, asked: argparse.Namespace) -> int:
    name = "" if asked.file == "-" else Path(asked.file).name
    clues = DocumentClues(url=asked.url, file_name=name)
    found = classify(with_package(clues, data) or with_survey(clues, survey(data, _options(asked))))
    print(classification_to_json(found) if asked.json else show_classification(found))
    return EXIT_NOTHING_FOUND if found.kind is DocumentKind.UNKNOWN else EXIT_READ


def _sentiment(data: bytes, asked: argparse.Namespace) -> int:
    # Lines end where a shell says they do; a sentence may hold the other signs that Unicode calls line ends.
    lines = data.decode("utf-8", errors="replace").removesuffix("\n").split("\n") if data else []
    for line in lines:
        tone = tone_of(line.rstrip("\r"))
        print(tone_to_json(tone) if asked.json else f"{show_tone(tone)}  {line.strip()}")
    return EXIT_READ if lines else EXIT_NOTHING_FOUND


def _forecast(data: bytes, asked: argparse.Namespace) -> int:
    # Imported here: what reads reports need not wait for, or hold, the libraries of statistics.
    # Small sums on many series are not sped up by threads, but slowed down by many that share the cores.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from engine.forecast.lines import forecast_lines, show_forecast
    from engine.forecast.values import ForecastOptions

    try:
        options = ForecastOptions(asked.horizon, asked.season)
    except BadInput as error:
        return _complain(error.message, EXIT_WRONG_ARGUMENTS, error.code, asked.json)
    status = EXIT_NOTHING_FOUND
    for number, found in enumerate(forecast_lines(data, options, asked.processes), start=1):
        if found.error:
            print(f"line {number}: {found.error}", file=sys.stderr)
        print(found.to_json() if asked.json else show_forecast(number, found), flush=True)
        status = EXIT_READ if found.forecast and found.forecast.steps else status
    return status


def _anomalies(data: bytes, asked: argparse.Namespace) -> int:
    # Imported here for the same reason.
    from engine.anomaly.csv_series import findings_to_json, read_csv, show_findings

    try:
        series = read_csv(data)
        print(findings_to_json(series) if asked.json else show_findings(series))
    except BadInput as error:
        return _complain(error.message, EXIT_WRONG_ARGUMENTS, error.code, asked.json)
    except NotEnoughData as error:
        return _complain(error.message, EXIT_NOTHING_FOUND, error.code, asked.json)
    return EXIT_READ


COMMANDS = {
    "read": _read,
    "survey": _survey,
    "render": _render,
    "sheet": _sheet,
    "relocate": _relocate,
    "lines": _lines,
    "edits": _edits,
    "passages": _passages,
    "tagged": _tagged,
    "filings": _filings,
    "rates": _rates,
    "links": _links,
    "classify": _classify,
    "sentiment": _sentiment,
    "forecast": _forecast,
    "anomalies": _anomalies,
}


def _complain(message: str, status: int, code: str, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    print(f"{code}: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever reads our output has seen enough
        sys.stdout = None
        sys.exit(EXIT_READ)
