"""A reading as tables, observations and facts."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from documents.models import DocumentVersion
from engine.check.columns import part_columns
from engine.corrections import replay
from engine.errors import Unreadable
from engine.exchange import reading_to_json
from engine.statement import Reading, StatementReading
from extraction.load import corrections_for, digest_with
from extraction.models import (
    Correction,
    ExtractionRun,
    ExtractionStatus,
    Fact,
    KeptReading,
    Observation,
    ReviewKind,
    StatementColumn,
    StatementRow,
    StatementTable,
    ValidationResult,
)
from extraction.store.corrections import Placed, store_replays
from extraction.store.figures import (
    Over,
    evidence_of,
    figures_of,
    made_column,
    made_fact,
    made_observation,
    made_row,
)
from extraction.store.questions import ask, ask_about, ask_about_disputes, withdraw
from jobs.models import TaskRun

# The longest text that the tables hold; what is longer is shown shortened, the page has it whole.
_LABEL = 500


@transaction.atomic
def store_reading(
    version: DocumentVersion,
    reading: Reading,
    *,
    options_digest: str,
    task_run: TaskRun | None,
    second_reader: dict[str, object] | None = None,
) -> ExtractionRun:
    """Keep a reading as the version's current one, with the corrections in force laid over it, and
    supersede the facts of the one before. `second_reader` is what a second reader contributed to it,
    where one was asked."""
    corrections = corrections_for(version)
    corrected = replay(reading, [one.for_engine() for one in corrections], version.sha256)
    concerned = [int(found.key) for found in corrected.replays]
    run = _begin_run(
        version,
        engine_version=reading.engine_version,
        options_digest=digest_with(options_digest, concerned),
        task_run=task_run,
        status=_status(reading),
        warnings=list(reading.warnings),
        second_reader=second_reader or {},
        abstentions=[
            {
                "statement": abstention.kind.value,
                "code": abstention.code,
                "reason": abstention.reason,
                "runners_up": [
                    {"pages": list(other.pages), "score": other.score, "reason": other.reason}
                    for other in abstention.runners_up
                ],
            }
            for abstention in reading.abstentions
        ],
    )
    KeptReading.objects.create(
        run=run, content=_packed(reading), options_digest=options_digest, corrections=concerned
    )
    over = Over.of(corrected, corrections)
    placed: dict[str, Placed] = {}
    for place, (read, concluded) in enumerate(
        zip(reading.statements, corrected.reading.statements, strict=True)
    ):
        _store_statement(run, read, concluded, over.of_table(place), placed)
    store_replays(run, corrections, corrected.replays, placed)
    ask_about(run, corrected.reading)
    ask_about_disputes(run)
    return run


def facts_as_of(
    version: DocumentVersion, reading: Reading, corrections: Sequence[Correction]
) -> list[tuple[Fact, StatementRow]]:
    """The facts that a reading would give with these corrections, each with its line; nothing is stored."""
    corrected = replay(reading, [one.for_engine() for one in corrections], version.sha256)
    over = Over.of(corrected, corrections)
    facts = []
    for place, (read, concluded) in enumerate(
        zip(reading.statements, corrected.reading.statements, strict=True)
    ):
        table = concluded.table
        columns = [made_column(None, n, column) for n, column in enumerate(table.columns)]
        rows = [made_row(None, concluded, n, row) for n, row in enumerate(table.rows)]
        parts = frozenset(part_columns(table))
        for figure in figures_of(read, concluded, over.of_table(place)):
            observation = made_observation(figure, rows[figure.row], columns[figure.column])
            fact = made_fact(version.document, observation, concluded, figure, rows[figure.row], parts)
            if fact is not None:
                facts.append((fact, rows[figure.row]))
    return facts


def _packed(reading: Reading) -> bytes:
    """The reading without the text of pages, which is kept with the file."""
    survey = replace(reading.survey, first_pages=(), statement_pages=())
    return zlib.compress(reading_to_json(replace(reading, survey=survey)).encode(), 9)


@transaction.atomic
def store_failure(
    version: DocumentVersion,
    error: Unreadable,
    *,
    engine_version: str,
    options_digest: str,
    task_run: TaskRun | None,
) -> ExtractionRun:
    """Keep the verdict that a file cannot be read, so that it is not tried again and again."""
    run = _begin_run(
        version,
        engine_version=engine_version,
        options_digest=options_digest,
        task_run=task_run,
        status=ExtractionStatus.FAILED,
        error_code=error.code,
        error_message=error.message,
    )
    ask(version.document, ReviewKind.UNREADABLE, error.message, {"code": error.code})
    return run


def _begin_run(version: DocumentVersion, *, engine_version: str, options_digest: str, **fields: object):
    """A fresh current run. An older run of the same engine is replaced: it can only be equal."""
    version.extraction_runs.filter(engine_version=engine_version, options_digest=options_digest).delete()
    version.extraction_runs.filter(is_current=True).update(is_current=False)
    Fact.objects.filter(
        document=version.document,
        observation__row__table__run__version=version,
        superseded_at__isnull=True,
    ).update(superseded_at=timezone.now())
    withdraw(
        version.document,
        ReviewKind.STATEMENT_MISSING,
        ReviewKind.UNIT_MISSING,
        ReviewKind.IDENTITY_FAILS,
        ReviewKind.UNREADABLE,
        ReviewKind.UNPROVEN,
        ReviewKind.UNREAD,
        ReviewKind.DISPUTED,
        ReviewKind.LOW_CONFIDENCE,
        ReviewKind.UNMAPPED,
        ReviewKind.CORRECTION_CONFLICT,
    )
    return ExtractionRun.objects.create(
        version=version, engine_version=engine_version, options_digest=options_digest, **fields
    )


def _status(reading: Reading) -> ExtractionStatus:
    if not reading.statements:
        return ExtractionStatus.EMPTY
    return ExtractionStatus.PARTIAL if reading.abstentions else ExtractionStatus.SUCCEEDED


def _store_statement(
    run: ExtractionRun,
    read: StatementReading,
    statement: StatementReading,
    over: Over,
    placed: dict[str, Placed],
) -> None:
    """`read` is what is printed, `statement` the same with the corrections that stand: observations
    tell of the first, facts of the second."""
    table = statement.table
    stored = StatementTable.objects.create(
        run=run,
        statement=table.kind,
        scope=table.scope,
        title=table.title[:300],
        pages=list(table.pages),
        currency=table.unit.currency or "",
        scale=table.unit.scale,
        unit_evidence=evidence_of(table.unit_evidence),
        score=table.score,
        read_by=table.read_by,
    )
    columns = StatementColumn.objects.bulk_create(
        [made_column(stored, ordinal, column) for ordinal, column in enumerate(table.columns)]
    )
    rows = StatementRow.objects.bulk_create(
        [made_row(stored, statement, ordinal, row) for ordinal, row in enumerate(table.rows)]
    )
    figures = list(figures_of(read, statement, over))
    observations = Observation.objects.bulk_create(
        [made_observation(figure, rows[figure.row], columns[figure.column]) for figure in figures]
    )
    document = run.version.document
    parts = frozenset(part_columns(table))
    facts = [
        fact
        for figure, observation in zip(figures, observations, strict=True)
        if (fact := made_fact(document, observation, statement, figure, rows[figure.row], parts)) is not None
    ]
    Fact.objects.bulk_create(facts)
    by_place = {(f.row, f.column): o for f, o in zip(figures, observations, strict=True)}
    for correction, found in over.entries:
        row = None if found.row is None else rows[found.row]
        cell = None if found.row is None or found.column is None else by_place.get((found.row, found.column))
        placed[str(correction.pk)] = Placed(row, cell)
    ValidationResult.objects.bulk_create(
        [
            ValidationResult(
                table=stored,
                identity=check.identity,
                column_ordinal=check.column,
                outcome=check.outcome,
                left=check.left,
                right=check.right,
                tolerance=check.tolerance,
                row_ordinals=list(check.rows),
                explanation=check.explanation,
            )
            for check in statement.checks
        ]
    )
