"""A list of things asked about, in as many questions as the answers have room for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.second_reader.answer import Grounding, Refused, items_of
from engine.second_reader.question import Complete, Question

LEAST_PART = 4  # lines: below that a truncated answer is not split any further


def asked(
    ids: Sequence[int],
    question_about: Callable[[Sequence[int]], Question],
    complete: Complete,
    grounding: Grounding,
) -> list[Mapping[str, Any]]:
    """The items of the answers about all `ids`. A truncated answer is thrown away and its ids are
    asked about in two halves; one that cannot be used is counted."""
    if not ids:
        return []
    completion = complete(question_about(ids))
    if completion.truncated:
        if len(ids) <= LEAST_PART:
            grounding.drop("truncated", len(ids))
            return []
        half = len(ids) // 2
        return [
            item
            for part in (ids[:half], ids[half:])
            for item in asked(part, question_about, complete, grounding)
        ]
    try:
        return items_of(completion.text, "lines")
    except Refused as refusal:
        grounding.drop(refusal.code, len(ids))
        return []
