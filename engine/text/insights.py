"""What a reader looks for first in a report: its figures, what is expected, what may go wrong."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.text.entities import Entity, EntityKind, entities_of
from engine.text.passages import Passage, PassageKind, PlacedSentence

LEAST_WORDS, MOST_WORDS = 6, 80  # of a sentence that is quoted


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """An amount in a sentence that names a measure. `year` and `part` are the period the sentence names
    last before it, or behind it; None and "" where it names none."""

    measure: str
    text: str
    value: Decimal
    decimals: int
    currency: str
    year: int | None
    part: str
    sentence: str
    page: int
    passage: int


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence of the report and its page."""

    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Insights:
    """What was found, in the order of the report."""

    key_figures: tuple[KeyFigure, ...]
    guidance: tuple[Quoted, ...]
    risks: tuple[Quoted, ...]


def insights_of(passages: Sequence[Passage]) -> Insights:
    """Key figures, sentences of guidance and of risk out of the prose of a report."""
    figures: list[KeyFigure] = []
    guidance: list[Quoted] = []
    risks: list[Quoted] = []
    for passage in passages:
        if passage.kind is not PassageKind.PROSE:
            continue
        for sentence in passage.sentences():
            if not LEAST_WORDS <= sentence.text.count(" ") + 1 <= MOST_WORDS or is_boilerplate(sentence.text):
                continue
            figures += _figures(passage, sentence)
            if matcher("guidance").search(sentence.text):
                guidance.append(Quoted(sentence.text, sentence.page))
            if matcher("risk").search(sentence.text):
                risks.append(Quoted(sentence.text, sentence.page))
    return Insights(tuple(figures), tuple(guidance), tuple(risks))


def is_boilerplate(text: str) -> bool:
    """Whether a sentence is one of those that stand in every report."""
    return bool(matcher("boilerplate").search(text))


def section_weight(headings: Sequence[str], style: str) -> float:
    """What the part of a report under these headings weighs in a summary of this style."""
    for heading in reversed(headings):
        for pattern, weights in _sections():
            if pattern.search(heading):
                return float(weights[style])
    return 1.0


def _figures(passage: Passage, sentence: PlacedSentence) -> Iterator[KeyFigure]:
    measures = list(matcher("measures").finditer(sentence.text))
    if not measures:
        return
    entities = entities_of(sentence.text, passage.language)
    periods = [entity for entity in entities if entity.year is not None]
    for entity in entities:
        if entity.kind is not EntityKind.MONEY or entity.value is None:
            continue
        measure = min(measures, key=lambda found: abs(found.start() - entity.start))
        period = _nearest(entity, periods)
        yield KeyFigure(
            measure=measure[0].lower(),
            text=entity.text,
            value=entity.value,
            decimals=entity.decimals,
            currency=entity.currency,
            year=period.year if period else None,
            part=period.part if period else "",
            sentence=sentence.text,
            page=sentence.page,
            passage=passage.number,
        )


def _nearest(entity: Entity, periods: Sequence[Entity]) -> Entity | None:
    """The period that follows the amount next, else the last one before it."""
    behind = [period for period in periods if period.start >= entity.end]
    before = [period for period in periods if period.end <= entity.start]
    return behind[0] if behind else before[-1] if before else None


@functools.cache
def matcher(name: str) -> re.Pattern[str]:
    """Finds the words or phrases of one list of the vocabulary, whole and in any case."""
    entry = _knowledge()[name]
    phrases = sorted(entry.get("words") or entry["phrases"], key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, phrases)) + r")(?!\w)", re.IGNORECASE)


@functools.cache
def _sections() -> tuple[tuple[re.Pattern[str], dict[str, Any]], ...]:
    return tuple(
        (re.compile("|".join(re.escape(word) for word in entry["words"]), re.IGNORECASE), entry)
        for entry in _knowledge()["sections"]["list"]
    )


@functools.cache
def _knowledge() -> dict[str, Any]:
    loaded: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "insights.yaml")
    return loaded
