"""Readings into rows, and facts that stand beside each other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from engine.errors import Unreadable
from engine.kinds import CellState
from engine.reading import read
from engine.statement import Cell
from extraction.models import ExtractionRun, Fact, Observation, ReviewItem, StatementTable
from extraction.store import store_failure, store_reading
from tests.engine.makepdf import INCOME, income, report
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = pytest.mark.django_db

LINES = [
    ("Revenue", "is.revenue", 1, ["1,200.5", "1,100"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["700", "650"]),
    ("Other income", None, 1, ["–", None]),
    ("Growth", None, 1, ["n/a", "n/a"]),
]


def test_it_works() -> None:
    document = a_document(a_company(), 2024)
    run = store_reading(
        document.current_version, a_reading([2024, 2023], LINES), options_digest="d", task_run=None
    )
    assert run.status == "partial"
    assert [entry["statement"] for entry in run.abstentions] == ["balance_sheet", "cash_flow_statement"]
    facts = {(fact.label, fact.period_end.year): fact for fact in Fact.objects.all()}
    assert facts["Revenue", 2024].value == Decimal("1200500000")
    assert facts["Revenue", 2024].decimals == -5
    assert facts["Revenue", 2024].published_on == date(2024, 12, 31)
    assert facts["Revenue", 2024].published_on_source == "period_end"
    # A cost printed without a sign is an outflow.
    assert facts["Cost of sales", 2023].value == Decimal("-650000000")
    assert facts["Other income", 2024].state == "nil"
    assert facts["Other income", 2024].value == 0
    # Words are kept and are no number; a blank cell is nothing at all.
    assert (facts["Growth", 2024].state, facts["Growth", 2024].value) == ("text", None)
    assert ("Other income", 2023) not in facts
    assert Observation.objects.count() == 7


def test_of_columns_that_add_up_to_a_total_only_the_total_is_a_fact() -> None:
    document = a_document(a_company(), 2024)
    lines = [
        ("Interest income", None, 1, ["10", None, "10"]),
        ("Loss on investments", None, 1, [None, "(90)", "(90)"]),
        ("Expenses", None, -1, ["30", "5", "35"]),
        ("Loss for the year", "is.net_income", 1, ["(20)", "(95)", "(115)"]),
    ]
    store_reading(
        document.current_version, a_reading([2024, 2024, 2024], lines), options_digest="d", task_run=None
    )
    assert Observation.objects.count() == 10
    facts = {fact.label: fact.value for fact in Fact.objects.all()}
    assert facts["Loss for the year"] == Decimal("-115000000")
    assert Fact.objects.count() == 4


def test_without_a_scale_nothing_becomes_a_fact() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024], [("Revenue", "is.revenue", 1, ["1,200"])], scale=None)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    assert Observation.objects.get().number == Decimal("1200")
    assert Observation.objects.get().value is None
    assert Fact.objects.count() == 0
    question = ReviewItem.objects.get(kind="unit_missing")
    assert "the scale is not printed" in question.reason


def test_reading_again_leaves_one_current_run_and_no_second_fact() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024, 2023], LINES)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    assert ExtractionRun.objects.filter(is_current=True).count() == 1
    assert Fact.objects.filter(superseded_at__isnull=True).count() == 7
    assert StatementTable.objects.count() == 1
    # Two statements that are missing, and a line that no wording fits.
    assert ReviewItem.objects.filter(state="open").count() == 3


def test_a_reading_under_other_options_supersedes_the_facts_and_keeps_them() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024, 2023], LINES)
    store_reading(document.current_version, reading, options_digest="one", task_run=None)
    store_reading(document.current_version, reading, options_digest="two", task_run=None)
    assert Fact.objects.count() == 14
    assert Fact.objects.filter(superseded_at__isnull=True).count() == 7


def test_an_unreadable_file_is_a_verdict_with_a_question() -> None:
    document = a_document(a_company(), 2024)
    error = Unreadable("The file needs a password.", code="encrypted")
    run = store_failure(
        document.current_version, error, engine_version="test", options_digest="d", task_run=None
    )
    assert (run.status, run.error_code) == ("failed", "encrypted")
    assert ReviewItem.objects.get().reason == "The file needs a password."


def test_a_decided_question_is_not_asked_again() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024, 2023], LINES)
    store_reading(document.current_version, reading, options_digest="one", task_run=None)
    ReviewItem.objects.update(state="accepted")
    store_reading(document.current_version, reading, options_digest="two", task_run=None)
    assert set(ReviewItem.objects.values_list("state", flat=True)) == {"accepted"}


def test_recognised_figures_that_nothing_confirms_are_put_before_a_person() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024, 2023], LINES)
    statement = reading.statements[0]
    recognised = replace(
        statement, table=replace(statement.table, read_by="ocr"), confidences=(0.9, 0.9, 0.6, 0.6)
    )
    reading = replace(reading, statements=(recognised,))
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    question = ReviewItem.objects.get(kind="unproven")
    assert question.details["lines"] == ["Other income", "Growth"]
    assert "2 lines" in question.reason


def test_figures_that_are_printed_and_were_not_read_are_put_before_a_person() -> None:
    document = a_document(a_company(), 2024)
    reading = a_reading([2024, 2023], LINES)
    statement = reading.statements[0]
    revenue, *others = statement.table.rows
    unread = Cell("1,2\ufffd0.5", CellState.NOT_READ, None, 0, 7, revenue.box)
    rows = (replace(revenue, cells=(unread, revenue.cells[1])), *others)
    garbled = replace(statement, table=replace(statement.table, rows=rows))
    reading = replace(reading, statements=(garbled,))
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    question = ReviewItem.objects.get(kind="unread")
    assert question.details == {"statement": "income_statement", "pages": [7], "lines": ["Revenue"]}
    assert question.reason == (
        "Income statement: figures of 1 of 4 lines are printed and were not read. Look them up on their page."
    )
    # It is kept as what it is: printed, of this year, and without a value.
    fact = Fact.objects.get(label="Revenue", period_end__year=2024)
    assert (fact.state, fact.value) == ("not_read", None)
    # A later reading that reads them takes the question back.
    store_reading(document.current_version, a_reading([2024, 2023], LINES), options_digest="e", task_run=None)
    question.refresh_from_db()
    assert question.state == "obsolete"


def test_figures_that_do_not_add_up_are_asked_about_with_the_smallest_repair() -> None:
    rows = [
        (label, note, "634.5", text) if label == "Gross profit" else (label, note, first, text)
        for label, note, first, text in (row for row in INCOME if len(row) > 1)
    ]
    document = a_document(a_company(), 2023)
    store_reading(
        document.current_version, read(report([income(rows=rows)])), options_digest="d", task_run=None
    )
    question = ReviewItem.objects.get(kind="identity_fails")
    assert question.details["statement"] == "income_statement"
    assert question.details["identities"] == ["I1", "I2"]
    assert question.details["repairs"][0] == (
        "Gross profit reads 634.5; with 534.5 the identities I1, I2 would hold. Look at the page: one digit "
        "may have been misread."
    )
    # Offered, not applied.
    assert Fact.objects.get(label="Gross profit", period_end__year=2023).value == Decimal("634500000")
