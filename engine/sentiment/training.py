"""Training a classifier of sentences, and measuring it against others on documents it has not seen.

split_by_document(examples, options) -> train, test     documents lie on one side alone
fit(examples, options) -> artefact                      multinomial logistic regression on hashed n-grams
measure(judge, examples) -> Measured                    macro-F1 with the confusion table, Brier score
difference(one, other, examples, seed) -> Comparison    bootstrapped over documents
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from engine.errors import BadInput, NotEnoughData
from engine.kinds import Polarity
from engine.promotion import Comparison
from engine.sentiment.ngrams import FORMAT, LABELS, MOST_BUCKETS, VERSION, features_of
from engine.sentiment.values import SentenceTone

FEWEST_SENTENCES = 200
FEWEST_OF_LABEL = 20
FEWEST_DOCUMENTS = 10
DRAWS = 400  # of the bootstrap

Judge = Callable[[str], SentenceTone]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that a person has labelled. `document` is whatever names the document it is of."""

    document: str
    text: str
    label: Polarity


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """`strength` is the inverse of how strongly weights are drawn to zero; `balanced` makes rare labels
    count as much as frequent ones. The same options and examples give the same artefact."""

    buckets: int = 2**16
    strength: float = 3.0
    balanced: bool = True
    test_share: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        if not 2**8 <= self.buckets <= MOST_BUCKETS:
            raise BadInput(f"buckets has to lie between {2**8} and {MOST_BUCKETS}, not at {self.buckets}.")
        if not 0 < self.strength <= 1000:
            raise BadInput(f"strength has to lie between 0 and 1000, not at {self.strength}.")
        if not 0.1 <= self.test_share <= 0.5:
            raise BadInput(f"test_share has to lie between 0.1 and 0.5, not at {self.test_share}.")

    def to_json(self) -> dict[str, float | int | bool]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a judge did. `confusion[actual][said]` counts sentences; `macro_f1` is the plain mean of the F1
    of the three labels.

    `brier` says how far the chances a judge gives are from what was right: the mean of the squared
    differences summed over the labels (Brier, 1950), from 0 for certain and right to 2 for certain and
    wrong; None for a judge that gives no chances. `brier_of_shares` is that of always giving each label
    the share it has among these sentences, which chances worth having stay below."""

    count: int
    macro_f1: float
    accuracy: float
    confusion: Mapping[str, Mapping[str, int]]
    brier: float | None
    brier_of_shares: float

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def split_by_document(
    examples: Sequence[Example], options: TrainingOptions
) -> tuple[list[Example], list[Example]]:
    """Train and test, whole documents on one side each, drawn by the seed.

    Raises NotEnoughData with the number that is missing.
    """
    labels = Counter(example.label for example in examples)
    documents = sorted({example.document for example in examples})
    scarce = [label.value for label in LABELS if labels[label] < FEWEST_OF_LABEL]
    if len(examples) < FEWEST_SENTENCES or len(documents) < FEWEST_DOCUMENTS or scarce:
        raise NotEnoughData(
            f"There are {len(examples)} labelled sentences of {len(documents)} documents"
            + (f", too few of them {' and '.join(scarce)}" if scarce else "")
            + f". Needed are {FEWEST_SENTENCES} of {FEWEST_DOCUMENTS} documents, {FEWEST_OF_LABEL} of each"
            " label."
        )
    random.Random(options.seed).shuffle(documents)  # noqa: S311 - to be repeated, not to be secret
    held_out = set(documents[: max(1, round(len(documents) * options.test_share))])
    train = [example for example in examples if example.document not in held_out]
    return train, [example for example in examples if example.document in held_out]


def fit(examples: Sequence[Example], options: TrainingOptions) -> bytes:
    """The artefact of a classifier (see engine.sentiment.ngrams).

    Raises NotEnoughData where a label does not occur.
    """
    # Loaded here: whoever only reads a classifier has no use for them.
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    missing = {label.value for label in LABELS} - {example.label.value for example in examples}
    if missing:
        raise NotEnoughData(f"No sentence to learn from is {' or '.join(sorted(missing))}.")
    rows = [features_of(example.text, options.buckets) for example in examples]
    places = [place for row in rows for place in row]
    starts = np.cumsum([0, *(len(row) for row in rows)])
    values = [value for row in rows for value in row.values()]
    matrix = csr_matrix((values, places, starts), shape=(len(rows), options.buckets))
    model = LogisticRegression(
        C=options.strength,
        class_weight="balanced" if options.balanced else None,
        max_iter=1000,
        random_state=options.seed,
    )
    model.fit(matrix, [example.label.value for example in examples])
    order = [list(model.classes_).index(label.value) for label in LABELS]
    weights = {
        int(place): [round(float(model.coef_[row, place]), 5) for row in order]
        for place in sorted(set(places))
    }
    artefact = {
        "format": FORMAT,
        "version": VERSION,
        "buckets": options.buckets,
        "labels": [label.value for label in LABELS],
        "bias": [round(float(model.intercept_[row]), 5) for row in order],
        "weights": {place: row for place, row in weights.items() if any(row)},
    }
    return json.dumps(artefact, sort_keys=True).encode()


def measure(judge: Judge, examples: Sequence[Example]) -> Measured:
    """How a judge does on sentences whose labels are known."""
    tones = [judge(example.text) for example in examples]
    pairs = Counter((example.label, tone.label) for example, tone in zip(examples, tones, strict=True))
    given = [
        (example.label, tone.chances)
        for example, tone in zip(examples, tones, strict=True)
        if tone.chances is not None
    ]
    count = len(examples)
    right = Counter(example.label for example in examples)
    return Measured(
        count=count,
        macro_f1=round(_macro_f1(pairs), 6),
        accuracy=round(sum(pairs[label, label] for label in LABELS) / count, 6) if count else 0.0,
        confusion={truth.value: {said.value: pairs[truth, said] for said in LABELS} for truth in LABELS},
        brier=round(_brier(given), 6) if given and len(given) == count else None,
        brier_of_shares=round(1 - sum((n / count) ** 2 for n in right.values()), 6) if count else 0.0,
    )


def difference(one: Judge, other: Judge, examples: Sequence[Example], *, seed: int = 1) -> Comparison:
    """By how much one judge's macro-F1 is above another's, with the standard error that drawing other
    documents would give (bootstrap over documents)."""
    by_document: dict[str, tuple[Counter[tuple[Polarity, Polarity]], Counter[tuple[Polarity, Polarity]]]] = {}
    for example in examples:
        ours, theirs = by_document.setdefault(example.document, (Counter(), Counter()))
        ours[example.label, one(example.text).label] += 1
        theirs[example.label, other(example.text).label] += 1
    documents = sorted(by_document)

    def gap(drawn: Sequence[str]) -> float:
        ours, theirs = (
            sum((by_document[document][side] for document in drawn), Counter()) for side in (0, 1)
        )
        return _macro_f1(ours) - _macro_f1(theirs)

    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    drawn = [gap(chance.choices(documents, k=len(documents))) for _ in range(DRAWS)]
    mean = sum(drawn) / DRAWS
    error = (sum((one_gap - mean) ** 2 for one_gap in drawn) / (DRAWS - 1)) ** 0.5
    return Comparison(gap(documents), error, len(documents))


def _macro_f1(pairs: Counter[tuple[Polarity, Polarity]]) -> float:
    scores = []
    for label in LABELS:
        hits = pairs[label, label]
        actual = sum(count for (truth, _), count in pairs.items() if truth is label)
        said = sum(count for (_, judged), count in pairs.items() if judged is label)
        scores.append(2 * hits / (actual + said) if actual + said else 0.0)
    return sum(scores) / len(scores)


def _brier(given: Sequence[tuple[Polarity, tuple[float, float, float]]]) -> float:
    missed = (
        (chance - (truth is label)) ** 2
        for truth, chances in given
        for label, chance in zip(LABELS, chances, strict=True)
    )
    return sum(missed) / len(given)
