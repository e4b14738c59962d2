"""`python -m benchmarks.searching`: search over the real reports of ../shared/samples.

Measures, on SQLite and on a PostgreSQL from its wheel:

* the time to take a report apart and to put it into the index, and the size of the index;
* on which place the passage stands that answers each of the written questions of `questions.yaml`: a
  hit counts where it lies on a page of the right report that holds the answer and, where the answer is a
  figure, has it;
* the time of a query over many passages, copies of the real ones.

Where the samples are missing it says so and measures nothing.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from benchmarks import results
from benchmarks.processes import percentile

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT.parent / "shared" / "samples"
QUESTIONS = Path(__file__).with_name("questions.yaml")
FIRST = 3  # places among which the answer has to be
LONGEST_QUERY = 50.0  # milliseconds at the 95th percentile
PACKAGES = ("django", "psycopg", "pypdfium2")
# What people type beside questions.
SHORT_QUERIES = (
    '"free cash flow"', "deprec*", "net sales", "goodwill impairment", "foreign currency risk",
    '"interest rate"',
    "revenue", "company", "cyber*", "share repurchase program", "lease -operating", "tariffs", "employees",
    "income taxes valuation allowance", '"critical accounting" estimates', "2019 compared 2018", "inventory",
    "restructuring charges", "pension obligations discount rate", "dividends per share",
)  # fmt: skip


def questions() -> list[dict[str, Any]]:
    """The written questions: `ask`, the `report` that answers and the `pages` of it that do."""
    loaded: list[dict[str, Any]] = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))["questions"]
    return loaded


# --- One database, in a process of its own because settings are read once ---------------------------


def measured(readings: Path, passages: int) -> dict[str, Any]:
    """Everything on the database that the environment names, from readings kept as JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    seconds, names = _filled(readings)
    found: dict[str, Any] = {"index_seconds": seconds, "passages": _count(), "bytes": _size()}
    found["places"] = [_place(question, names) for question in questions()]
    _grown_to(passages)
    found["grown"] = _count()
    found["milliseconds"] = _timed()
    return found


def _filled(readings: Path) -> tuple[list[float], dict[int, str]]:
    from documents.text import store_text
    from engine.text.reading import text_reading_from_json

    seconds, names = [], {}
    for path in sorted(readings.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        version = _version(kept["company"], kept["year"], path.stem)
        reading = text_reading_from_json(kept["reading"])
        begun = time.perf_counter()
        store_text(version, reading)
        seconds.append(time.perf_counter() - begun)
        names[version.document_id] = path.stem
    _analyse()
    return seconds, names


def _version(company: str, year: int | None, name: str) -> Any:
    from django.utils.text import slugify

    from companies.models import Company
    from documents.models import Document, DocumentVersion
    from engine.text.query import without_legal_form

    # The samples name one issuer in two ways.
    slug = slugify(" ".join(without_legal_form(company)))
    owner = Company.objects.get_or_create(slug=slug, defaults={"name": company})[0]
    document = Document.objects.create(
        company=owner, title=name, fiscal_year=year, document_type="annual_report"
    )
    return DocumentVersion.objects.create(
        document=document, sha256=f"{document.pk:064x}", size=1, storage_name=name, source="upload"
    )


def _count() -> int:
    from documents.models import Passage

    return Passage.objects.count()


def _analyse() -> None:
    """What both databases do by themselves after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _size() -> int:
    """Bytes of the passages with their index."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('documents_passage')")
            return int(cursor.fetchone()[0])
    return Path(settings.DATABASES["default"]["NAME"]).stat().st_size


def _place(question: dict[str, Any], names: dict[int, str]) -> int:
    """The place of the first hit that answers, 0 where none of the first twenty does."""
    from documents.search import search

    for place, hit in enumerate(search(question["ask"], limit=20).hits, start=1):
        passage = hit.passage
        right = names.get(passage.document_id) in question["report"].split()
        there = any(passage.page <= page <= passage.last_page for page in question["pages"])
        if right and there and str(question.get("says", "")) in passage.text:
            return place
    return 0


def _grown_to(passages: int) -> None:
    """Copies of the reports under companies of other names, until there are so many passages."""
    from documents.models import DocumentText, Passage

    there = list(DocumentText.objects.select_related("document").order_by("pk"))
    number = 0
    while there and _count() < passages:
        text = there[number % len(there)]
        number += 1
        copied = list(Passage.objects.filter(text_of=text))
        version = _version(f"Copy {number // len(there)}", text.document.fiscal_year, f"copy-{number}")
        text.pk, text.document, text.version = None, version.document, version
        text.save()
        for passage in copied:
            passage.pk, passage.document, passage.text_of = None, version.document, text
        Passage.objects.bulk_create(copied, batch_size=500)
    _analyse()


def _timed() -> list[float]:
    from documents.search import search

    asked = [question["ask"] for question in questions()] + list(SHORT_QUERIES)
    for text in asked:
        search(text)
    spent = []
    for text in asked * 3:
        begun = time.perf_counter()
        search(text)
        spent.append(1000 * (time.perf_counter() - begun))
    return spent


