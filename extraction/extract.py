"""One file read into statements, observations and facts."""

import hashlib
from contextlib import nullcontext
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db.models import Q

from documents.models import Document, DocumentStatus, DocumentVersion
from documents.storage import open_version
from engine import ENGINE_VERSION
from engine.errors import Unreadable
from engine.kinds import CheckOutcome, StatementKind
from engine.limits import Limits
from engine.progress import Report, silent
from engine.sandbox import read_safely
from engine.statement import Reading
from extraction.errors import NotDownloaded
from extraction.models import ExtractionRun, ExtractionStatus
from extraction.review.replay import replay_corrections
from extraction.second_reader.ask import SecondOutcome, second_reader_key, with_second_reader
from extraction.store import store_failure, store_reading
from jobs.models import TaskRun
from jobs.run import Storing


@dataclass(frozen=True, slots=True)
class StatementCounts:
    """What one statement gave, for a summary."""

    rows: int
    columns: int
    pages: tuple[int, ...]
    checks_passed: int
    checks_failed: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a reading gave. `repeated` is true where the file had been read by this engine before."""

    run: ExtractionRun
    statements: dict[StatementKind, StatementCounts]
    repeated: bool

    @property
    def code(self) -> str:
        """The stable code of what is missing, empty where nothing is."""
        if self.run.error_code:
            return self.run.error_code
        return "" if self.run.status == ExtractionStatus.SUCCEEDED else "statement_not_found"

    @property
    def reason(self) -> str:
        """What is missing and why, in sentences for a person."""
        if self.run.error_message:
            return self.run.error_message
        return " ".join(abstention["reason"] for abstention in self.run.abstentions)


def extract(
    document: Document,
    *,
    force: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Extracted:
    """Read the document's current file in a throw-away process and keep what was read, with people's
    corrections laid over it.

    Where a second reader is set up it is asked what the reading leaves open; without one nothing
    else changes. While its model is away the run waits and is read again.

    A file that cannot be read is a result too: it is kept with its code, and the same file is not
    read again by the same engine unless `force` says so. Raises NotDownloaded without a file.
    """
    version = document.current_version
    if version is None:
        raise NotDownloaded(document)
    limits = Limits(**settings.READING_LIMITS)
    digest = _digest(limits)
    earlier = version.extraction_runs.filter(
        Q(options_digest=digest) | Q(kept_reading__options_digest=digest),
        engine_version=ENGINE_VERSION,
        is_current=True,
    ).first()
    if earlier is not None and not force:
        # Corrections made since are laid over what was read then; the file need not be read again.
        with storing():
            corrected = replay_corrections(earlier, task_run=task_run)
        return Extracted(corrected or earlier, _counts_of_run(corrected or earlier), repeated=True)
    report("processing_pdf", 0, 2, f"Reading {version.page_count or '?'} pages")
    data = _bytes(version)
    try:
        reading = read_safely(data, limits, refuse_copying_forbidden=settings.REFUSE_COPYING_FORBIDDEN)
    except Unreadable as error:
        with storing():
            run = store_failure(
                version, error, engine_version=ENGINE_VERSION, options_digest=digest, task_run=task_run
            )
            _mark(document, DocumentStatus.FAILED, error.code, error.message)
        return Extracted(run, {}, repeated=False)
    second = SecondOutcome(reading)
    if settings.SECOND_READER and reading.statements:
        report("processing_pdf", 1, 2, "Asking the second reader")
        second = with_second_reader(version, reading, data, limits, task_run)
        reading = second.reading
    report("storing_extractions", 1, 2, f"Storing {len(reading.statements)} statements")
    with storing():
        run = store_reading(
            version, reading, options_digest=digest, task_run=task_run, second_reader=second.to_json()
        )
        _mark_read(document, run, reading)
    return Extracted(run, _counts(reading), repeated=False)


def _bytes(version: DocumentVersion) -> bytes:
    with open_version(version) as file:
        return file.read()


def _digest(limits: Limits) -> str:
    """Readings under other limits and rules may differ, so they count as other readings."""
    options: dict[str, object] = {
        **asdict(limits),
        "refuse_copying_forbidden": settings.REFUSE_COPYING_FORBIDDEN,
        **second_reader_key(),
    }
    return hashlib.sha256(repr(sorted(options.items())).encode()).hexdigest()


def _mark_read(document: Document, run: ExtractionRun, reading: Reading) -> None:
    if run.status == ExtractionStatus.EMPTY:
        reasons = " ".join(abstention.reason for abstention in reading.abstentions)
        _mark(document, DocumentStatus.FAILED, "statement_not_found", reasons)
        return
    ends = [
        column.period.end
        for statement in reading.statements
        for column in statement.table.columns
        if column.period is not None
    ]
    if document.period_end is None and ends:
        document.period_end = max(ends)
    if document.fiscal_year is None and ends:
        document.fiscal_year = max(
            column.period.fiscal_year
            for statement in reading.statements
            for column in statement.table.columns
            if column.period is not None
        )
    _mark(document, DocumentStatus.EXTRACTED)


def _mark(document: Document, status: DocumentStatus, code: str = "", message: str = "") -> None:
    document.status = status
    document.failure_code = code
    document.failure_message = message
    document.save(
        update_fields=[
            "status", "failure_code", "failure_message", "period_end", "fiscal_year", "updated_at",
        ]
    )  # fmt: skip


def _counts(reading: Reading) -> dict[StatementKind, StatementCounts]:
    return {
        statement.table.kind: StatementCounts(
            rows=len(statement.table.rows),
            columns=len(statement.table.columns),
            pages=statement.table.pages,
            checks_passed=sum(c.outcome is CheckOutcome.HOLDS for c in statement.checks),
            checks_failed=sum(c.outcome is CheckOutcome.FAILS for c in statement.checks),
        )
        for statement in reading.statements
    }


def _counts_of_run(run: ExtractionRun) -> dict[StatementKind, StatementCounts]:
    return {
        StatementKind(table.statement): StatementCounts(
            rows=table.rows.count(),
            columns=table.columns.count(),
            pages=tuple(table.pages),
            checks_passed=table.checks.filter(outcome=CheckOutcome.HOLDS).count(),
            checks_failed=table.checks.filter(outcome=CheckOutcome.FAILS).count(),
        )
        for table in run.tables.all()
    }
