"""What a version of a compile changed against the one before, and why."""

from datetime import date
from decimal import Decimal

import pytest

from engine.compiling.changes import Given, GivenRow, Reading, Version, changes_between
from engine.kinds import ChangeCause, ChangeKind
from tests.engine.compiling.made_reports import year

Y23, Y24, Y25 = (year(date(n, 12, 31)) for n in (2023, 2024, 2025))
ONE = {"a": Reading("1", "v1")}


def version(rows, readings=None, engine="v1") -> Version:
    made = tuple(
        GivenRow(key, key.capitalize(), frozenset(labels), cells) for key, (labels, cells) in rows.items()
    )
    return Version(made, readings or ONE, engine)


def given(value, *documents, overridden=False) -> Given:
    return Given(Decimal(value), documents or ("a",), overridden)


def row(**cells):
    return (("Revenue",), {{"y23": Y23, "y24": Y24, "y25": Y25}[name]: cell for name, cell in cells.items()})


def told(before, after):
    return [
        (
            c.kind,
            c.cause,
            c.row_key,
            c.period.end.year if c.period else None,
            c.old_value,
            c.new_value,
            c.document,
        )
        for c in changes_between(before, after)
    ]


def test_the_same_figures_are_no_change():
    one = version({"revenue": row(y24=given(10))})
    again = version({"revenue": row(y24=given(10))}, {"a": Reading("2", "v2")}, "v2")
    assert changes_between(one, again) == ()


def test_a_new_report_adds_its_year_and_changes_what_it_restates():
    before = version({"revenue": row(y23=given(9), y24=given(10))})
    readings = {**ONE, "b": Reading("2", "v1")}
    after = version({"revenue": row(y23=given(9), y24=given(11, "b"), y25=given(12, "b"))}, readings)
    new = ChangeCause.NEW_DOCUMENT
    assert told(before, after) == [
        (ChangeKind.ADDED, new, "revenue", 2025, None, Decimal(12), "b"),
        (ChangeKind.CHANGED, new, "revenue", 2024, Decimal(10), Decimal(11), "b"),
    ]


def test_the_oldest_year_that_a_new_report_pushes_out_says_so():
    before = version({"revenue": row(y23=given(9))})
    after = version({"revenue": row(y25=given(12, "b"))}, {**ONE, "b": Reading("2", "v1")})
    assert told(before, after)[1] == (
        ChangeKind.REMOVED, ChangeCause.NEW_DOCUMENT, "revenue", 2023, Decimal(9), None, "b",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reading", "engine", "cause"),
    [
        (Reading("2", "v1"), "v1", ChangeCause.RE_READING),
        (Reading("2", "v2"), "v2", ChangeCause.ENGINE_VERSION),
    ],
)
def test_the_same_file_read_again(reading, engine, cause):
    before = version({"revenue": row(y24=given(10))})
    after = version({"revenue": row(y24=given(11))}, {"a": reading}, engine)
    assert told(before, after) == [
        (ChangeKind.CHANGED, cause, "revenue", 2024, Decimal(10), Decimal(11), "a")
    ]


def test_facts_that_a_new_reading_replaced_were_read_again_though_a_report_is_new_too():
    before = version({"tax": row(y24=Given(Decimal(3), ()))})
    after = version({"tax": row()}, {"a": Reading("2", "v1"), "b": Reading("3", "v1")})
    assert [(c.kind, c.cause, c.period) for c in changes_between(before, after)] == [
        (ChangeKind.REMOVED, ChangeCause.RE_READING, None),
        (ChangeKind.REMOVED, ChangeCause.RE_READING, Y24),
    ]


def test_a_persons_rule_comes_before_the_reading_that_carries_it_out():
    before = version({"revenue": row()})
    after = version({"revenue": row(y24=given(10, overridden=True))}, {"a": Reading("2", "v1")})
    assert [c.cause for c in changes_between(before, after)] == [ChangeCause.OVERRIDE] * 2


def test_a_report_that_is_taken_out():
    before = version({"revenue": row(y24=given(10, "b"))}, {**ONE, "b": Reading("2", "v1")})
    after = version({"revenue": row(y24=given(9))})
    assert told(before, after) == [
        (ChangeKind.CHANGED, ChangeCause.DOCUMENT_GONE, "revenue", 2024, Decimal(10), Decimal(9), "b")
    ]


def test_another_engine_compiles_the_same_readings_otherwise():
    before = version({"revenue": row(y24=given(10))})
    after = version({"revenue": row(y24=given(11))}, engine="v2")
    assert [c.cause for c in changes_between(before, after)] == [ChangeCause.ENGINE_VERSION]


def test_another_publication_of_the_same_ones_wins():
    readings = {**ONE, "b": Reading("2", "v1")}
    before = version({"revenue": row(y24=given(10))}, readings)
    after = version({"revenue": row(y24=given(11, "b"))}, readings)
    assert [(c.cause, c.document) for c in changes_between(before, after)] == [(ChangeCause.CHOICE, None)]


def test_a_renamed_row_is_the_same_row():
    before = version({"company:gain": (("Gain",), {Y24: given(5)})})
    after = version({"company:profit": (("Profit", "Gain"), {Y24: given(5)})})
    assert changes_between(before, after) == ()


def test_a_new_row_and_its_figures_are_added():
    before = version({"revenue": row(y24=given(10))})
    after = version(
        {"revenue": row(y24=given(10)), "grant": (("Grant",), {Y24: given(1, "b")})},
        {**ONE, "b": Reading("2", "v1")},
    )
    assert [(c.kind, c.row_key, c.period) for c in changes_between(before, after)] == [
        (ChangeKind.ADDED, "grant", None),
        (ChangeKind.ADDED, "grant", Y24),
    ]
