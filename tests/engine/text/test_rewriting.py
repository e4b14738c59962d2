"""What a model may make of a summary, and what is refused."""

import json

import pytest

from engine.errors import BadInput
from engine.text.rewriting import accepted, question_about

SENTENCES = ("Net sales rose by 8% to $149.4 billion in 2019.", "We opened 25 warehouses.")


def answer(*pairs):
    return json.dumps({"sentences": [{"text": text, "cites": cites} for text, cites in pairs]})


def test_a_text_whose_numbers_stand_in_the_cited_sentences_is_accepted():
    written = answer(("In 2019 sales grew 8% to $149.4 billion.", [1]), ("It opened 25 warehouses.", [2]))
    assert accepted(written, SENTENCES) == "In 2019 sales grew 8% to $149.4 billion. It opened 25 warehouses."


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (answer(("Sales grew 9%.", [1])), "“9” is in none"),
        (answer(("Sales grew 8%.", [2])), "“8” is in none"),
        (answer(("Sales were 149.40 billion.", [1])), "“149.40” is in none"),
        (answer(("Sales doubled.", [1])), "“doubled” is in none"),
        (answer(("Sales grew.", [])), "cites none"),
        (answer(("Sales grew.", [3])), "cites none"),
        (answer(("", [1])), "empty"),
        (answer(("A.", [1]), ("B.", [1]), ("C.", [1])), "3 sentences for 2"),
        ("{}", "form"),
        ("I cannot do that", "form"),
    ],
)
def test_what_brings_something_in_is_refused_with_the_reason(written, reason):
    with pytest.raises(BadInput, match=reason) as refused:
        accepted(written, SENTENCES)
    assert refused.value.code == "rewrite_refused"


def test_the_question_holds_every_word_of_the_sentences_as_data():
    long = "word " * 100 + "end."
    question = question_about([*SENTENCES, long])
    assert "1. Net sales rose by 8% to $149.4 billion in 2019." in question.user
    assert question.user.count("word") == 100
    assert question.user.rstrip().endswith(">")
