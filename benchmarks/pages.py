"""`python -m benchmarks.pages`: how long the statement page of a long table takes, on the embedded database.

A made company with as many reports as it takes, each with this and last year's figures of a balance sheet of
a hundred lines, is stored and compiled. Then its page is asked for again and again, in turns with the
other views of it, through everything that stands between a browser and the page: sign-in, rights,
queries and templates, but no network. Times are of this process. The bar is on what
a page takes of the processor: by the clock it takes as much where nothing else runs on the machine.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks import results
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CellState, MappingMethod, PeriodKind, RowKind, Scope, StatementKind
from engine.statement import (
    Cell,
    Column,
    Reading,
    Row,
    RowMapping,
    RowSign,
    StatementReading,
    StatementTable,
    Survey,
)
from engine.values import Box, Evidence, Period, Unit

if TYPE_CHECKING:
    from django.test import Client

    from companies.models import Company

STATEMENT = StatementKind.BALANCE_SHEET
NEWEST = 2025
LONGEST = 0.3  # seconds of the processor within which 95 of 100 answers must be there
BOX = Box(100, 100, 150, 110)
UNIT = Unit("EUR", 1_000_000)
PACKAGES = ("django", "django-unfold")
CELL = f"bs.total_assets@{NEWEST}-12-31"
# Lines of the issuer's own have names as unlike each other as those of real reports.
WHAT = [
    "Vehicles",
    "Moulds",
    "Orchards",
    "Licences",
    "Deposits",
    "Grants",
    "Guarantees",
    "Warranties",
    "Quarries",
]
WHOSE = [
    *("of subsidiaries", "held for sale", "under construction", "in transit", "from disposals"),
    *("of the pension scheme", "with affiliates", "in escrow", "for decommissioning", "on consignment"),
]
ADDRESSES = {
    "latest": "?statement=balance_sheet",
    "latest, common size and growth": "?statement=balance_sheet&share=1&growth=1",
    "latest, with the proof of a figure": f"?statement=balance_sheet&cell={CELL}",
    "original": "?statement=balance_sheet&view=original",
    "as known on a day": "?statement=balance_sheet&view=as_of&as_of=2024-06-30",
    "as known on another day each time": "?statement=balance_sheet&view=as_of&as_of={day}",
    "the proof of a figure alone": f"cell/?statement=balance_sheet&cell={CELL}&part=1",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each answer, by the clock and of the processor; how many queries one takes; its bytes."""

    wall: tuple[float, ...]
    processor: tuple[float, ...]
    queries: int
    size: int


def slowest(seconds: Sequence[float]) -> float:
    """The time within which 95 of 100 answers are there."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def measured(lines: int, years: int, requests: int) -> dict[str, Measured]:
    """Every view of the page of a table of so many lines and years."""
    with tempfile.TemporaryDirectory(prefix="tenfold-bench-") as folder:
        for name in [name for name in os.environ if name.startswith("TENFOLD_") or name == "DATABASE_URL"]:
            del os.environ[name]
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TENFOLD_STATE_DIR": folder,
            "TENFOLD_CACHE": "memory",
            "TENFOLD_ENV_FILE": f"{folder}/none",
            "SECRET_KEY": "only-for-this-measurement-and-then-gone",
        }
        # As the web server loads it, in the order in which it does.
        from django.core.management import call_command

        import config.wsgi  # noqa: F401

        call_command("migrate", verbosity=0, interactive=False)
        company = stored_company(lines, years)
        return dict(timed(company, requests))


def stored_company(lines: int, years: int) -> "Company":
    """The company with its reports read and compiled."""
    from companies.models import Company
    from documents.models import Document, DocumentStatus, DocumentVersion, VersionSource
    from engine.kinds import DocumentKind
    from extraction.compile import compile_company
    from extraction.store import store_reading

    company = Company.objects.create(name="Wrenfold Workshops SE", slug="wrenfold")
    for year in range(NEWEST - years + 2, NEWEST + 1):
        document = Document.objects.create(
            company=company,
            title=f"Annual report {year}",
            document_type=DocumentKind.ANNUAL_REPORT,
            fiscal_year=year,
            period_end=date(year, 12, 31),
            status=DocumentStatus.CLASSIFIED,
        )
        version = DocumentVersion.objects.create(
            document=document,
            sha256=f"{year:064d}",
            size=1,
            storage_name="none",
            source=VersionSource.UPLOAD,
        )
        document.current_version = version
        document.save()
        store_reading(version, a_reading(year, lines), options_digest="", task_run=None)
    compile_company(company, years=years)
    return company


def a_reading(year: int, lines: int) -> Reading:
    """A balance sheet: the standard lines, and lines of the issuer's own up to the number."""
    standard = [item for item in load_taxonomy().of_statement(STATEMENT) if item.core][:lines]
    labels = [(item.label, item.code, item.kind, item.level) for item in standard]
    names = [f"{what} {whose}" for what in WHAT for whose in WHOSE]
    labels += [(name, "", RowKind.LINE, 1) for name in names[: lines - len(standard)]]
    rows = tuple(
        Row(
            label=label,
            section="",
            level=level,
            kind=kind,
            cells=tuple(_cell(number, then) for then in (year, year - 1)),
            note="",
            page=7,
            box=BOX,
        )
        for number, (label, _, kind, level) in enumerate(labels)
    )
    table = StatementTable(
        kind=STATEMENT,
        scope=Scope.CONSOLIDATED,
        title="Balance sheet",
        pages=(7,),
        unit=UNIT,
        unit_evidence=Evidence(7, BOX, "EUR million"),
        columns=tuple(_column(then) for then in (year, year - 1)),
        rows=rows,
        score=20.0,
    )
    read = StatementReading(
        table=table,
        mappings=tuple(
            RowMapping(code or None, _method(code), 0.99 if code else 0.0, "") for _, code, _, _ in labels
        ),
        signs=tuple(RowSign(1, "natural_sign") for _ in labels),
        checks=(),
        confidences=tuple(0.97 for _ in labels),
    )
    survey = Survey(f"{year:064d}", 1, 20, False, False, 1.0, "", "", ())
    return Reading(survey, (read,), (), (), engine_version="bench")


