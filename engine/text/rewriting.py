"""A summary's sentences joined to a text by a model, and what of its answer may stand.

A model may leave out and join; it may not bring in. Every number of a written sentence has to be
printed in one of the sentences it cites, and every sentence has to cite. One that does not makes the
whole answer refused: the sentences of the report stand by themselves then.
"""

import functools
import json
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from engine.errors import BadInput
from engine.second_reader.question import (
    LONGEST_LINE,
    Prompt,
    Question,
    fenced,
    list_schema,
    object_schema,
)
from engine.text.query import search_tokens

PROMPT_VERSION = 1
MOST_TOKENS = 1500
LONGEST_SENTENCE = 600  # characters
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_NUMBER_WORDS = frozenset(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
     "thirty", "forty", "fifty", "hundred", "hundreds", "thousand", "thousands", "million", "millions",
     "billion", "billions", "trillion", "half", "doubled", "tripled", "quarter"]
)  # fmt: skip


def question_about(sentences: Sequence[str]) -> Question:
    """What a model is asked about these sentences."""
    numbered = [f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1)]
    item = object_schema({"text": {"type": "string"}, "cites": list_schema({"type": "integer"})})
    # A sentence longer than a line of the fence is divided, since the fence cuts lines.
    lines = [part for line in numbered for part in _parts(line)]
    return Question(_prompt(), fenced(lines), object_schema({"sentences": list_schema(item)}), MOST_TOKENS)


def accepted(answer: str, sentences: Sequence[str]) -> str:
    """The written text, if every sentence of it cites and brings no number in.

    Raises BadInput with the code rewrite_refused and the reason.
    """
    try:
        written = json.loads(answer)["sentences"]
        pairs = [(str(one["text"]).strip(), [int(cite) for cite in one["cites"]]) for one in written]
    except (ValueError, KeyError, TypeError):
        raise _refused("it is not in the form that was asked for") from None
    if not pairs or len(pairs) > len(sentences):
        raise _refused(f"it has {len(pairs)} sentences for {len(sentences)}")
    for text, cites in pairs:
        if not text or len(text) > LONGEST_SENTENCE:
            raise _refused("a sentence is empty or too long")
        if not cites or any(not 1 <= cite <= len(sentences) for cite in cites):
            raise _refused(f"“{text[:80]}” cites none of the sentences")
        cited = " ".join(sentences[cite - 1] for cite in cites)
        if strange := _numbers(text) - _numbers(cited):
            raise _refused(f"“{sorted(strange)[0]}” is in none of the sentences it cites")
    return " ".join(text for text, _ in pairs)


def _numbers(text: str) -> set[str]:
    """Numbers as they are printed, and words that stand for numbers."""
    return set(_NUMBER.findall(text)) | (_NUMBER_WORDS & set(search_tokens(text)))


def _parts(line: str) -> list[str]:
    return textwrap.wrap(line, LONGEST_LINE - 10, break_on_hyphens=False) or [line]


def _refused(why: str) -> BadInput:
    return BadInput(f"What the model wrote was refused: {why}.", code="rewrite_refused")


@functools.cache
def _prompt() -> Prompt:
    text = (Path(__file__).parent / "prompts" / f"rewrite.{PROMPT_VERSION}.md").read_text(encoding="utf-8")
    return Prompt("rewrite", PROMPT_VERSION, text)
