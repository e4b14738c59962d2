"""The tone of a sentence for people and for programs."""

import json

from engine.sentiment.values import SentenceTone


def tone_to_json(tone: SentenceTone) -> str:
    """One line of JSON: label, score from -1 to 1, and the terms with what each adds and why."""
    return json.dumps(
        {
            "label": tone.label.value,
            "score": tone.score,
            "terms": [
                {"text": term.text, "effect": term.effect, "because": term.because} for term in tone.terms
            ],
        },
        ensure_ascii=False,
    )


def show_tone(tone: SentenceTone) -> str:
    """Label and score in columns, then the words that made them."""
    terms = "; ".join(f"{term.text} {term.effect:+.2f}" for term in tone.terms)
    return f"{tone.label.value:<8} {tone.score:+.2f}  [{terms}]"
