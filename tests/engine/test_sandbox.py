"""Untrusted bytes in a throw-away process: the verdicts, and that the caller survives."""

import pytest

from engine.concepts.mapping import MappingRule
from engine.errors import NotFound, Unreadable
from engine.exchange import reading_from_json, reading_to_json, survey_from_json, survey_to_json
from engine.kinds import MappingMethod, StatementKind
from engine.limits import Limits
from engine.reading import read, survey
from engine.sandbox import read_safely, render_safely, survey_safely
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report

DATA = report([PROSE, income(), balance(), cash_flow()])


def test_the_child_reads_what_the_process_would_read():
    assert read_safely(DATA) == read(DATA)
    assert survey_safely(DATA) == survey(DATA)


def test_a_reading_survives_json_without_loss():
    reading, about = read(DATA), survey(DATA)
    assert reading_from_json(reading_to_json(reading)) == reading
    assert survey_from_json(survey_to_json(about)) == about


def test_json_of_another_format_is_refused():
    with pytest.raises(ValueError, match="format 99 is not 1"):
        reading_from_json('{"format": 99}')


def test_confirmed_rules_are_applied_to_what_the_child_read():
    rule = MappingRule(StatementKind.INCOME_STATEMENT, "Other operating income", None)
    statement = read_safely(DATA, rules=(rule,)).statements[0]
    place = [row.label for row in statement.table.rows].index("Other operating income")
    assert statement.mappings[place].method is MappingMethod.CONFIRMED_RULE


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "not_a_pdf"), (b"<html>403 Forbidden</html>", "not_a_pdf"), (b"%PDF-1.4 cut off", "damaged")],
)
def test_refusals_come_through_with_their_codes(data, code):
    for call in (read_safely, survey_safely):
        with pytest.raises(Unreadable) as refused:
            call(data)
        assert refused.value.code == code


def test_a_file_that_takes_too_long_is_given_up():
    with pytest.raises(Unreadable) as refused:
        read_safely(DATA, Limits(wall_seconds=0.02))
    assert refused.value.code == "out_of_time"
    assert read_safely(DATA).survey.pages == 4  # the next document is read


def test_a_file_that_takes_too_much_memory_is_given_up():
    data = report([PROSE]) + b"\0" * (200 << 20)
    with pytest.raises(Unreadable) as refused:
        survey_safely(data, Limits(memory_bytes=230 << 20))
    assert refused.value.code == "out_of_memory"


def test_an_answer_that_is_too_long_is_no_answer():
    with pytest.raises(Unreadable) as refused:
        read_safely(DATA, Limits(answer_bytes=2000))
    assert refused.value.code == "reader_crashed"


def test_a_limit_must_be_positive():
    with pytest.raises(ValueError, match="positive"):
        Limits(wall_seconds=0)


def test_the_size_of_the_caller_is_not_taken_for_that_of_the_child() -> None:
    # Waiting for a child reports a peak that begins with its parent's; with it, every child of a large
    # worker that died would have been put down to memory.
    ballast = bytearray(700 * 1024 * 1024)
    for place in range(0, len(ballast), 4096):
        ballast[place] = 1
    with pytest.raises(Unreadable) as caught:
        read_safely(DATA, Limits(answer_bytes=2000))
    assert caught.value.code == "reader_crashed"
    assert len(ballast) == 700 * 1024 * 1024


def test_a_page_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(NotFound, match="there is no page 99"):
        render_safely(DATA, 99)
