"""What a model may answer: JSON of the shape asked for, and nothing else is used."""

import pytest

from engine.second_reader.answer import Refused, is_id, items_of

GOOD = '{"lines": [{"line": 1, "concept": "none"}]}'


@pytest.mark.parametrize(
    "text",
    [GOOD, f"Here is the answer:\n```json\n{GOOD}\n```\nAnything else?", f"  {GOOD}\n"],
)
def test_one_object_is_found_whatever_stands_around_it(text):
    assert items_of(text, "lines") == [{"line": 1, "concept": "none"}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_answer"),
        (" \n", "empty_answer"),
        ("I cannot do that.", "no_json"),
        ('{"lines": [{"line": 1, "conc', "no_json"),
        ('{"lines": [{"line": 1}', "no_json"),
        ('{"lines": [{"line": NaN, "concept": "none"}]}', "not_a_number"),
        ('{"lines": [{"line": Infinity, "concept": "none"}]}', "not_a_number"),
        ('{"lines": [{"line": 1e400, "concept": "none"}]}', "not_a_number"),
        ('{"lines": [{"line": 1.0, "concept": "none"}]}', "not_a_number"),
        ('{"lines": [{"line": ' + "9" * 5000 + "}]}", "not_a_number"),
        ('{"lines": [{"line": 1, "line": 2, "concept": "none"}]}', "duplicated_key"),
        ('{"lines": [], "lines": [{"line": 1}]}', "duplicated_key"),
        ('{"lines": {"line": 1}}', "wrong_shape"),
        ('{"lines": [1, 2]}', "wrong_shape"),
        ('{"lines": [], "thoughts": "many"}', "wrong_shape"),
        ('{"error": {"message": "overloaded"}}', "wrong_shape"),
        ("{" * 150_000 + "}", "no_json"),
        (GOOD + " " * 200_001, "answer_too_long"),
    ],
)
def test_everything_else_is_refused_with_its_code(text, code):
    with pytest.raises(Refused) as refusal:
        items_of(text, "lines")
    assert refusal.value.code == code


def test_an_id_is_a_whole_number_from_one():
    assert [value for value in (1, 7, 0, -1, True, "1", 10**6, None) if is_id(value)] == [1, 7]
