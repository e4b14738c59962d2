"""`python -m benchmarks.lists`: how long the lists of a large installation take on PostgreSQL.

A PostgreSQL from its wheel with 1,000 companies, 100,000 documents with their files and 1,000,000 runs,
as years of work leave them: most have succeeded, a few failed, some wait. Each address is asked for
several times by somebody who may do everything, in this process: routing, queries and templates
count, the way over the network does not.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import processes, results
from benchmarks.processes import percentile

PACKAGES = ("django", "psycopg", "django-unfold")
COMPANIES = 1_000
LONGEST_MS = 300.0
_RUNS = "/admin/jobs/taskrun/"
_DOCUMENTS = "/admin/documents/document/"
ADDRESSES = {
    "runs": _RUNS,
    "runs, page 150": f"{_RUNS}?p=150",
    "runs that failed": f"{_RUNS}?state__exact=failed",
    "runs that succeeded": f"{_RUNS}?state__exact=succeeded",
    "runs of a task": f"{_RUNS}?task=download_pdf",
    "runs of the last day": f"{_RUNS}?since=day",
    "runs without parts": f"{_RUNS}?parts=no",
    "runs, a word sought": f"{_RUNS}?q=Company+77",
    "runs, nothing found": f"{_RUNS}?q=nowhere",
    "what goes on now": "/admin/now/",
    "runs over HTTP": "/api/v1/tasks",
    "runs over HTTP by state": "/api/v1/tasks?state=FAILURE",
    "documents": _DOCUMENTS,
    "documents, page 150": f"{_DOCUMENTS}?p=150",
    "documents of a company": f"{_DOCUMENTS}?company__id__exact=77",
    "documents that failed": f"{_DOCUMENTS}?status__exact=failed",
    "documents, a word sought": f"{_DOCUMENTS}?q=report+2019",
    "documents, nothing found": f"{_DOCUMENTS}?q=nowhere",
    "documents over HTTP": "/api/v1/documents/",
    "companies": "/admin/companies/company/",
    "overview": "/admin/",
}


def fill(documents: int, runs: int) -> None:
    """The rows, made by the database itself; runs in the shares that real work leaves."""
    from django.db import connection

    from companies.models import Company

    Company.objects.bulk_create(
        [Company(name=f"Company {n}", slug=f"company-{n}") for n in range(1, COMPANIES + 1)]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _insert("documents_document", _document_columns(), f"generate_series(1, {documents}) n")
        )
        cursor.execute(
            _insert("documents_documentversion", _version_columns(), "documents_document d"),
        )
        cursor.execute(
            "UPDATE documents_document d SET current_version_id = v.id FROM documents_documentversion v"
            " WHERE v.document_id = d.id"
        )
        cursor.execute(_insert("jobs_taskrun", _run_columns(), f"generate_series(1, {runs}) n"))
        # What the database does by itself after so much was written, and not while it is measured.
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def _insert(table: str, columns: dict[str, str], source: str) -> str:
    # Names and values of this file alone.
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608
        f" SELECT {', '.join(columns.values())} FROM {source}"
    )


def _defaults(model: Any, given: dict[str, str]) -> dict[str, str]:
    """A value for every column: what is given, NULL where it may be, and the field's own emptiness."""
    columns = {}
    for one in model._meta.local_concrete_fields:
        if one.column in given:
            columns[one.column] = given[one.column]
        elif one.primary_key:
            continue
        elif one.null:
            columns[one.column] = "NULL"
        elif one.get_internal_type() == "JSONField":
            columns[one.column] = "'{}'"
        elif one.get_internal_type() in ("DateTimeField",):
            columns[one.column] = "now()"
        elif one.get_internal_type() == "BooleanField":
            columns[one.column] = str(bool(one.get_default())).lower()
        elif one.get_internal_type() in ("CharField", "TextField", "URLField"):
            columns[one.column] = "'" + str(one.get_default() or "") + "'"
        else:
            columns[one.column] = str(one.get_default() or 0)
    return columns


def _document_columns() -> dict[str, str]:
    from documents.models import Document

    kinds = "ARRAY['annual_report', 'half_year_report', 'annual_report', 'unknown']"
    return _defaults(
        Document,
        {
            "company_id": f"(SELECT min(id) FROM companies_company) + n % {COMPANIES}",  # noqa: S608
            "title": "'Annual report ' || (2015 + n % 11) || ', part ' || n",
            "document_type": f"({kinds})[1 + n % 4]",
            "fiscal_year": "2015 + n % 11",
            "url": "'https://issuer-' || n % 1000 || '.example/reports/' || n || '.pdf'",
            "url_normalised": "'https://issuer-' || n % 1000 || '.example/reports/' || n || '.pdf'",
            "link_text": "'Report ' || n",
            "status": "CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'extracted' END",
            "failure_message": "CASE WHEN n % 50 = 0 THEN 'The site answered 404.' ELSE '' END",
        },
    )


