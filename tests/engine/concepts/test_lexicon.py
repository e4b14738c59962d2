"""How the wordings of a language are looked up."""

import re

import pytest

from engine.concepts.lexicon import fits, languages, load_lexicon
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import StatementKind


@pytest.mark.parametrize("code", languages())
def test_wordings_kept_by_their_words_fit_as_if_all_were_tried(code):
    lexicon = load_lexicon(code, load_taxonomy())
    assert lexicon.language == code
    for kind in StatementKind:
        patterns = [(_expression(texts), wording) for texts, wording in lexicon.open[kind]]
        labels = [label for other in StatementKind for label in lexicon.exact[other]][::9]
        for label in [*labels, *(f"other {label} net" for label in labels[::3])]:
            text = lexicon.spell(label)
            exact = {wording.concept for wording in lexicon.exact[kind].get(text, ())}
            fitting = [w for pattern, w in patterns if pattern.fullmatch(text) and w.concept not in exact]
            found = [hit.wording for hit in lexicon.hits(kind, label) if not hit.exact]
            assert found == fitting or not (fitting or exact), label  # then spaces were left out


def _expression(readings):
    stars = str.maketrans({"*": ".*", "+": ".+"})
    return re.compile("|".join(re.escape(text).replace("\\", "").translate(stars) for text in readings))


@pytest.mark.parametrize(
    ("reading", "text", "fitting"),
    [
        ("cost of + sold", "cost of goods sold", True),
        ("cost of + sold", "cost of  sold", False),  # one by itself stands for something
        ("cost of + sold", "cost of goods sold there", False),
        ("+ per share +", "earnings per share basic", True),
        ("+ per share +", "earnings per share", False),
        ("impair* of *", "impairment of goodwill", True),
        ("*abc", "abc", True),
        ("ab*ba", "aba", False),  # the ends may not share a letter
        ("a+b+c", "abbc", False),
        ("a+b+c", "axbbc", True),
        ("plain", "plain", True),
        ("plain", "plainly", False),
    ],
)
def test_a_reading_with_stars_fits(reading, text, fitting):
    assert fits(reading, text) is fitting


def test_a_label_that_lost_its_spaces_is_found():
    english = load_lexicon("en", load_taxonomy())
    (hit, *_) = english.hits(StatementKind.BALANCE_SHEET, "Propertyplant and equip ment")
    assert (hit.wording.concept, hit.exact) == ("bs.ppe", False)


def test_a_resembling_wording_is_found_whatever_the_order_of_its_words():
    english = load_lexicon("en", load_taxonomy())
    found = dict(english.similar(StatementKind.BALANCE_SHEET, "receivables trade", 88.0))
    assert found["trade receivables"] == 100.0
