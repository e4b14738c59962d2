"""What a version of a compiled statement changed, kept beside it."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F

from companies.models import Company
from documents.models import Document
from engine.compiling.changes import Given, GivenRow, Reading, Version, changes_between
from engine.compiling.values import CompileRequest
from engine.kinds import MappingMethod
from engine.values import Period
from extraction.load import documents_for
from extraction.models import (
    CompiledCell,
    CompiledChange,
    CompiledStatement,
    ExtractionRun,
    Fact,
)

_LABEL = 500


def sources_of(company: Company, request: CompileRequest) -> list[dict[str, object]]:
    """The documents a compile draws from, with the reading of each and that one's engine."""
    runs = ExtractionRun.objects.filter(
        is_current=True,
        version=F("version__document__current_version"),
        version__document__in=documents_for(company, request.period),
        tables__statement=request.statement,
        tables__scope=request.scope,
    )
    found = runs.order_by("version__document_id").values_list("version__document_id", "pk", "engine_version")
    return [
        {"document": document, "run": run, "engine_version": engine}
        for document, run, engine in found.distinct()
    ]


def store_changes(before: CompiledStatement, after: CompiledStatement) -> None:
    """Compare two stored versions and keep what differs, with why. Its queries are as many whatever
    the size of the two."""
    versions = [before, after]
    cells = list(
        CompiledCell.objects.filter(row__compiled__in=versions).values_list(
            "row_id", "ordinal", "value", "fact_id", "derived_from"
        )
    )
    wanted = {fact for *_, fact_id, operands in cells for fact in (fact_id, *operands) if fact is not None}
    facts = {
        pk: (str(document), method == MappingMethod.CONFIRMED_RULE or correction is not None)
        for pk, document, method, correction in Fact.objects.filter(pk__in=wanted).values_list(
            "pk", "document_id", "observation__row__mapping_method", "correction_id"
        )
    }
    old, new = (_version(statement, cells, facts) for statement in versions)
    there = _still_there(old, new)
    CompiledChange.objects.bulk_create(
        [
            CompiledChange(
                compiled=after,
                ordinal=ordinal,
                kind=change.kind,
                cause=change.cause,
                row_key=change.row_key[:200],
                label=change.label[:_LABEL],
                period_start=change.period.start if change.period else None,
                period_end=change.period.end if change.period else None,
                old_value=change.old_value,
                new_value=change.new_value,
                document_id=int(change.document) if change.document in there else None,
            )
            for ordinal, change in enumerate(changes_between(old, new))
        ]
    )


def _still_there(*versions: Version) -> set[str]:
    """Those of the documents that have not been deleted."""
    known = {int(document) for version in versions for document in version.readings}
    return {str(pk) for pk in Document.objects.filter(pk__in=known).values_list("pk", flat=True)}


_Cells = Sequence[tuple[int, int, Decimal | None, int | None, list[int]]]


def _version(statement: CompiledStatement, cells: _Cells, facts: dict[int, tuple[str, bool]]) -> Version:
    periods = statement.columns
    rows = list(statement.rows.all())
    mine = {row.pk for row in rows}
    by_row: dict[int, dict[Period, Given]] = {}
    for row_id, ordinal, value, fact_id, operands in cells:
        if value is not None and row_id in mine:
            found = [facts[pk] for pk in (fact_id, *operands) if pk in facts]
            given = Given(
                value, tuple(dict.fromkeys(name for name, _ in found)), any(by_rule for _, by_rule in found)
            )
            by_row.setdefault(row_id, {})[periods[ordinal]] = given
    return Version(
        rows=tuple(
            GivenRow(row.key, row.label, frozenset((*row.labels, row.label)), by_row.get(row.pk, {}))
            for row in rows
        ),
        readings={
            str(source["document"]): Reading(str(source["run"]), source["engine_version"])
            for source in statement.sources
        },
        engine_version=statement.engine_version,
    )
