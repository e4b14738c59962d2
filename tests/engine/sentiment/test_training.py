"""A classifier learnt from labelled sentences: what it gets right, and what is refused."""

import json
import random

import pytest

from engine.errors import BadInput, NotEnoughData
from engine.kinds import Polarity
from engine.sentiment.ngrams import open_classifier
from engine.sentiment.sentence import tone_of
from engine.sentiment.training import (
    Example,
    TrainingOptions,
    difference,
    fit,
    measure,
    split_by_document,
)
from engine.sentiment.values import SentenceTone

# Words that no lexicon knows, so that only a model that has learnt them can tell.
WORDS = {
    Polarity.POSITIVE: ("zorbled", "quixed", "flumed"),
    Polarity.NEGATIVE: ("brakked", "snirted", "dolped"),
    Polarity.NEUTRAL: ("existed", "resided", "consisted"),
}
OPTIONS = TrainingOptions(buckets=2**12)


def sentences(documents: int = 20, each: int = 15, wrong: float = 0.0, seed: int = 1) -> list[Example]:
    chance = random.Random(seed)
    found = []
    for document in range(documents):
        for number in range(each):
            label = list(WORDS)[number % 3]
            said = label if chance.random() >= wrong else chance.choice(list(WORDS))
            word = chance.choice(WORDS[said])
            found.append(Example(f"report {document}", f"The unit {word} in quarter {number}.", label))
    return found


def test_a_classifier_learns_what_the_lexicon_does_not_know() -> None:
    train, test = split_by_document(sentences(), OPTIONS)
    judge = open_classifier(fit(train, OPTIONS))
    measured = measure(judge, test)
    assert (measured.macro_f1, measured.accuracy, measured.count) == (1.0, 1.0, 90)
    assert measured.confusion["positive"] == {"negative": 0, "neutral": 0, "positive": 30}
    # The lexicon calls all of it neutral: a third is right, and the F1 of neutral is one half.
    baseline = measure(tone_of, test)
    assert (baseline.macro_f1, baseline.accuracy) == (round(0.5 / 3, 6), round(1 / 3, 6))
    gap = difference(judge, tone_of, test)
    assert gap.difference == pytest.approx(1 - 0.5 / 3, abs=1e-6)
    assert gap.units == 6
    assert gap.is_better()


def test_chances_are_measured_by_the_score_of_brier() -> None:
    """Of three sentences: sure and right 0, even between two 0.5, sure and wrong 2."""
    chances = {"a": (0.0, 0.0, 1.0), "b": (0.5, 0.5, 0.0), "c": (1.0, 0.0, 0.0)}
    examples = [
        Example("report", "a", Polarity.POSITIVE),
        Example("report", "b", Polarity.NEUTRAL),
        Example("report", "c", Polarity.POSITIVE),
    ]
    measured = measure(lambda text: SentenceTone(Polarity.NEUTRAL, 0.0, (), chances[text]), examples)
    assert measured.brier == round((0 + 0.5 + 2) / 3, 6) == 0.833333
    assert measured.brier_of_shares == round(1 - (4 + 1) / 9, 6) == 0.444444
    assert measured.to_json()["brier"] == 0.833333


def test_a_judge_without_chances_has_no_score_of_brier() -> None:
    measured = measure(tone_of, sentences(1, 3))
    assert (measured.brier, measured.brier_of_shares) == (None, round(2 / 3, 6))


def test_chances_add_up_and_shuffled_labels_make_them_worse() -> None:
    train, test = split_by_document(sentences(), OPTIONS)
    judge = open_classifier(fit(train, OPTIONS))
    assert sum(judge("The unit zorbled in quarter 3.").chances or ()) == pytest.approx(1.0)
    sound = measure(judge, test)
    spoilt_train, _ = split_by_document(sentences(wrong=1.0), OPTIONS)
    spoilt = measure(open_classifier(fit(spoilt_train, OPTIONS)), test)
    assert sound.brier is not None
    assert spoilt.brier is not None
    assert sound.brier < sound.brier_of_shares < spoilt.brier


def test_documents_lie_on_one_side() -> None:
    train, test = split_by_document(sentences(), OPTIONS)
    assert not {one.document for one in train} & {one.document for one in test}
    assert len({one.document for one in test}) == 6
    again = split_by_document(sentences(), OPTIONS)
    assert again == (train, test)
    assert split_by_document(sentences(), TrainingOptions(seed=2))[1] != test


def test_the_same_sentences_give_the_same_artefact() -> None:
    train, _ = split_by_document(sentences(wrong=0.2), OPTIONS)
    artefact = fit(train, OPTIONS)
    assert fit(train, OPTIONS) == artefact
    content = json.loads(artefact)
    assert (content["buckets"], content["labels"]) == (2**12, ["negative", "neutral", "positive"])


def test_a_judge_compared_with_itself_is_not_better() -> None:
    _, test = split_by_document(sentences(wrong=0.3), OPTIONS)
    same = difference(tone_of, tone_of, test)
    assert (same.difference, same.standard_error, same.is_better()) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (sentences(documents=5), "There are 75 labelled sentences of 5 documents"),
        (sentences(documents=9, each=30), "270 labelled sentences of 9 documents. Needed are 200 of 10"),
        ([one for one in sentences() if one.label is not Polarity.NEGATIVE], "too few of them negative"),
    ],
)
def test_too_few_sentences_say_how_many_are_needed(given: list[Example], sentence: str) -> None:
    with pytest.raises(NotEnoughData, match=sentence):
        split_by_document(given, OPTIONS)


@pytest.mark.parametrize(
    "options", [{"buckets": 3}, {"buckets": 2**30}, {"strength": 0}, {"test_share": 0.9}]
)
def test_settings_out_of_range_are_refused_by_name(options: dict) -> None:
    with pytest.raises(BadInput, match=next(iter(options))):
        TrainingOptions(**options)
