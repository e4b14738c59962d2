"""Repairs are offered for the common faults of reading, and only where they reconcile."""

from decimal import Decimal

import pytest

from engine.check.repair import propose_repairs
from engine.concepts.taxonomy import load_taxonomy
from tests.engine.check.test_identities import BS, SHEET, changed, read


def repairs(rows):
    reading = read(BS, rows)
    found = propose_repairs(reading.table, reading.mappings, reading.signs, reading.checks, load_taxonomy())
    return [(repair.kind, reading.table.rows[repair.row].label, repair.after) for repair in found]


def test_a_statement_that_holds_needs_no_repair():
    assert repairs(SHEET) == []


@pytest.mark.parametrize(
    ("figure", "kind"),
    [
        ("(500)", "sign"),
        ("490", "neighbour_column"),
        ("50", "lost_digits"),
        ("12500", "note_number"),
        ("560", "misread_digit"),
    ],
)
def test_a_misread_total_is_mended(figure, kind):
    assert repairs(changed(SHEET, "=Total assets", figure, "490"))[0] == (kind, "Total assets", Decimal(500))


def test_a_proposal_says_what_it_mends_and_changes_nothing():
    reading = read(BS, changed(SHEET, "=Total assets", "560", "490"))
    taxonomy = load_taxonomy()
    first = propose_repairs(reading.table, reading.mappings, reading.signs, reading.checks, taxonomy)[0]
    assert first.before == Decimal(560)
    assert "B4" in first.mends
    assert first.explanation == (
        f"Total assets reads 560; with 500 the identities {', '.join(first.mends)} would hold. "
        "Look at the page: one digit may have been misread."
    )
    assert reading.table.rows[first.row].cells[first.column].number == Decimal(560)


def test_a_difference_that_no_fault_explains_gets_no_proposal():
    assert repairs(changed(SHEET, "=Total assets", "777", "490")) == []
