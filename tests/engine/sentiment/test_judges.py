"""Other judges than the shipped lexicon: a classifier, a brought word list, a transformer."""

import importlib.util
import json

import pytest

from engine.errors import BadInput
from engine.kinds import Polarity
from engine.sentiment.lexicon import lexicon
from engine.sentiment.ngrams import FORMAT, features_of, open_classifier
from engine.sentiment.sentence import tone_of
from engine.sentiment.transformer import open_transformer
from engine.sentiment.word_list import read_word_list, with_word_list

BUCKETS = 1024


def artefact(**changes):
    (rosy,) = features_of("rosy", BUCKETS)
    return json.dumps(
        {
            "format": FORMAT,
            "version": 1,
            "buckets": BUCKETS,
            "labels": ["negative", "neutral", "positive"],
            "bias": [0.0, 1.0, 0.0],
            "weights": {str(rosy): [-3.0, 0.0, 3.0]},
            **changes,
        }
    ).encode()


def test_a_classifier_judges_by_its_weights():
    judge = open_classifier(artefact())

    rosy, plain = judge("Rosy"), judge("Grey")
    assert (rosy.label, rosy.terms[0].text, rosy.terms[0].effect) == (Polarity.POSITIVE, "Rosy", 6.0)
    assert rosy.score == 0.8767
    assert (plain.label, plain.score, plain.terms) == (Polarity.NEUTRAL, 0.0, ())


def test_figures_are_alike_to_a_classifier():
    assert features_of("Sales were 5 mn", BUCKETS) == features_of("Sales were 7 mn", BUCKETS)
    assert sum(value**2 for value in features_of("Sales were 5 mn", BUCKETS).values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\x80\x04.",
        artefact(version=2),
        artefact(buckets=0),
        artefact(bias=[1, 2]),
        artefact(bias=[0, 0, float("nan")]),
        artefact(labels=["positive", "neutral", "negative"]),
    ],
)
def test_what_is_no_classifier_is_turned_away(data):
    with pytest.raises(BadInput) as refused:
        open_classifier(data)

    assert refused.value.code == "not_a_classifier"


def test_a_brought_word_list_adds_to_the_lexicon():
    brought = read_word_list("Word,Negative,Positive\nGRUBBY,2009,0\nSHINY,0,2011\nLOST,0,0\nOLD,-2020,0\n")

    assert brought.words == {"grubby": -1, "shiny": 1}
    assert tone_of("The yard is grubby.").label is Polarity.NEUTRAL
    assert tone_of("The yard is grubby.", with_word_list(lexicon(), brought)).label is Polarity.NEGATIVE


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Word,Negative,Positive\nSO,0,0\n"])
def test_what_is_no_word_list_is_turned_away(text):
    with pytest.raises(BadInput) as refused:
        read_word_list(text)

    assert refused.value.code == "not_a_word_list"


@pytest.mark.skipif(
    importlib.util.find_spec("transformers") is not None and importlib.util.find_spec("torch") is not None,
    reason="the packages of requirements-transformer.txt are installed",
)
def test_without_the_packages_it_is_said_what_to_do():
    with pytest.raises(BadInput) as refused:
        open_transformer("some/model")

    assert refused.value.code == "transformer_not_installed"
    assert "requirements-transformer.txt" in refused.value.message


def test_a_tiny_transformer_judges(tmp_path):
    transformers = pytest.importorskip("transformers", reason="requirements-transformer.txt is not installed")
    pytest.importorskip("torch", reason="requirements-transformer.txt is not installed")
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "profit"]))
    transformers.BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=6,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label={0: "Positive", 1: "Negative", 2: "Neutral"},
        label2id={"Positive": 0, "Negative": 1, "Neutral": 2},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path, safe_serialization=True)

    tone = open_transformer(str(tmp_path))("Profit")

    assert tone.label in Polarity
    assert tone == open_transformer(str(tmp_path))("Profit")