def _method(code: str) -> MappingMethod:
    return MappingMethod.EXACT_SYNONYM if code else MappingMethod.UNMAPPED


def _cell(number: int, year: int) -> Cell:
    """A figure that is the same in both reports that give it, and no other line's."""
    figure = Decimal(1000 + 37 * number + (7 + number % 11) * (year - 2000))
    return Cell(f"{figure:,}", CellState.VALUE, figure, 0, 7, BOX)


def _column(year: int) -> Column:
    period = Period(PeriodKind.INSTANT, None, date(year, 12, 31))
    return Column(str(year), period, UNIT, Scope.CONSOLIDATED, False, BOX)


def timed(company: "Company", requests: int) -> Iterator[tuple[str, Measured]]:
    """Each view with its times, taken in turns so that a busy moment of the machine weighs on all."""
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.force_login(
        User.objects.create_superuser("bench"), backend="django.contrib.auth.backends.ModelBackend"
    )
    wall: dict[str, list[float]] = {name: [] for name in ADDRESSES}
    processor: dict[str, list[float]] = {name: [] for name in ADDRESSES}
    sizes = {name: _size(client, company, query) for name, query in ADDRESSES.items()}
    for turn in range(requests):
        for name, query in ADDRESSES.items():
            started, used = time.perf_counter(), time.process_time()
            _size(client, company, query, turn)
            wall[name].append(time.perf_counter() - started)
            processor[name].append(time.process_time() - used)
    for name, query in ADDRESSES.items():
        with CaptureQueriesContext(connection) as queries:
            _size(client, company, query)
        yield name, Measured(tuple(wall[name]), tuple(processor[name]), len(queries), sizes[name])


def _size(client: "Client", company: "Company", query: str, turn: int = 0) -> int:
    day = date(NEWEST, 1, 1) + timedelta(days=turn)
    answer = client.get(f"/admin/statements/{company.slug}/{query.format(day=day)}")
    if answer.status_code != 200:
        raise SystemExit(f"{query} is answered with {answer.status_code}.")
    return len(answer.content)


def lines_of(found: dict[str, Measured]) -> list[str]:
    """The measurements as lines of Markdown."""
    return [
        "| view | requests | ms, median | ms, 95 of 100 | processor ms, median | 95 of 100 | queries | kB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {name} | {len(each.wall)} "
            f"| {1000 * statistics.median(each.wall):.0f} | {1000 * slowest(each.wall):.0f} "
            f"| {1000 * statistics.median(each.processor):.0f} | {1000 * slowest(each.processor):.0f} "
            f"| {each.queries} | {each.size / 1000:.0f} |"
            for name, each in found.items()
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; exit status 1 where a view takes longer than it may."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--years", type=int, default=12)
    parser.add_argument("--requests", type=int, default=40, help="for each view")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    found = measured(options.lines, options.years, options.requests)
    slow = [name for name, each in found.items() if slowest(each.processor) > LONGEST]
    lines = [
        *lines_of(found),
        "",
        f"A table of {options.lines} lines and {options.years} years on SQLite, asked for in turns by one"
        f" visitor, in one process and without a network. The bar is {1000 * LONGEST:.0f} ms of the"
        " processor for 95 of 100 answers:"
        f" {'missed by ' + ', '.join(slow) if slow else 'reached'}. The load of the machine was"
        f" {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores, with what else ran on it: beyond one for each"
        " core both times grow.",
    ]
    print("## Statement page\n\n" + "\n".join(lines))
    if options.write:
        results.write("Statement page", lines, packages=PACKAGES)
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