def _version_columns() -> dict[str, str]:
    from documents.models import DocumentVersion

    return _defaults(
        DocumentVersion,
        {
            "document_id": "d.id",
            "sha256": "md5(d.id::text) || md5(d.id::text)",
            "size": "1000000 + d.id",
            "page_count": "100 + d.id % 200",
            "storage_name": "md5(d.id::text)",
            "source": "'crawl'",
        },
    )


def _run_columns() -> dict[str, str]:
    from django.contrib.contenttypes.models import ContentType

    from companies.models import Company
    from jobs.models import TaskRun

    state = (
        "CASE WHEN n % 1000 = 0 THEN 'queued' WHEN n % 25 = 0 THEN 'failed' WHEN n % 40 = 1 THEN 'partial'"
        " ELSE 'succeeded' END"
    )
    tasks = (
        "ARRAY['extract_financial_statements', 'download_pdf', 'classify_document',"
        " 'scrape_investor_relations']"
    )
    error = "'The site answered 404. Look at its address.'"
    ended = "now() - (n * interval '1 minute')"
    return _defaults(
        TaskRun,
        {
            "id": "gen_random_uuid()",
            "task": f"({tasks})[1 + n % 4]",
            "queue": "(ARRAY['extraction', 'scraping', 'scraping', 'scraping'])[1 + n % 4]",
            "state": state,
            "trigger": "'schedule'",
            "subject_type_id": str(ContentType.objects.get_for_model(Company).pk),
            "subject_id": f"(1 + n % {COMPANIES})::text",
            "subject_label": f"'Company ' || (1 + n % {COMPANIES})",
            "digest": "md5(n::text) || md5(n::text)",
            "progress": "CASE WHEN n % 1000 = 0 THEN 0 ELSE 100 END",
            "message": "CASE WHEN n % 25 = 0 THEN '' ELSE 'Read 3 statements.' END",
            "error_code": "CASE WHEN n % 25 = 0 THEN 'not_found' ELSE '' END",
            "error_message": f"CASE WHEN n % 25 = 0 THEN {error} ELSE '' END",
            "queued_at": f"{ended} - interval '2 minutes'",
            "started_at": f"CASE WHEN n % 1000 = 0 THEN NULL ELSE {ended} - interval '1 minute' END",
            "finished_at": f"CASE WHEN n % 1000 = 0 THEN NULL ELSE {ended} END",
        },
    )


@dataclass(slots=True)
class Taken:
    """Milliseconds of the requests of one address, and how many of them this process worked."""

    whole: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    @property
    def p95(self) -> float:
        return percentile(self.whole, 95)


def measured(times: int) -> dict[str, Taken]:
    """Each address so often; the first request is not counted."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(raise_request_exception=True)
    client.force_login(get_user_model().objects.create_superuser("bench", password="x" * 20))
    found: dict[str, Taken] = {}
    for name, address in ADDRESSES.items():
        found[name] = taken = Taken()
        for turn in range(times + 1):
            start, work = time.perf_counter(), time.process_time()
            answer = client.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}.")
            if turn:
                taken.whole.append(1000 * (time.perf_counter() - start))
                taken.worked.append(1000 * (time.process_time() - work))
        print(f"{name:30} {statistics.median(taken.whole):8.0f} {taken.p95:8.0f}", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench lists", description=__doc__.split("\n\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="requests of each address")
    parser.add_argument("--write", action="store_true", help="into benchmarks/RESULTS.md")
    options = parser.parse_args()
    from tests.processes import RunningPostgres

    with tempfile.TemporaryDirectory(prefix="lists-") as folder, RunningPostgres.start() as server:
        server.create("lists")
        os.environ.update(
            processes.settings(Path(folder), server.url("lists")),
            TENFOLD_CACHE="memory",
            ALLOWED_HOSTS="testserver",
        )
        Path(folder, "static").mkdir()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        fill(options.documents, options.runs)
        found = measured(options.times)
    slow = [name for name, taken in found.items() if taken.p95 > LONGEST_MS]
    if options.write:
        title = f"Lists, {options.documents:,} documents and {options.runs:,} runs on PostgreSQL"
        results.write(title, _table(found), PACKAGES)
    if slow:
        sys.exit(f"Longer than {LONGEST_MS:.0f} ms at the 95th percentile: {', '.join(slow)}.")


def _table(found: dict[str, Taken]) -> list[str]:
    median = statistics.median
    return [
        f"Load of the machine meanwhile: {os.getloadavg()[1]:.1f}; niceness of these processes: {os.nice(0)}."
        " The last column is the processor time"
        " of the web process, without the database's and without waiting for a core.",
        "",
        "| | median ms | 95 % ms | median ms of work |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {median(taken.whole):.0f} | {taken.p95:.0f} | {median(taken.worked):.0f} |"
            for name, taken in found.items()
        ),
    ]


if __name__ == "__main__":
    main()
