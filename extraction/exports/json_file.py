"""A compiled statement as JSON: typed, each figure with its place on its page."""

import json
from typing import Any

from engine.compiling.crossings import CrossRow, Place
from engine.compiling.formulas import CheckRow, Formula, SumCheck
from extraction.exports.content import Export, Source, exact, proof_link
from extraction.exports.csv_file import unit_of
from extraction.models import Restatement
from extraction.table.cell_facts import CellFact
from extraction.table.figures import ColumnView
from extraction.table.presentation import CellView, RowView, TableView

FORMAT = "tenfold.compiled-statements"
FORMAT_VERSION = 1


def to_json(export: Export) -> str:
    """All statements of an export with their provenance.

    Amounts are strings in base units with contribution sign, so that none loses a digit; days are
    ISO 8601; pages count from 1; boxes are left, top, right, bottom in points from the page's top
    left corner. The same compiled versions give the same bytes.
    """
    company = export.company
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "company": {
            "slug": company.slug,
            "name": company.name,
            "lei": company.lei,
            "listings": company.listings_text or None,
        },
        "statements": [_statement(table, export) for table in export.tables],
        "checks_across": [_cross_row(row, export) for row in export.crossings],
        "restatements": [_restatement(restatement) for restatement in export.restatements],
        "documents": [_document(source) for source in export.sources],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _statement(table: TableView, export: Export) -> dict[str, Any]:
    compilation = table.compilation
    formulas = export.formulas[table.statement]
    return {
        "statement": table.statement.value,
        "view": table.view.value,
        "as_of": table.as_of.isoformat() if table.as_of else None,
        "period": table.period.value,
        "currency": table.currency or None,
        "converted_from": table.converted_from or None,
        "version": compilation.version,
        "content_hash": compilation.content_hash,
        "engine_version": compilation.engine_version,
        "compiled_at": compilation.compiled_at.isoformat() if compilation.compiled_at else None,
        "periods": [_period(column) for column in table.columns],
        "rows": [
            _row(row, table, [formulas.cells.get((row.key, n)) for n in range(len(row.cells))])
            for row in table.rows
        ],
        "checks": [_check_row(row, table) for row in formulas.checks],
        "warnings": list(table.warnings),
    }


def _period(column: ColumnView) -> dict[str, Any]:
    period = column.period
    return {
        "label": column.heading,
        "kind": period.kind.value,
        "start": period.start.isoformat() if period.start else None,
        "end": period.end.isoformat(),
        "is_full_year": column.is_full_year,
    }


def _row(row: RowView, table: TableView, formulas: list[Formula | None]) -> dict[str, Any]:
    return {
        "key": row.key,
        "concept": row.concept or None,
        "label": row.label,
        "other_labels": list(row.other_labels),
        "level": row.level,
        "kind": row.kind.value,
        "unit": unit_of(row, table) or None,
        "cells": [
            _cell(cell, column, formula)
            for cell, column, formula in zip(row.cells, table.columns, formulas, strict=True)
        ],
    }


def _cell(cell: CellView, column: ColumnView, formula: Formula | None) -> dict[str, Any]:
    """`state` is value, nil (a printed dash), derived (by `formula`) or gap (with `gap`). `converted` says
    from what and by which rate a figure in another currency than the report's was formed."""
    derived = cell.value is not None and bool(cell.formula)
    return {
        "period_end": column.period_end.isoformat(),
        "state": "gap" if cell.value is None else "derived" if derived else "nil" if cell.nil else "value",
        "value": None if cell.value is None else exact(cell.value),
        "gap": cell.gap or None,
        "restated": cell.restated,
        "confidence": cell.confidence,
        "formula": cell.formula or None,
        "derived_from": list(cell.derived_from),
        "sum_of": [{"key": key, "weight": weight} for key, weight in formula.terms] if formula else None,
        "converted": cell.converted or None,
        "source": _provenance(cell.fact) if cell.fact else None,
    }


def _provenance(fact: CellFact) -> dict[str, Any]:
    return {
        "fact": fact.pk,
        "document": fact.document_id,
        "page": fact.page,
        "box": fact.box,
        "printed": fact.text,
        "label": fact.label,
        "method": fact.method,
        "entered_by_a_person": fact.entered,
        "decimals": fact.decimals,
        "published_on": fact.published_on.isoformat(),
        "published_on_source": fact.published_on_source,
        "proof": proof_link(fact.pk),
    }


def _check_row(row: CheckRow, table: TableView) -> dict[str, Any]:
    return {
        "code": row.code,
        "says": row.says,
        "periods": [
            {"period_end": column.period_end.isoformat(), **_check(check)}
            for column, check in zip(table.columns, row.checks, strict=True)
            if check is not None
        ],
    }


def _check(check: SumCheck) -> dict[str, Any]:
    return {
        "holds": check.holds,
        "difference": exact(check.difference),
        "allowed_by_rounding": exact(check.allowed),
        "sum_of": [{"key": key, "weight": weight} for key, weight in check.terms],
        "total": check.total,
    }


def _cross_row(row: CrossRow, export: Export) -> dict[str, Any]:
    return {
        "code": row.code,
        "says": row.says,
        "checks": [
            {
                "left": _place(check.left, export),
                "right": _place(check.right, export),
                "holds": check.holds,
                "difference": exact(check.difference),
                "allowed_by_rounding": exact(check.allowed),
            }
            for check in row.checks
            if check is not None
        ],
    }


def _place(place: Place, export: Export) -> dict[str, str]:
    [table] = [table for table in export.tables if table.statement is place.statement]
    column = table.columns[place.period]
    return {
        "statement": place.statement.value,
        "key": place.key,
        "period_end": column.period_end.isoformat(),
    }


def _restatement(restatement: Restatement) -> dict[str, Any]:
    return {
        "statement": restatement.statement,
        "row": restatement.row_key,
        "label": restatement.label,
        "period_end": restatement.period_end.isoformat(),
        "kind": restatement.kind,
        "old_value": exact(restatement.old_value),
        "new_value": exact(restatement.new_value),
        "old_source": _provenance(CellFact.of(restatement.old_fact)),
        "new_source": _provenance(CellFact.of(restatement.new_fact)),
        "explanation": restatement.explanation,
    }


def _document(source: Source) -> dict[str, Any]:
    document = source.document
    return {
        "id": document.pk,
        "title": str(document),
        "type": document.document_type,
        "fiscal_year": document.fiscal_year,
        "period_end": document.period_end.isoformat() if document.period_end else None,
        "published_on": document.published_on.isoformat() if document.published_on else None,
        "published_on_source": document.published_on_source,
        "url": document.url or None,
        "sha256": source.sha256 or None,
        "pages": source.page_count,
        "engine_version": source.engine_version or None,
        "figures": source.figures,
    }
