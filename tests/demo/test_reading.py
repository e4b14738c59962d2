"""The reader reads every figure of the demo's reports, and none from what is no report."""

import json
from decimal import Decimal

import pytest

from demo import build
from engine.kinds import CellState, Scope
from engine.reading import read

PUBLICATIONS = json.loads(build.TRUTH.read_text(encoding="utf-8"))["publications"]
WITH_STATEMENTS = [publication for publication in PUBLICATIONS if publication["statements"]]
WITHOUT_STATEMENTS = [publication for publication in PUBLICATIONS if not publication["statements"]]


def pdf_of(publication):
    return (build.REPORTS / publication["file"]).read_bytes()


def figures_of(table):
    """Every figure as (label, end, restated, page, value in base units), in printed order."""
    found = []
    for row in table.rows:
        scale = 1 if row.label.endswith("(€)") else table.unit.scale
        for column, cell in zip(table.columns, row.cells, strict=True):
            if cell is not None:
                number = Decimal(0) if cell.state is CellState.NIL else cell.number
                value = (number * scale).normalize()
                found.append((row.label, str(column.period.end), column.restated, cell.page, value))
    return found


@pytest.mark.parametrize("publication", WITH_STATEMENTS, ids=lambda publication: publication["file"])
def test_every_printed_figure_is_read(publication):
    tables = {
        statement.table.kind.value: statement.table for statement in read(pdf_of(publication)).statements
    }
    for truth in publication["statements"]:
        table = tables[truth["kind"]]
        assert (table.unit.currency, table.unit.scale) == ("EUR", truth["scale"])
        assert table.scope is Scope.CONSOLIDATED
        assert list(table.pages) == truth["pages"]
        assert figures_of(table) == [
            (
                cell["label"],
                cell["period_end"],
                cell["restated"],
                cell["page"],
                Decimal(cell["value"]).normalize(),
            )
            for cell in truth["cells"]
        ]


@pytest.mark.parametrize(
    "publication",
    [p for p in PUBLICATIONS if not p["statements"]],
    ids=lambda publication: publication["file"],
)
def test_slides_and_emissions_are_no_statements(publication):
    reading = read(pdf_of(publication))
    assert reading.statements == ()
    assert {abstention.code for abstention in reading.abstentions} == {"statement_not_found"}
    assert len(reading.abstentions) == 3
