"""What a sentence speaks of, and which parts of a report say nothing of the company."""

import functools
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.kinds import Topic
from engine.sentiment.inflection import noun_forms, verb_forms
from engine.sentiment.tokens import tokens_of


class Axis(StrEnum):
    """What a text can be full of without being good or bad news."""

    UNCERTAINTY = "uncertainty"
    LITIGATION = "litigation"
    CONSTRAINT = "constraint"


class Phrases:
    """Phrases by the names they speak for, found as whole words."""

    def __init__(self, by_name: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, phrases in by_name.items():
            for phrase in phrases:
                self._by_first.setdefault(phrase[0], []).append((phrase, name))

    def names_in(self, words: Sequence[str]) -> frozenset[str]:
        """The names of all phrases that stand in the words."""
        return frozenset(
            name
            for place, word in enumerate(words)
            for phrase, name in self._by_first.get(word, ())
            if len(phrase) == 1 or tuple(words[place : place + len(phrase)]) == phrase
        )


def topics_of(words: Sequence[str]) -> tuple[Topic, ...]:
    """The topics of a text in tokens, in the order of the list of topics."""
    found = _topics().names_in(words)
    return tuple(topic for topic in Topic if topic.value in found)


def axes_of(words: Sequence[str]) -> tuple[Axis, ...]:
    """The axes a text in tokens has a word of."""
    found = _axes().names_in(words)
    return tuple(axis for axis in Axis if axis.value in found)


def boilerplate_of(words: Sequence[str], headings: Sequence[str]) -> str:
    """Which kind of prescribed or copied wording a sentence is; empty where it is none."""
    by_heading, by_sentence = _boilerplate()
    for heading in headings:
        kinds = by_heading.names_in(tokens_of(heading)[0])
        if kinds:
            return min(kinds)
    return min(by_sentence.names_in(words), default="")


@functools.cache
def _topics() -> Phrases:
    return _phrases(_read("topics")["topics"])


@functools.cache
def _axes() -> Phrases:
    return _phrases(_read("axes")["axes"])


@functools.cache
def _boilerplate() -> tuple[Phrases, Phrases]:
    loaded = _read("boilerplate")
    headings, sentences = (
        Phrases({name: [_words(text) for text in group["phrases"]] for name, group in loaded[part].items()})
        for part in ("headings", "sentences")
    )
    return headings, sentences


def _phrases(groups: Mapping[str, Any]) -> Phrases:
    by_name: dict[str, list[tuple[str, ...]]] = {}
    for name, group in groups.items():
        phrases = [_words(text) for text in group.get("words", ())]
        for text in group.get("nouns", ()):
            *before, last = _words(text)
            phrases.extend((*before, form) for form in noun_forms(last))
        for text in group.get("verbs", ()):
            first, *behind = _words(text)
            phrases.extend((form, *behind) for form in verb_forms(first))
        by_name[name] = phrases
    return Phrases(by_name)


def _words(text: object) -> tuple[str, ...]:
    return tuple(tokens_of(str(text))[0])


def _read(name: str) -> Any:
    return read_data(Path(__file__).parent / "lexicon" / f"{name}.yaml")
