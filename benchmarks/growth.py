"""`python -m benchmarks.growth`: how many bytes a document costs, and what a million of them come to.

The demo company's reports go the whole way (kept, classified, read, text, compiled) on a PostgreSQL from
its wheel, under several companies. What each table and its indexes have grown by, divided by the documents,
is what one document costs; the extrapolation says what it assumes. Small tables are rounded up by the
database to pages of 8 kB, so that more companies make the figures of those truer.
"""

import argparse
import io
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes, results

PACKAGES = ("django", "psycopg", "pypdfium2")
DOCUMENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """Rows of a table and the bytes of it and of its indexes on the disk."""

    rows: int
    table: int
    indexes: int

    def since(self, before: "Size") -> "Size":
        return Size(self.rows - before.rows, self.table - before.table, self.indexes - before.indexes)

    @property
    def whole(self) -> int:
        return self.table + self.indexes


@dataclass(frozen=True, slots=True)
class Measured:
    """What went in, what it has cost, and the processor seconds of this process and its readers."""

    documents: int
    pages: int
    file_bytes: int
    seconds: float
    sizes: Mapping[str, Size]


def sizes() -> dict[str, Size]:
    """Of every table, with what is stored beside it for long values."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        for name, table, indexes in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608 - a name from the catalogue
            found[name] = Size(cursor.fetchone()[0], table, indexes)
    return found


def fill(companies: int, files: Sequence[Path]) -> tuple[int, int, int]:
    """The whole way for these reports of each company; documents, pages and bytes of files."""
    from companies.models import Company
    from documents.classify import classify_document
    from documents.text import keep_text
    from documents.upload import accept_upload
    from extraction.compile import compile_company
    from extraction.extract import extract

    documents = pages = size = 0
    for number in range(companies):
        company = Company.objects.create(name=f"Company {number}", slug=f"company-{number}")
        for file in files:
            content = file.read_bytes()
            document = accept_upload(company, io.BytesIO(content), file.name).document
            classify_document(document)
            extract(document)
            pages += keep_text(document).text.page_count
            documents, size = documents + 1, size + len(content)
        compile_company(company)
        print(f"{number + 1} of {companies} companies", flush=True)
    return documents, pages, size


def measured(companies: int, files: Sequence[Path]) -> Measured:
    before, began = sizes(), _seconds()
    documents, pages, size = fill(companies, files)
    seconds = _seconds() - began
    after = sizes()
    grown = {name: one.since(before[name]) for name, one in after.items()}
    return Measured(documents, pages, size, seconds, {name: one for name, one in grown.items() if one.rows})


def _seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def table(found: Measured) -> list[str]:
    """The section of RESULTS.md."""
    count = found.documents
    every = sorted(found.sizes.items(), key=lambda item: -item[1].whole)
    whole = sum(one.whole for _, one in every)
    indexes = sum(one.indexes for _, one in every)
    return [
        f"{count} annual reports of {found.pages / count:.0f} pages, with their text and the compiled years,"
        f" without the rows of background runs. Load of the machine meanwhile: {os.getloadavg()[1]:.1f}.",
        "",
        "| | rows for each document | bytes for each row | bytes for each document | of these indexes |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {name} | {one.rows / count:.1f} | {one.whole / one.rows:,.0f} | {one.whole / count:,.0f}"
            f" | {one.indexes / max(one.whole, 1):.0%} |"
            for name, one in every[:14]
        ),
        f"| the other {max(len(every) - 14, 0)} tables | {sum(o.rows for _, o in every[14:]) / count:.1f} | "
        f"| {sum(o.whole for _, o in every[14:]) / count:,.0f} | |",
        f"| **all** | {sum(o.rows for _, o in every) / count:.0f} | | **{whole / count:,.0f}**"
        f" | {indexes / whole:.0%} |",
        "",
        f"The file itself: {found.file_bytes / count:,.0f} bytes. Processor time:"
        f" {found.seconds / count:.2f} s for each document,"
        f" {found.seconds / found.pages:.3f} s for each page.",
        "",
        f"{DOCUMENTS:,} such documents: {whole / count * DOCUMENTS / 1e9:,.0f} GB in the database, of these"
        f" {indexes / count * DOCUMENTS / 1e9:,.0f} GB of indexes;"
        f" {found.file_bytes / count * DOCUMENTS / 1e9:,.0f}"
        f" GB of files; {found.seconds / count * DOCUMENTS / 3600:,.0f} processor hours.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench growth", description=__doc__.split("\n\n")[0])
    parser.add_argument("--companies", type=int, default=4)
    parser.add_argument("--reports", type=int, default=8, help="of each company")
    parser.add_argument("--folder", type=Path, help="of reports to take in place of the demo's")
    parser.add_argument("--write", action="store_true", help="into benchmarks/RESULTS.md")
    options = parser.parse_args()
    from demo.build import REPORTS
    from tests.processes import RunningPostgres

    files = sorted((options.folder or REPORTS).glob("*.pdf" if options.folder else "annual-report-*.pdf"))
    files = files[-options.reports :]
    if not files:
        raise SystemExit(f"There is no report in {options.folder}.")
    with tempfile.TemporaryDirectory(prefix="growth-") as folder, RunningPostgres.start() as server:
        server.create("growth")
        os.environ.update(processes.settings(Path(folder), server.url("growth")), TENFOLD_CACHE="memory")
        Path(folder, "static").mkdir()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        began = time.monotonic()
        lines = table(measured(options.companies, files))
    print("\n".join(lines), f"\n{time.monotonic() - began:.0f} s in all")
    if options.write:
        results.write("Growth, reports of a folder" if options.folder else "Growth", lines, PACKAGES)


if __name__ == "__main__":
    main()
