"""Readings and surveys as JSON and back, without loss: decimals and dates as strings."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from engine.kinds import (
    CellState,
    CheckOutcome,
    Framework,
    MappingMethod,
    PeriodKind,
    RowKind,
    Scope,
    StatementKind,
)
from engine.statement import (
    Abstention,
    Cell,
    Check,
    Column,
    Reading,
    Row,
    RowMapping,
    RowSign,
    RunnerUp,
    StatementReading,
    StatementTable,
    Survey,
)
from engine.values import Box, Evidence, Period, Unit

FORMAT = 1
Json = dict[str, Any]


def reading_to_json(reading: Reading) -> str:
    """One JSON object; `reading_from_json` gives the same value back."""
    return json.dumps(_reading(reading), ensure_ascii=False)


def reading_from_json(text: str) -> Reading:
    """The reading a JSON text holds. Raises ValueError where it is of another format."""
    raw = json.loads(text)
    if raw.get("format") != FORMAT:
        raise ValueError(f"format {raw.get('format')!r} is not {FORMAT}")
    return Reading(
        _survey_from(raw["document"]),
        tuple(_statement_from(entry) for entry in raw["statements"]),
        tuple(_abstention_from(entry) for entry in raw["abstentions"]),
        tuple(raw["warnings"]),
        raw["engine_version"],
    )


def survey_to_json(survey: Survey) -> str:
    """One JSON object."""
    return json.dumps({"format": FORMAT, "document": _survey(survey)}, ensure_ascii=False)


def survey_from_json(text: str) -> Survey:
    """The survey a JSON text holds."""
    return _survey_from(json.loads(text)["document"])


def _reading(reading: Reading) -> Json:
    return {
        "format": FORMAT,
        "engine_version": reading.engine_version,
        "document": _survey(reading.survey),
        "statements": [_statement(entry) for entry in reading.statements],
        "abstentions": [_abstention(entry) for entry in reading.abstentions],
        "warnings": list(reading.warnings),
    }


def _survey(survey: Survey) -> Json:
    return {
        "sha256": survey.sha256,
        "size": survey.size,
        "pages": survey.pages,
        "encrypted": survey.encrypted,
        "copying_forbidden": survey.copying_forbidden,
        "text_share": survey.text_share,
        "producer": survey.producer,
        "title": survey.title,
        "first_pages": list(survey.first_pages),
        "outline": list(survey.outline),
        "statements": None if survey.statements is None else sorted(survey.statements),
        "statement_pages": list(survey.statement_pages),
        "currency": survey.currency,
        "framework": survey.framework,
    }


def _survey_from(raw: Json) -> Survey:
    found = raw["statements"]
    return Survey(
        **{
            **raw,
            "first_pages": tuple(raw["first_pages"]),
            "outline": tuple(raw["outline"]),
            "statements": None if found is None else frozenset(StatementKind(kind) for kind in found),
            "statement_pages": tuple(raw["statement_pages"]),
            "framework": None if raw["framework"] is None else Framework(raw["framework"]),
        }
    )


def _statement(entry: StatementReading) -> Json:
    table = entry.table
    rows = [
        _row(row, mapping, sign, confidence)
        for row, mapping, sign, confidence in zip(
            table.rows, entry.mappings, entry.signs, entry.confidences, strict=True
        )
    ]
    return {
        "kind": table.kind.value,
        "scope": table.scope.value,
        "title": table.title,
        "pages": list(table.pages),
        "currency": table.unit.currency,
        "scale": table.unit.scale,
        "unit_evidence": _evidence(table.unit_evidence),
        "score": table.score,
        "read_by": table.read_by,
        "columns": [_column(column) for column in table.columns],
        "rows": rows,
        "checks": [_check(check) for check in entry.checks],
    }


def _statement_from(raw: Json) -> StatementReading:
    table = StatementTable(
        kind=StatementKind(raw["kind"]),
        scope=Scope(raw["scope"]),
        title=raw["title"],
        pages=tuple(raw["pages"]),
        unit=Unit(raw["currency"], raw["scale"]),
        unit_evidence=_evidence_from(raw["unit_evidence"]),
        columns=tuple(_column_from(column) for column in raw["columns"]),
        rows=tuple(_row_from(row) for row in raw["rows"]),
        score=raw["score"],
        read_by=raw["read_by"],
    )
    return StatementReading(
        table,
        tuple(
            RowMapping(r["concept"], MappingMethod(r["method"]), r["mapping_confidence"], r["mapping_reason"])
            for r in raw["rows"]
        ),
        tuple(RowSign(r["factor"], r["sign_rule"]) for r in raw["rows"]),
        tuple(_check_from(check) for check in raw["checks"]),
        tuple(r["confidence"] for r in raw["rows"]),
    )


def _column(column: Column) -> Json:
    period = column.period
    return {
        "heading": column.heading,
        "period_kind": period.kind.value if period else None,
        "period_start": period.start.isoformat() if period and period.start else None,
        "period_end": period.end.isoformat() if period else None,
        "unit": _unit(column.unit),
        "scope": column.scope.value,
        "restated": column.restated,
        "bbox": _box(column.box),
    }


def _column_from(raw: Json) -> Column:
    period = None
    if raw["period_kind"] is not None:
        start = date.fromisoformat(raw["period_start"]) if raw["period_start"] else None
        period = Period(PeriodKind(raw["period_kind"]), start, date.fromisoformat(raw["period_end"]))
    return Column(
        raw["heading"],
        period,
        _unit_from(raw["unit"]),
        Scope(raw["scope"]),
        raw["restated"],
        Box(*raw["bbox"]),
    )


def _row(row: Row, mapping: RowMapping, sign: RowSign, confidence: float) -> Json:
    return {
        "label": row.label,
        "section": row.section,
        "level": row.level,
        "kind": row.kind.value,
        "concept": mapping.concept,
        "method": mapping.method.value,
        "mapping_confidence": mapping.confidence,
        "mapping_reason": mapping.reason,
        "factor": sign.factor,
        "sign_rule": sign.rule,
        "confidence": confidence,
        "note": row.note,
        "page": row.page,
        "bbox": _box(row.box),
        "unit": _unit(row.unit) if row.unit else None,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _row_from(raw: Json) -> Row:
    return Row(
        label=raw["label"],
        section=raw["section"],
        level=raw["level"],
        kind=RowKind(raw["kind"]),
        cells=tuple(_cell_from(cell) for cell in raw["cells"]),
        note=raw["note"],
        page=raw["page"],
        box=Box(*raw["bbox"]),
        unit=_unit_from(raw["unit"]) if raw["unit"] else None,
    )


def _cell(cell: Cell | None) -> Json | None:
    if cell is None:
        return None
    return {
        "text": cell.text,
        "value": None if cell.number is None else str(cell.number),
        "nil": cell.state is CellState.NIL,
        "state": cell.state.value,
        "decimals": cell.decimals,
        "page": cell.page,
        "bbox": _box(cell.box),
    }


def _cell_from(raw: Json | None) -> Cell | None:
    if raw is None:
        return None
    number = None if raw["value"] is None else Decimal(raw["value"])
    return Cell(raw["text"], CellState(raw["state"]), number, raw["decimals"], raw["page"], Box(*raw["bbox"]))


def _check(check: Check) -> Json:
    return {
        "identity": check.identity,
        "outcome": check.outcome.value,
        "column": check.column,
        "left": _text(check.left),
        "right": _text(check.right),
        "tolerance": _text(check.tolerance),
        "rows": list(check.rows),
        "explanation": check.explanation,
    }


def _check_from(raw: Json) -> Check:
    return Check(
        raw["identity"],
        CheckOutcome(raw["outcome"]),
        raw["column"],
        _decimal(raw["left"]),
        _decimal(raw["right"]),
        _decimal(raw["tolerance"]),
        tuple(raw["rows"]),
        raw["explanation"],
    )


def _abstention(entry: Abstention) -> Json:
    return {
        "kind": entry.kind.value,
        "code": entry.code,
        "reason": entry.reason,
        "runners_up": [
            {"kind": r.kind.value, "pages": list(r.pages), "score": r.score, "reason": r.reason}
            for r in entry.runners_up
        ],
    }


def _abstention_from(raw: Json) -> Abstention:
    runners = tuple(
        RunnerUp(StatementKind(r["kind"]), tuple(r["pages"]), r["score"], r["reason"])
        for r in raw["runners_up"]
    )
    return Abstention(StatementKind(raw["kind"]), raw["code"], raw["reason"], runners)


def _box(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]


def _unit(unit: Unit) -> Json:
    return {"currency": unit.currency, "scale": unit.scale, "minor_units": unit.minor_units}


def _unit_from(raw: Json) -> Unit:
    return Unit(raw["currency"], raw["scale"], raw["minor_units"])


def _evidence(evidence: Evidence | None) -> Json | None:
    if evidence is None:
        return None
    return {"page": evidence.page, "bbox": _box(evidence.box), "text": evidence.text}


def _evidence_from(raw: Json | None) -> Evidence | None:
    return None if raw is None else Evidence(raw["page"], Box(*raw["bbox"]), raw["text"])


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