# --- All databases -----------------------------------------------------------------------------------


def read_all(folder: Path, pattern: str) -> list[float]:
    """Take the reports apart in throw-away processes and keep what came out; the seconds of each."""
    from engine.limits import Limits
    from engine.sandbox import passages_safely
    from engine.text.reading import text_reading_to_json

    seconds = []
    for path in sorted((FOLDER / "reports").glob(pattern)):
        truth = json.loads((FOLDER / "truth" / f"{path.stem}.json").read_text(encoding="utf-8"))
        begun = time.perf_counter()
        reading = passages_safely(path.read_bytes(), Limits(wall_seconds=180, cpu_seconds=180))
        seconds.append(time.perf_counter() - begun)
        kept = {
            "company": truth["company"],
            "year": _year(path.stem, truth),
            "reading": text_reading_to_json(reading),
        }
        (folder / f"{path.stem}.json").write_text(json.dumps(kept), encoding="utf-8")
    return seconds


def _year(name: str, truth: dict[str, Any]) -> int | None:
    """The fiscal year as the file is named, or of the newest column."""
    if named := re.search(r"_(20\d\d)_", name):
        return int(named[1])
    statements = truth["statements"].values()
    ends = [end for statement in statements for end in statement.get("periods", []) if end]
    return int(max(ends)[:4]) if ends else None


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    from tests.processes import RunningPostgres

    with tempfile.TemporaryDirectory() as folder, RunningPostgres.start() as server:
        server.create("search")
        yield {"SQLite": f"sqlite:///{folder}/search.sqlite3", "PostgreSQL": server.url("search")}


def on_database(url: str, readings: Path, passages: int) -> dict[str, Any]:
    """The measurements of one database, made in a child."""
    with tempfile.TemporaryDirectory() as state:
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "only-for-measuring-and-long-enough-to-be-accepted",
            "TENFOLD_STATE_DIR": state,
            "TENFOLD_ENV_FILE": os.devnull,
            "TENFOLD_CACHE": "memory",
        }
        command = [
            sys.executable,
            "-m",
            "benchmarks.searching",
            "--one",
            str(readings),
            "--passages",
            str(passages),
        ]
        done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def lines_of(read: list[float], found: dict[str, dict[str, Any]]) -> list[str]:
    """The table, and the questions whose answers are not among the first hits."""
    lines = [
        f"{len(read)} reports taken apart: {percentile(read, 50):.2f} s in the middle,"
        f" {max(read):.2f} s at most.",
        "",
        "| | " + " | ".join(found) + " |",
        "|---|" + "---|" * len(found),
    ]

    def row(what: str, tell: Any) -> None:
        lines.append(f"| {what} | " + " | ".join(tell(one) for one in found.values()) + " |")

    row("passages of the reports", lambda one: f"{one['passages']:,}")
    row("put into the index, per report", lambda one: f"{percentile(one['index_seconds'], 50):.2f} s")
    row("passages with their index", lambda one: f"{one['bytes'] / 1e6:,.0f} MB")
    asked = len(questions())
    row(f"answer on the first place, of {asked}", lambda one: str(sum(p == 1 for p in one["places"])))
    row(f"answer among the first {FIRST}", lambda one: str(sum(1 <= p <= FIRST for p in one["places"])))
    row("passages searched for the times below", lambda one: f"{one['grown']:,}")
    row("a query in the middle", lambda one: f"{percentile(one['milliseconds'], 50):.1f} ms")
    row("95 of 100 queries within", lambda one: f"{percentile(one['milliseconds'], 95):.1f} ms")
    missed = [
        f"* {name}: “{question['ask']}” {'on place ' + str(place) if place else 'not found'}"
        for name, one in found.items()
        for question, place in zip(questions(), one["places"], strict=True)
        if not 1 <= place <= FIRST
    ]
    return [*lines, *(["", "Not among the first:", "", *missed] if missed else [])]


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; the exit status is 1 where an answer is missed or queries take too long."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.searching",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--passages", type=int, default=100_000, help="that are searched for the times")
    parser.add_argument("--reports", default="*.pdf", help="which files, as a pattern")
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="one database alone")
    parser.add_argument("--write", action="store_true", help="update benchmarks/RESULTS.md")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measured(options.one, options.passages)))
        return 0
    if not FOLDER.is_dir():
        print("The real reports are not there, so that nothing was measured.")
        return 0
    with tempfile.TemporaryDirectory() as folder, _databases() as databases:
        read = read_all(Path(folder), options.reports)
        found = {
            name: on_database(url, Path(folder), options.passages)
            for name, url in databases.items()
            if options.only in (None, name)
        }
    lines = lines_of(read, found)
    print("## Search\n\n" + "\n".join(lines))
    if options.write:
        results.write("Search", lines, packages=PACKAGES)
    enough = all(
        all(1 <= place <= FIRST for place in one["places"])
        and percentile(one["milliseconds"], 95) <= LONGEST_QUERY
        for one in found.values()
    )
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
