"""Extractions, facts and restatements as JSON. Amounts are strings, so that none loses a digit."""

from collections.abc import Sequence
from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engine.kinds import CheckOutcome
from extraction.models import (
    CompiledChange,
    CompiledStatement,
    ExtractionRun,
    Fact,
    Restatement,
    StatementTable,
)
from extraction.table.figures import ColumnView, RowFigures
from extraction.table.find import Table
from extraction.table.proof import CheckView, Proof


class TableSerializer(serializers.ModelSerializer):
    class Meta:
        model = StatementTable
        fields = ["statement", "scope", "title", "pages", "currency", "scale", "score", "read_by"]


class ExtractionRunSerializer(serializers.ModelSerializer):
    document = serializers.IntegerField(source="version.document_id")
    tables = TableSerializer(many=True, read_only=True)

    class Meta:
        model = ExtractionRun
        fields = [
            "id", "document", "engine_version", "status", "error_code", "error_message", "warnings",
            "abstentions", "is_current", "created_at", "tables",
        ]  # fmt: skip


class FactSerializer(serializers.ModelSerializer):
    page = serializers.IntegerField(source="observation.page")
    box = serializers.JSONField(source="observation.box")
    text = serializers.CharField(source="observation.text")
    method = serializers.CharField(help_text="reading or correction.")

    class Meta:
        model = Fact
        fields = [
            "id", "company", "document", "statement", "concept", "label", "section", "period_kind",
            "period_start", "period_end", "scope", "currency", "state", "value", "decimals", "published_on",
            "published_on_source", "restated_marker", "confidence", "page", "box", "text",
            "method", "correction", "entered",
        ]  # fmt: skip


class RestatementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Restatement
        fields = [
            "id", "company", "statement", "row_key", "label", "period_start", "period_end", "old_fact",
            "new_fact", "old_value", "new_value", "kind", "explanation", "found_at",
        ]  # fmt: skip


class CompiledStatementSerializer(serializers.ModelSerializer):
    """A compiled statement without its rows; the detail has them."""

    class Meta:
        model = CompiledStatement
        fields = [
            "id", "company", "statement", "view", "period", "scope", "currency", "version", "content_hash",
            "engine_version", "periods", "warnings", "checks", "compiled_at",
        ]  # fmt: skip


class ChangeSerializer(serializers.ModelSerializer):
    """A row (without a period) or cell that differs from the version before."""

    class Meta:
        model = CompiledChange
        fields = [
            "kind", "cause", "row_key", "label", "period_start", "period_end", "old_value", "new_value",
            "document",
        ]  # fmt: skip


class ColumnSerializer(serializers.Serializer):
    heading = serializers.CharField()
    kind = serializers.CharField()
    start = serializers.DateField(allow_null=True)
    end = serializers.DateField()
    is_full_year = serializers.BooleanField(help_text="False for interim and transition periods.")


class CellSerializer(serializers.Serializer):
    period_end = serializers.DateField()
    value = serializers.CharField(allow_null=True, help_text="Exact, in base units with contribution sign.")
    gap = serializers.CharField(allow_null=True, help_text="Why there is no value.")
    nil = serializers.BooleanField()
    fact = serializers.IntegerField(allow_null=True)
    formula = serializers.CharField(allow_null=True, help_text="How a derived value was formed.")
    derived_from = serializers.ListField(
        child=serializers.IntegerField(), help_text="Facts it was formed of."
    )
    restated = serializers.BooleanField()
    confidence = serializers.FloatField(allow_null=True)
    converted = serializers.CharField(allow_null=True, help_text="From what and by which rate.")


class CompiledRowSerializer(serializers.Serializer):
    key = serializers.CharField()
    concept = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    labels = serializers.ListField(child=serializers.CharField())
    level = serializers.IntegerField()
    kind = serializers.CharField()
    cells = CellSerializer(many=True)


class BridgeRowSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    kind = serializers.CharField()
    old_value = serializers.CharField(allow_null=True)
    new_value = serializers.CharField(allow_null=True)
    delta = serializers.CharField(allow_null=True)
    old_fact = serializers.IntegerField(allow_null=True)
    new_fact = serializers.IntegerField(allow_null=True)


class BridgeSerializer(serializers.Serializer):
    period_end = serializers.DateField()
    old_document = serializers.CharField()
    new_document = serializers.CharField()
    rows = BridgeRowSerializer(many=True)


class CompiledTableSerializer(serializers.Serializer):
    """A whole table. One that was compiled for the request has neither id nor version.

    Declares what `table_fields` gives, which is answered as it is: to take a thousand cells through their
    serializers takes as long as to find them.
    """

    id = serializers.IntegerField(allow_null=True)
    company = serializers.IntegerField()
    statement = serializers.CharField()
    view = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    period = serializers.CharField()
    currency = serializers.CharField()
    converted_from = serializers.CharField(allow_null=True, help_text="The currency of the reports.")
    version = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField()
    engine_version = serializers.CharField()
    compiled_at = serializers.DateTimeField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    columns = ColumnSerializer(many=True)
    rows = CompiledRowSerializer(many=True)
    checks = serializers.JSONField(help_text="Identities on the compiled figures, of kept tables.")
    bridges = BridgeSerializer(many=True, help_text="Periods restated under IFRS 18, before and after.")


def table_fields(table: Table) -> dict[str, object]:
    """A table as its serializer declares it, ready for JSON: amounts as exact texts."""
    figures = table.figures
    return {
        "id": figures.compilation.statement_id,
        "company": figures.company.pk,
        "statement": figures.statement.value,
        "view": figures.view.value,
        "as_of": figures.as_of,
        "period": figures.period.value,
        "currency": figures.currency,
        "converted_from": figures.converted_from or None,
        "version": figures.compilation.version,
        "content_hash": figures.compilation.content_hash,
        "engine_version": figures.compilation.engine_version,
        "compiled_at": figures.compilation.compiled_at,
        "warnings": figures.warnings,
        "columns": [
            {
                "heading": column.heading,
                "kind": column.period.kind.value,
                "start": column.period.start,
                "end": column.period.end,
                "is_full_year": column.period.is_full_year,
            }
            for column in figures.columns
        ],
        "rows": [_row(row, figures.columns) for row in figures.rows],
        "checks": table.stored.checks if table.stored is not None else [],
        "bridges": [
            {
                "period_end": bridge.period_end,
                "old_document": bridge.old_document,
                "new_document": bridge.new_document,
                "rows": [
                    {
                        "key": row.key,
                        "label": row.label,
                        "kind": row.kind.value,
                        "old_value": _amount(row.old_value),
                        "new_value": _amount(row.new_value),
                        "delta": _amount(row.delta),
                        "old_fact": row.old_fact,
                        "new_fact": row.new_fact,
                    }
                    for row in bridge.rows
                ],
            }
            for bridge in table.bridges
        ],
    }


def _row(row: RowFigures, columns: Sequence[ColumnView]) -> dict[str, object]:
    return {
        "key": row.key,
        "concept": row.concept or None,
        "label": row.label,
        "labels": [label for label in (row.label, *row.other_labels) if label],
        "level": row.level,
        "kind": row.kind.value,
        "cells": [
            {
                "period_end": column.period_end,
                "value": _amount(cell.value),
                "gap": cell.gap or None,
                "nil": cell.nil,
                "fact": cell.fact_id,
                "formula": cell.formula or None,
                "derived_from": list(cell.derived_from),
                "restated": cell.restated,
                "confidence": cell.confidence,
                "converted": cell.converted or None,
            }
            for cell, column in zip(row.cells, columns, strict=True)
        ],
    }


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


class ProvenanceDocumentSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="document_id")
    title = serializers.CharField(source="document.title")
    url = serializers.CharField(source="document.url")
    published_on = serializers.DateField(source="document.published_on", allow_null=True)
    sha256 = serializers.CharField()
    pages = serializers.IntegerField(source="page_count", allow_null=True)
    fetched_at = serializers.DateTimeField()


class VintageSerializer(serializers.ModelSerializer):
    """One publication of a figure."""

    title = serializers.CharField(source="document.title")
    page = serializers.IntegerField(source="observation.page")
    text = serializers.CharField(source="observation.text")

    class Meta:
        model = Fact
        fields = ["id", "document", "title", "value", "published_on", "published_on_source", "page", "text"]


class IdentitySerializer(serializers.Serializer):
    identity = serializers.CharField()
    outcome = serializers.SerializerMethodField()
    explanation = serializers.CharField()
    lines = serializers.ListField(child=serializers.CharField(), source="labels")

    @extend_schema_field(serializers.ChoiceField([outcome.value for outcome in CheckOutcome]))
    def get_outcome(self, check: CheckView) -> str:
        return (CheckOutcome.HOLDS if check.holds else CheckOutcome.FAILS).value


class MappingSerializer(serializers.Serializer):
    """How a printed line came to its concept."""

    concept = serializers.CharField()
    method = serializers.CharField(source="mapping_method")
    confidence = serializers.FloatField(source="mapping_confidence")
    reason = serializers.CharField(source="mapping_reason")
    sign = serializers.IntegerField(source="sign_factor")
    sign_rule = serializers.CharField()


class ReadingSerializer(serializers.Serializer):
    """Which reading of the file gave the figure."""

    run = serializers.IntegerField(source="run_id")
    engine_version = serializers.CharField(source="run.engine_version")
    read_at = serializers.DateTimeField(source="run.created_at")
    read_by = serializers.CharField()
    is_current = serializers.BooleanField(source="run.is_current")


class UnitSerializer(serializers.Serializer):
    """In which unit the table is printed, and the words that say so."""

    currency = serializers.CharField()
    scale = serializers.IntegerField(allow_null=True)
    evidence = serializers.JSONField(source="unit_evidence", allow_null=True)


class WitnessSerializer(serializers.Serializer):
    """Another publication of a figure. `difference` is printed less its value, `allowed` what rounding
    explains."""

    name = serializers.CharField()
    is_tagged = serializers.BooleanField()
    outcome = serializers.CharField(source="outcome.value")
    value = serializers.DecimalField(None, 6, allow_null=True, normalize_output=True)
    difference = serializers.DecimalField(None, 6, allow_null=True, normalize_output=True)
    allowed = serializers.DecimalField(None, 6, allow_null=True, normalize_output=True)
    published_on = serializers.DateField(allow_null=True)
    likeness = serializers.CharField()
    explanation = serializers.CharField()


class TriangulationSerializer(serializers.Serializer):
    """How many other publications give a number, and how many of them agree."""

    agreeing = serializers.IntegerField()
    speaking = serializers.IntegerField()
    witnesses = WitnessSerializer(many=True)


class ProvenanceSerializer(serializers.Serializer):
    """Everything that speaks for or against one figure."""

    fact = FactSerializer()
    stands = serializers.SerializerMethodField(help_text="False for a figure of an older reading.")
    document = ProvenanceDocumentSerializer(source="version")
    page = serializers.IntegerField(source="observation.page")
    box = serializers.ListField(child=serializers.FloatField(), source="observation.box")
    text = serializers.CharField(source="observation.text")
    line = serializers.CharField(source="row.label")
    heading = serializers.CharField(source="observation.column.heading")
    unit = UnitSerializer(source="table")
    mapping = MappingSerializer(source="row")
    reading = ReadingSerializer(source="table")
    vintages = VintageSerializer(many=True)
    identities = IdentitySerializer(many=True, source="checks")
    restatements = RestatementSerializer(many=True)
    triangulation = TriangulationSerializer()

    def get_stands(self, proof: Proof) -> bool:
        return proof.fact.superseded_at is None
