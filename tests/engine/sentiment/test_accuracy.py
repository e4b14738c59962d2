"""How often the shipped lexicon says what a person says.

The sentences were written for this project. Those of `held_out.txt` were written and labelled before
anything was scored against them; words and weights are chosen by the other files alone.
"""

import pytest

from engine.sentiment.sentence import tone_of
from tests.engine.sentiment.sentences import labelled, macro_f1


@pytest.mark.parametrize(("name", "count", "least"), [("development", 316, 0.97), ("held_out", 231, 0.95)])
def test_the_lexicon_agrees_with_people(name, count, least):
    sentences = labelled(name)

    assert len(sentences) == count
    score = macro_f1([one.label for one in sentences], [tone_of(one.text).label for one in sentences])
    assert score >= least


def test_no_sentence_stands_in_two_sets():
    first, second = ({one.text for one in labelled(name)} for name in ("development", "held_out"))

    assert not first & second
