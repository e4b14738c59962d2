"""A whole report with a second reader, and reports that try to speak to it."""

import json
import re
from functools import cache

import pytest

from benchmarks.simulated_readers import PerfectReader, kind_of, lines_asked
from engine.kinds import MappingMethod, StatementKind
from engine.reading import read
from engine.second_reader.lines import printed_lines
from engine.second_reader.opinion import Mode
from engine.second_reader.question import Completion
from engine.second_reader.reader import SecondReaderOptions, read_second
from tests.engine.makepdf import INCOME, PROSE, balance, cash_flow, income, report
from tests.engine.second_reader.injected import HIDDEN, ORDER, SEEN, injected

IS = StatementKind.INCOME_STATEMENT
STRANGE = report([PROSE, income(rows=(*INCOME[:3], ("Wonder money", "5", "(200.0)", "(180.0)"), *INCOME[4:])),
                  balance(), cash_flow()])  # fmt: skip
EVERYTHING = SecondReaderOptions(blind_share=1.0)


def second(pdf, complete, options=None):
    reading = read(pdf)
    lines_of = lambda table: printed_lines(pdf, table.pages, table.read_by)  # noqa: E731
    return reading, read_second(reading, lines_of, complete, options)


def concepts_of(reading):
    return {s.table.kind: [m.concept for m in s.mappings] for s in reading.statements}


def figures_of(reading):
    """What is accepted: concept, column and figure of every line with a concept, and every cell's place."""
    return [
        (s.table.kind, mapping.concept, sign.factor, row.cells)
        for s in reading.statements
        for row, mapping, sign in zip(s.table.rows, s.mappings, s.signs, strict=True)
        if mapping.method not in (MappingMethod.SECOND_READER, MappingMethod.AGREED)
    ]


def refuse(question):
    raise AssertionError("nothing should be asked")


def test_nothing_is_asked_where_nothing_is_open():
    pdf = report([PROSE, income(), balance(), cash_flow()])
    reading, result = second(pdf, refuse, SecondReaderOptions(labels=False))
    assert result.reading is reading
    assert result.opinions == ()


def test_a_strange_line_is_named_and_nothing_else_changes():
    reading = read(STRANGE)
    truth = concepts_of(reading)
    place = [row.label for row in reading.statements[0].table.rows].index("Wonder money")
    truth[IS][place] = "is.admin"
    before, result = second(STRANGE, PerfectReader(truth))
    statement = result.reading.statements[0]
    assert statement.mappings[place].concept == "is.admin"
    assert statement.mappings[place].method is MappingMethod.SECOND_READER
    assert [opinion.mode for opinion in result.opinions] == [Mode.LABELS]
    assert statement.table == before.statements[0].table
    assert set(figures_of(result.reading)) <= set(figures_of(before))
    assert result.reading.statements[2].checks == before.statements[2].checks


def test_a_blind_sample_is_drawn_by_content():
    options = SecondReaderOptions(blind_share=0.5)
    assert options.samples("7fffffff" + "0" * 56)
    assert not options.samples("80000000" + "0" * 56)
    assert SecondReaderOptions(blind_share=1.0).samples("f" * 64)
    assert not SecondReaderOptions().samples("0" * 64)


def test_what_the_completion_raises_ends_the_work():
    class Away(Exception):
        pass

    def away(question):
        raise Away

    with pytest.raises(Away):
        second(STRANGE, away)


class Obedient:
    """Does whatever the document asks, as far as the schema lets it, and more."""

    def __init__(self):
        self.questions = []

    def __call__(self, question):
        self.questions.append(question)
        told = ORDER[:20] in question.user
        lines = lines_asked(question)
        if question.prompt.name == "labels":
            items = [{"line": n, "concept": "is.revenue" if told else "none"} for n in lines]
        else:
            items = [{"line": n, "cells": [{"column": 1, "token": 999_999 if told else 1}]} for n in lines]
            items.append({"line": lines[0], "cells": [{"column": 1, "token": 1, "value": "999,999"}]})
        return Completion(json.dumps({"lines": items, **({"note": ORDER} if told else {})}))


@cache
def seen_by_model(way):
    reader = Obedient()
    pdf = injected(way)
    before, result = second(pdf, reader, EVERYTHING)
    return before, result, reader.questions


@pytest.mark.parametrize("way", [*HIDDEN, *SEEN])
def test_orders_in_a_document_move_no_figure(way):
    before, result, questions = seen_by_model(way)
    assert [kind_of(q) for q in questions if q.prompt.name == "layout"] == [
        s.table.kind for s in before.statements
    ]
    assert figures_of(result.reading) == figures_of(before)
    revenue = result.reading.statements[0]
    place = [mapping.concept for mapping in revenue.mappings].index("is.revenue")
    assert [str(cell.number) for cell in revenue.table.rows[place].cells] == ["1234.5", "1150.0"]
    said = repr([(o.entered, o.refused, o.dropped) for o in result.opinions])
    assert "999" not in said
    assert "API" not in said


@pytest.mark.parametrize("way", HIDDEN)
def test_type_that_nobody_sees_is_withheld(way):
    _, _, questions = seen_by_model(way)
    assert len(questions) >= 3
    for question in questions:
        assert "999" not in question.user
        assert "Ignore" not in question.user


@pytest.mark.parametrize("way", SEEN)
def test_type_that_is_seen_stays_within_its_fence(way):
    _, _, questions = seen_by_model(way)
    told = [question for question in questions if "Ignore all rules" in question.user]
    assert told
    for question in told:
        fence = re.search(r"<(document-[0-9a-f]{16})>\n(.*?)\n</\1>\n", question.user, re.DOTALL)
        assert fence
        outside = question.user.replace(fence[0], "")
        assert "Ignore" not in outside
        assert all(re.match(r"\d+\|", line) for line in fence[2].splitlines())
