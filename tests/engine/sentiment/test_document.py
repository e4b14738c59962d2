"""The tone of a document from its sentences."""

import pytest

from engine.kinds import Polarity, Topic
from engine.sentiment.document import Said, document_tone, score_of
from engine.sentiment.sentence import tone_of
from engine.sentiment.topics import Axis


def said(*texts, headings=(), language="en"):
    return [Said(text, page, headings, language) for page, text in enumerate(texts, start=1)]


def test_a_document_has_a_score_with_its_sentences():
    tone = document_tone(
        said(
            "Operating profit rose by 12 % in 2021.",
            "The plant in Brno was closed in November.",
            "The company has its head office in Malmo.",
            "Uncertainty may remain in the coming months.",
        ),
        tone_of,
    )

    assert [(one.said.page, one.tone.label.value) for one in tone.sentences] == [
        (1, "positive"),
        (4, "negative"),
    ]
    assert tone.counted == 4
    assert tone.overall is not None
    assert tone.overall.evidence == 2
    assert tone.topics[Topic.FINANCIAL_PERFORMANCE].value == round(0.5455 / 6, 4)
    assert tone.topics[Topic.REGULATORY_ENVIRONMENT] is None
    assert tone.axes == {Axis.UNCERTAINTY: 0.25, Axis.LITIGATION: 0.0, Axis.CONSTRAINT: 0.0}


def test_without_evidence_there_is_no_score():
    tone = document_tone(said("The company has its head office in Malmo."), tone_of)

    assert tone.overall is None
    assert set(tone.topics.values()) == {None}
    assert document_tone([], tone_of).axes == dict.fromkeys(Axis)


def test_what_stands_in_every_report_is_left_out_and_counted():
    tone = document_tone(
        [
            *said("Fraud may cause material damage to us all.", headings=("Independent Auditor’s Report",)),
            *said("Actual results may differ materially from forecasts."),
            *said("Der Umsatz ist im Berichtsjahr stark gefallen.", language="de"),
            *said(
                "Profit rose.",
                "Sales fell sharply in the second half.",
                "Sales fell sharply in the second half.",
            ),
        ],
        tone_of,
    )

    assert tone.left_out == {
        "auditor": 1,
        "forward_looking": 1,
        "other_language": 1,
        "too_short": 1,
        "repeated": 1,
    }
    assert tone.counted == 1


def test_few_sentences_say_little_and_many_that_agree_say_much():
    few, many = score_of([0.5]), score_of([0.5] * 45)

    assert (few.value, few.polarity) == (0.0833, Polarity.NEUTRAL)
    assert (many.value, many.polarity) == (0.45, Polarity.POSITIVE)
    assert few.confidence < 0.6 < 0.999 < many.confidence
    assert score_of([]) is None


@pytest.mark.parametrize("repeats", [20, 2000])
def test_a_longer_document_of_the_same_tone_does_not_score_higher_than_its_mean(repeats):
    score = score_of([0.5, -0.1] * repeats)

    assert score.value == pytest.approx(0.2 * 2 * repeats / (2 * repeats + 5), abs=1e-4)
    assert score.value < 0.2


def test_a_hint_is_no_evidence_and_good_beside_bad_is():
    hint = document_tone(said("The company will develop the area with its partners."), tone_of)
    both = document_tone(said("Net sales rose to EUR 9 mn, but operating profit fell to EUR 1 mn."), tone_of)

    assert hint.overall is None
    assert [one.said.page for one in hint.quiet] == [1]
    assert both.overall.evidence == 1
