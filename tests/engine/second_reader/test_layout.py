"""Figures that a model points at: only what is printed, in its place, and confirmed by sums."""

import json
import random
from dataclasses import replace

import pytest

from benchmarks.simulated_readers import PerfectReader, RandomReader, SwappingReader
from engine.concepts.taxonomy import load_taxonomy
from engine.concluding import concluded
from engine.kinds import RowKind, StatementKind
from engine.reading import read
from engine.sandbox import lines_safely
from engine.second_reader.arbitrate import arbitrated, compared
from engine.second_reader.layout import layout_of, layout_question
from engine.second_reader.lines import PrintedLine, printed_lines
from engine.second_reader.question import Completion
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report

BS = StatementKind.BALANCE_SHEET
PDF = report([PROSE, income(), balance(), cash_flow()])


def conclude(table):
    return concluded(table, load_taxonomy(), ())


@pytest.fixture(scope="module")
def sheet():
    """The balance sheet as it is printed, and the lines of its page."""
    table = next(one.table for one in read(PDF).statements if one.table.kind is BS)
    return table, printed_lines(PDF, table.pages, "geometry")


def spoiled(table, changes):
    """The table with other cells in some rows, named by their labels; None takes a row out."""
    rows = []
    for row in table.rows:
        change = changes.get(row.label, "")
        if change is not None:
            rows.append(row if change == "" else replace(row, **change))
    return replace(table, rows=tuple(rows))


def cells_of(table, label):
    return next(row.cells for row in table.rows if row.label == label)


def figures(table):
    return [(row.label, [None if c is None else str(c.number) for c in row.cells]) for row in table.rows]


def answered(table, lines, complete):
    return arbitrated(conclude(table), lines, layout_of(table, lines, complete), conclude)


def perfect(sheet):
    return PerfectReader({}, {BS: sheet})


def answering(*items):
    return lambda question: Completion(json.dumps({"lines": list(items)}))


def place(lines, label):
    return next(n for n, line in enumerate(lines, start=1) if line.label == label)


def test_lines_have_indentation_and_tokens_with_boxes(sheet):
    table, lines = sheet
    goodwill = lines[place(lines, "Goodwill") - 1]
    assert (goodwill.page, [token.text for token in goodwill.tokens]) == (3, ["10", "100.0", "100.0"])
    assert goodwill.indent == 1
    assert goodwill.tokens[1].box == cells_of(table, "Goodwill")[0].box
    assert PrintedLine.from_json(json.loads(json.dumps(goodwill.to_json()))) == goodwill


def test_the_child_process_gives_the_same_lines(sheet):
    assert lines_safely(PDF, (3,), "geometry") == sheet[1]


def test_a_row_with_a_wrong_figure_is_put_right_where_its_sum_closes(sheet):
    table, lines = sheet
    wrong = spoiled(table, {"Inventories": {"cells": cells_of(table, "Goodwill")}})
    better, opinion = answered(wrong, lines, perfect(sheet))
    assert figures(better.table) == figures(table)
    assert better.table.rows == table.rows
    assert (opinion.entered, opinion.disputed, opinion.refused) == (("Inventories",), (), "")


def test_a_lost_row_and_a_heading_without_its_figures_come_back(sheet):
    table, lines = sheet
    blank = {"cells": (None, None), "kind": RowKind.HEADING}
    wrong = spoiled(table, {"Goodwill": None, "Trade payables": blank})
    better, opinion = answered(wrong, lines, perfect(sheet))
    assert figures(better.table) == figures(table)
    assert opinion.entered == ("Goodwill", "Trade payables")
    new = next(row for row in better.table.rows if row.label == "Goodwill")
    assert (new.section, new.note, new.page) == ("Non-current assets", "10", 3)


def test_what_stands_in_a_closed_sum_cannot_be_overruled(sheet):
    table, lines = sheet
    items = json.loads(perfect(sheet)(_question(table, lines)).text)["lines"]
    goodwill = place(lines, "Goodwill")
    for item in items:
        if item["line"] == goodwill:
            item["cells"] = [{"column": 1, "token": 2}]
    better, opinion = answered(table, lines, answering(*items))
    assert better.table == table
    assert (opinion.entered, opinion.disputed) == ((), ("Goodwill",))


def _question(table, lines):
    return layout_question(table, lines, [n for n, line in enumerate(lines) if line.tokens])


@pytest.mark.parametrize("seed", range(20))
def test_random_ids_change_nothing(sheet, seed):
    table, lines = sheet
    wrong = spoiled(table, {"Goodwill": None, "Inventories": {"cells": cells_of(table, "Borrowings")}})
    better, opinion = answered(wrong, lines, RandomReader(random.Random(seed)))
    assert better.table == wrong
    assert opinion.entered == ()


def test_swapped_columns_change_nothing_even_where_nothing_is_proven(sheet):
    table, lines = sheet
    for wrong in (table, spoiled(table, {"Goodwill": None}), replace(table, rows=table.rows[:2])):
        better, opinion = answered(wrong, lines, SwappingReader(perfect(sheet)))
        assert better.table == wrong
        assert opinion.grounded == 0
        assert opinion.dropped == {"columns_out_of_order": 15}


def test_a_single_figure_is_not_moved_to_another_column(sheet):
    table, lines = sheet
    answer = answering({"line": place(lines, "Goodwill"), "cells": [{"column": 1, "token": 3}]})
    layout = layout_of(table, lines, answer)
    assert (dict(layout.pointers), layout.grounding.dropped) == ({}, {"stands_in_another_column": 1})


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"line": 999, "cells": [{"column": 1, "token": 1}]}, "no_such_line"),
        ({"line": 1, "cells": [{"column": 1, "token": 1}]}, "no_such_line"),  # the title has no figures
        ({"line": "Goodwill", "cells": [{"column": 3, "token": 1}]}, "no_such_column"),
        ({"line": "Goodwill", "cells": [{"column": 1, "token": 9}]}, "no_such_token"),
        ({"line": "Goodwill", "cells": [{"column": 1, "token": 0}]}, "no_such_token"),
        ({"line": "Goodwill", "cells": [{"column": 1, "token": 2, "value": 999}]}, "wrong_shape"),
        ({"line": "Goodwill", "cells": [{"column": 1, "value": "999"}]}, "wrong_shape"),
        (
            {"line": "Goodwill", "cells": [{"column": 1, "token": 2}, {"column": 1, "token": 3}]},
            "answered_twice",
        ),
        ({"line": "Goodwill", "cells": "all"}, "wrong_shape"),
    ],
)
def test_invented_figures_and_wrong_ids_are_dropped_and_counted(sheet, item, code):
    table, lines = sheet
    if item["line"] == "Goodwill":
        item = item | {"line": place(lines, "Goodwill")}
    layout = layout_of(table, lines, answering(item))
    assert (dict(layout.pointers), layout.grounding.dropped) == ({}, {code: 1})


def test_a_blind_reading_is_compared_and_changes_nothing(sheet):
    table, lines = sheet
    opinion = compared(table, lines, layout_of(table, lines, perfect(sheet)))
    assert (opinion.controls, opinion.agreed, opinion.disputed) == (15, 15, ())
    wrong = spoiled(table, {"Goodwill": None, "Inventories": {"cells": cells_of(table, "Borrowings")}})
    opinion = compared(wrong, lines, layout_of(wrong, lines, perfect(sheet)))
    assert (opinion.controls, opinion.agreed) == (15, 13)
    assert sorted(opinion.disputed) == ["Goodwill", "Inventories"]
