"""Years of real companies compiled from the hand-checked figures of their reports.

The reports' own text is not read here: rows come from the truth files, so that a fault is one of
concepts, signs or compiling.
"""

import json
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest

from engine.check.identities import check_statement
from engine.compiling.compile import compile_statement
from engine.compiling.values import CompileRequest, KnownReport, Vintage
from engine.concepts.mapping import map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CellState, CheckOutcome, CompiledView, PeriodKind, RowKind, Scope, StatementKind
from engine.statement import Cell, Column, Row, StatementTable
from engine.values import Box, Period, Unit

TRUTH = Path(__file__).parents[4] / "shared" / "samples" / "truth"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not TRUTH.is_dir(), reason="the sample reports are not beside the repository"),
]

BOX = Box(0, 0, 1, 1)
SCALES = {"units": 1, "thousands": 1_000, "millions": 1_000_000}
COMPANIES = ("COSTCO", "NETFLIX", "MICROSOFT", "GENERALMILLS", "AMERICANWATERWORKS")
TOTALS = {
    "total_assets": "bs.total_assets",
    "cash": "bs.cash",
    "total_current_assets": "bs.total_ca",
    "revenue": "is.revenue",
    "operating_income": "is.operating_profit",
    "pretax_income": "is.pbt",
    "cfo": "cf.cfo",
    "cfi": "cf.cfi",
    "cff": "cf.cff",
    "net_change_in_cash": "cf.net_change",
    "cash_end": "cf.cash_close",
}


def table_of(kind, truth):
    """A statement as printed, from its truth."""
    unit = Unit("USD", SCALES[truth["unit"]])
    columns = tuple(
        Column(
            "", _period(kind, date.fromisoformat(end)) if end else None, unit, Scope.CONSOLIDATED, False, BOX
        )
        for end in truth["periods"]
    )
    rows, section = [], ""
    for item in truth["items"]:
        if item["section"] and item["section"] != section:
            section = item["section"]
            rows.append(Row(section, "", 0, RowKind.HEADING, (None,) * len(columns), "", 1, BOX))
        rows.append(_row(kind, item, unit))
    return StatementTable(kind, Scope.CONSOLIDATED, "", (1,), unit, None, columns, tuple(rows), 1.0)


def _period(kind, end):
    if kind is StatementKind.BALANCE_SHEET:
        return Period(PeriodKind.INSTANT, None, end)
    return Period(PeriodKind.DURATION, end - timedelta(days=364), end)


def _row(kind, item, unit):
    cells = tuple(
        None
        if value is None
        else Cell(text, CellState.VALUE, number := Decimal(str(value)), _decimals(number), 1, BOX)
        for text, value in zip(item["printed"], item["values"], strict=True)
    )
    words = f"{item['label']} {item['section']}".lower()
    is_income = kind is StatementKind.INCOME_STATEMENT
    to_the_cent = all(c is None or abs(c.number) < 100 for c in cells)
    per_share = is_income and ("per share" in words or "per common share" in words) and to_the_cent
    usual = RowKind.TOTAL if item["label"].lower().startswith("total") else RowKind.LINE  # as it is read
    row_kind = RowKind.PER_SHARE if per_share else usual
    own = Unit("USD", 1) if per_share else unit
    return Row(item["label"], item["section"], 0, row_kind, cells, "", 1, BOX, own)


def _decimals(number):
    return max(0, -number.normalize().as_tuple().exponent)


def reports_of(company):
    """All reports of a company: name, truth and day of publication, oldest first."""
    paths = sorted(TRUTH.glob(f"{company}_*_10K.json"))
    truths = [(path.stem, json.loads(path.read_text())) for path in paths]
    for name, truth in truths:
        ends = [end for statement in truth["statements"].values() for end in statement["periods"] if end]
        yield name, truth, date.fromisoformat(max(ends)) + timedelta(days=60)


@lru_cache
def vintages_of(company, kind):
    taxonomy = load_taxonomy()
    vintages, reports = [], []
    for name, truth, published in reports_of(company):
        table = table_of(kind, truth["statements"][kind.value])
        mappings = map_rows(table, taxonomy)
        signs = resolve_signs(table, mappings, taxonomy)
        reports.append(KnownReport(name, published - timedelta(days=60), published, True))
        for n, row in enumerate(table.rows):
            for column, cell in zip(table.columns, row.cells, strict=True):
                if cell is None or column.period is None:
                    continue
                scale = row.unit.scale
                vintages.append(
                    Vintage(
                        f"{name}/{n}/{column.period.end}", name, kind, mappings[n].concept, row.label,
                        row.section, n, 0, row.kind, column.period, cell.state,
                        cell.number * scale * signs[n].factor, cell.decimals - len(str(scale)) + 1, "USD",
                        published, False, 0.9,
                    )
                )  # fmt: skip
    return vintages, reports


def compiled(company, kind, view=CompiledView.LATEST):
    vintages, reports = vintages_of(company, kind)
    return compile_statement(vintages, reports, CompileRequest(kind, view, years=12), load_taxonomy())


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("kind", StatementKind)
def test_key_figures_of_every_year_are_those_of_the_latest_and_the_first_report(company, kind):
    latest, first = {}, {}
    for _, truth, _ in reports_of(company):
        statement = truth["statements"][kind.value]
        for key, concept in TOTALS.items():
            if key not in statement["key_items"]:
                continue
            values = statement["items"][statement["key_items"][key]["item"]]["values"]
            for end, value in zip(statement["periods"], values, strict=True):
                if end and value is not None:
                    full = Decimal(str(value)) * SCALES[statement["unit"]]
                    latest[concept, end] = full
                    first.setdefault((concept, end), full)
    assert len(latest) >= 24
    for view, expected in ((CompiledView.LATEST, latest), (CompiledView.ORIGINAL, first)):
        statement = compiled(company, kind, view)
        places = {period.end.isoformat(): n for n, period in enumerate(statement.periods)}
        rows = {row.key: row for row in statement.rows}
        found = {(c, end): rows[c].cells[places[end]].value for c, end in expected}
        assert found == expected
        assert statement.warnings == ()
        assert [c for c in statement.checks if c.outcome is CheckOutcome.FAILS] == []


def test_no_hand_checked_statement_fails_an_identity():
    taxonomy = load_taxonomy()
    failing = []
    for company in COMPANIES:
        for name, truth, _ in reports_of(company):
            for kind in StatementKind:
                table = table_of(kind, truth["statements"][kind.value])
                mappings = map_rows(table, taxonomy)
                signs = resolve_signs(table, mappings, taxonomy)
                checks = check_statement(table, mappings, signs, taxonomy)
                failing += [(name, c.identity, c.column) for c in checks if c.outcome is CheckOutcome.FAILS]
    assert failing == []
