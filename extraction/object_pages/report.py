"""What the page of a document shows above its form: its pages, what was read, and what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from documents.models import Document, DocumentVersion
from engine.kinds import CheckOutcome
from extraction.models import ExtractionRun, ReviewItem, ReviewState, StatementTable
from extraction.object_pages.contact_sheets import Sheet, sheets
from extraction.object_pages.version_differences import Differences, differences
from jobs.models import TaskRun

RUNS_SHOWN = 8
QUESTIONS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class FileView:
    """One file the document had. `since_before` is what differs from the file before it, None where one
    of the two was not read."""

    version: DocumentVersion
    is_current: bool
    reading: ExtractionRun | None
    since_before: Differences | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`statements` are those of the current reading, each with `lines`, `figures`, and how many identities
    hold (`holding`) and fail (`failing`); `clues` what spoke for its kind, by where it was seen; `files`
    newest first."""

    document: Document
    clues: tuple[tuple[str, tuple[str, ...]], ...]
    statements: tuple[StatementTable, ...]
    reading: ExtractionRun | None
    sheets: tuple[Sheet, ...]
    files: tuple[FileView, ...]
    readings: tuple[ExtractionRun, ...]
    runs: tuple[TaskRun, ...]
    questions: tuple[ReviewItem, ...]


def report_page(document: Document) -> ReportPage:
    """As many questions to the database for a document with many readings as for one with few; two more
    for each file that replaced another."""
    current = Prefetch(
        "extraction_runs", ExtractionRun.objects.filter(is_current=True), to_attr="current_readings"
    )
    versions = list(document.versions.order_by("-fetched_at", "-pk").prefetch_related(current))
    files = _files(document, versions)
    reading = next((file.reading for file in files if file.is_current), None)
    statements = _statements(reading)
    version = next((file.version for file in files if file.is_current), None)
    return ReportPage(
        document=document,
        clues=_clues(document.type_evidence),
        statements=statements,
        reading=reading,
        sheets=sheets(
            (version.page_count or 0) if version else 0,
            [(table.get_statement_display(), table.pages) for table in statements],
        ),
        files=files,
        readings=tuple(
            ExtractionRun.objects.filter(version__document=document)
            .select_related("version")
            .order_by("-created_at", "-pk")[:RUNS_SHOWN]
        ),
        runs=tuple(TaskRun.objects.about(document).order_by("-queued_at")[:RUNS_SHOWN]),
        questions=tuple(
            ReviewItem.objects.filter(document=document, state=ReviewState.OPEN).order_by("-created_at")[
                :QUESTIONS_SHOWN
            ]
        ),
    )


def _clues(evidence: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """ "cover: for the year ended" by the words before the colon, each clue once."""
    by_layer: dict[str, dict[str, None]] = {}
    for clue in evidence:
        layer, _, text = clue.partition(": ")
        by_layer.setdefault(layer.replace("_", " ").capitalize(), {})[text or clue] = None
    return tuple((layer, tuple(texts)) for layer, texts in by_layer.items())


def _files(document: Document, versions: Sequence[DocumentVersion]) -> tuple[FileView, ...]:
    readings: list[ExtractionRun | None] = [
        next(iter(version.current_readings), None)  # type: ignore[attr-defined]  # prefetched
        for version in versions
    ]
    files = []
    for place, (version, reading) in enumerate(zip(versions, readings, strict=True)):
        before = readings[place + 1] if place + 1 < len(readings) else None
        compared = differences(before, reading) if before is not None and reading is not None else None
        files.append(FileView(version, version.pk == document.current_version_id, reading, compared))
    return tuple(files)


def _statements(reading: ExtractionRun | None) -> tuple[StatementTable, ...]:
    if reading is None:
        return ()
    tables = reading.tables.annotate(
        lines=Count("rows", distinct=True),
        figures=Count("rows__observations", distinct=True),
        holding=Count("checks", filter=Q(checks__outcome=CheckOutcome.HOLDS), distinct=True),
        failing=Count("checks", filter=Q(checks__outcome=CheckOutcome.FAILS), distinct=True),
    )
    return tuple(sorted(tables, key=lambda table: min(table.pages, default=0)))
