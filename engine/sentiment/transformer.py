"""A transformer as judge of sentences, for those who have one: FinBERT and its like.

The packages are an extra (requirements-transformer.in) and the model is brought by its owner: a folder,
or the name of a model that lies in this machine's cache already. Nothing is downloaded here. Models
are opened from safetensors files alone, which hold numbers and cannot run code.
"""

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import BadInput
from engine.kinds import Polarity
from engine.sentiment.values import SentenceTone, Term

MOST_TOKENS = 256
_BECAUSE = "what the transformer says of the whole sentence"


def open_transformer(name: str) -> Callable[[str], SentenceTone]:
    """A judge from a folder or the name of a model in the cache.

    Raises:
        BadInput: the packages are not installed (transformer_not_installed), the model is not there or
            does not open (no_such_model), or its labels are not positive, neutral and negative
            (other_labels)
    """
    try:
        import torch
        import transformers
    except ImportError:
        raise BadInput(
            "Transformers are not installed. Run pip install -r requirements-transformer.txt, or choose"
            " the lexicon.",
            code="transformer_not_installed",
        ) from None
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, local_files_only=True)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            name, local_files_only=True, use_safetensors=True
        )
    except (OSError, ValueError) as error:
        raise BadInput(
            f"There is no model to open at {name!r}: {error}. Give a folder, or put the model into the"
            " cache first.",
            code="no_such_model",
        ) from None
    model.eval()
    places = _places(model.config.id2label)

    def judge(sentence: str) -> SentenceTone:
        tokens = tokenizer(sentence, truncation=True, max_length=MOST_TOKENS, return_tensors="pt")
        with torch.no_grad():
            shares = model(**tokens).logits[0].softmax(-1).tolist()
        by_label = {label: float(shares[place]) for label, place in places.items()}
        label = max(by_label, key=lambda one: by_label[one])
        score = round(by_label[Polarity.POSITIVE] - by_label[Polarity.NEGATIVE], 4)
        is_evidence = label is not Polarity.NEUTRAL
        terms = (Term(sentence, score, _BECAUSE),) if is_evidence else ()
        return SentenceTone(label, score, terms)

    return judge


def _places(labels: Mapping[int, Any]) -> dict[Polarity, int]:
    places = {str(label).lower(): int(place) for place, label in labels.items()}
    if set(places) != {polarity.value for polarity in Polarity}:
        raise BadInput(
            f"The model's labels are {', '.join(sorted(places))}; positive, neutral and negative are needed.",
            code="other_labels",
        )
    return {Polarity(label): place for label, place in places.items()}
