"""Extractions, facts and restatements as JSON. Amounts are strings, so that none loses a digit."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from extraction.models import CompiledStatement, ExtractionRun, Fact, Restatement, StatementTable


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

    class Meta:
        model = Fact
        fields = [
            "id", "company", "document", "statement", "concept", "label", "section", "period_kind",
            "period_start", "period_end", "scope", "currency", "state", "value", "decimals", "published_on",
            "published_on_source", "restated_marker", "confidence", "page", "box", "text",
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
            "id", "company", "statement", "view", "scope", "currency", "version", "content_hash", "periods",
            "warnings", "checks", "compiled_at",
        ]  # fmt: skip


class CompiledDetailSerializer(CompiledStatementSerializer):
    rows = serializers.SerializerMethodField()

    class Meta(CompiledStatementSerializer.Meta):
        fields = [*CompiledStatementSerializer.Meta.fields, "rows"]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_rows(self, compiled: CompiledStatement) -> list[dict[str, object]]:
        return [
            {
                "key": row.key,
                "concept": row.concept or None,
                "label": row.label,
                "labels": row.labels,
                "level": row.level,
                "kind": row.kind,
                "cells": [
                    {
                        "period_end": cell.period_end.isoformat(),
                        "value": None if cell.value is None else str(cell.value),
                        "gap": cell.gap_reason or None,
                        "nil": cell.nil,
                        "fact": cell.fact_id,
                        "formula": cell.formula or None,
                        "restated": cell.restated,
                    }
                    for cell in row.cells.all()
                ],
            }
            for row in compiled.rows.prefetch_related("cells")
        ]
