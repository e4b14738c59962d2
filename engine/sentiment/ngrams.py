"""A trained classifier of sentences: logistic regression on hashed words and pairs of words.

`features_of` is what a trainer fits and what the classifier reads, so that both see the same. The
artefact is JSON: {"format": "tenfold-sentence-classifier", "version": 1, "buckets": n,
"labels": ["negative", "neutral", "positive"], "bias": [3 numbers], "weights": {bucket: [3 numbers]}}.
"""

import itertools
import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import BadInput
from engine.kinds import Polarity
from engine.sentiment.tokens import tokens_of
from engine.sentiment.values import SentenceTone, Term

FORMAT = "tenfold-sentence-classifier"
VERSION = 1
LABELS = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE)
MOST_BUCKETS = 2**20
SHOWN_TERMS = 6
_NUMBER = "#"  # which figure it is says nothing that would hold for other companies


def features_of(sentence: str, buckets: int) -> dict[int, float]:
    """The words and pairs of words of a sentence as buckets with their weights, of length 1 together."""
    counts = Counter(_bucket(gram, buckets) for gram, _, _ in _grams(sentence))
    length = math.sqrt(sum(count * count for count in counts.values()))
    return {bucket: count / length for bucket, count in sorted(counts.items())}


def open_classifier(artefact: bytes) -> Callable[[str], SentenceTone]:
    """A judge of sentences from an artefact.

    Raises:
        BadInput: the bytes are no artefact of this format and version
    """
    try:
        loaded = json.loads(artefact)
        bias = _three(loaded["bias"])
        weights = {int(bucket): _three(row) for bucket, row in loaded["weights"].items()}
        buckets = int(loaded["buckets"])
        is_ours = loaded["format"] == FORMAT and loaded["version"] == VERSION
        is_ours = is_ours and tuple(loaded["labels"]) == tuple(label.value for label in LABELS)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"This is no classifier of sentences: {error}.", code="not_a_classifier") from None
    if not is_ours or not 0 < buckets <= MOST_BUCKETS:
        raise BadInput(
            "This classifier has another format or version. Train it again.", code="not_a_classifier"
        )
    return lambda sentence: _tone(sentence, buckets, bias, weights)


def _tone(
    sentence: str,
    buckets: int,
    bias: tuple[float, ...],
    weights: Mapping[int, tuple[float, ...]],
) -> SentenceTone:
    features = features_of(sentence, buckets)
    sums = list(bias)
    for bucket, value in features.items():
        for place, weight in enumerate(weights.get(bucket, ())):
            sums[place] += weight * value
    highest = max(sums)
    parts = [math.exp(value - highest) for value in sums]
    shares = [part / sum(parts) for part in parts]
    label = LABELS[max(range(len(LABELS)), key=lambda place: shares[place])]
    effects = {
        sentence[start:end]: (row[2] - row[0]) * features[bucket]
        for gram, start, end in _grams(sentence)
        if (row := weights.get(bucket := _bucket(gram, buckets))) is not None
    }
    strongest = sorted(effects.items(), key=lambda item: (-abs(item[1]), item[0]))[:SHOWN_TERMS]
    terms = tuple(
        Term(text, round(effect, 3), "learnt from sentences that people have labelled")
        for text, effect in strongest
        if round(effect, 3)
    )
    return SentenceTone(label, round(shares[2] - shares[0], 4), terms, (shares[0], shares[1], shares[2]))


def _grams(sentence: str) -> list[tuple[str, int, int]]:
    words, places = tokens_of(sentence)
    plain = [_NUMBER if word[-1].isdigit() else word for word in words]
    single = [(word, *place) for word, place in zip(plain, places, strict=True)]
    pairs = [
        (f"{one} {other}", places[index][0], places[index + 1][1])
        for index, (one, other) in enumerate(itertools.pairwise(plain))
    ]
    return single + pairs


def _bucket(gram: str, buckets: int) -> int:
    return zlib.crc32(gram.encode()) % buckets


def _three(row: Any) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in row)
    if len(numbers) != len(LABELS) or not all(math.isfinite(number) for number in numbers):
        raise ValueError("a row of weights does not hold three finite numbers")
    return numbers
