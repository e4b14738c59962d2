"""The words of statement pages, one data file per language, compared by their letters alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.kinds import StatementKind

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_ASCII = bytes(range(128))
_LOWER = bytes(range(256)).lower()
_NOT_ASCII_LETTERS = bytes(code for code in range(256) if code > 127 or not chr(code).isalpha())


def letters(text: str) -> str:
    """Letters only, lower case: how every phrase is compared."""
    raw = text.encode("utf-8", "surrogatepass")
    beyond = raw.translate(None, _ASCII)
    if not beyond or not _NOT_LETTERS.sub("", beyond.decode("utf-8", "surrogatepass")):
        # Every page of a file passes here, and most have no letters beyond these: many times faster.
        return raw.translate(_LOWER, _NOT_ASCII_LETTERS).decode("ascii")
    return _NOT_LETTERS.sub("", text.lower())


def shortest(phrases: Iterable[str]) -> tuple[str, ...]:
    """The phrases that hold no other one: a text has some phrase where it has one of these."""
    known = tuple(phrases)
    return tuple(one for one in known if not any(other != one and other in one for other in known))


@dataclass(frozen=True, slots=True)
class Anchor:
    """Captions of which any one on a page speaks for a statement, with that much weight."""

    weight: float
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """Lines that end a balance sheet, where one of `after`, if there are any, stands above them.
    `whole` phrases want the line to hold nothing else."""

    phrases: tuple[str, ...]
    whole: frozenset[str]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FalseFriend:
    """A phrase that speaks against a page. `where`: head, line or page."""

    phrase: str
    where: str
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language. Phrases are letters only."""

    language: str
    titles: dict[StatementKind, tuple[str, ...]]
    within_titles: tuple[str, ...]  # one of them stands in every title
    title_tails: tuple[str, ...]
    not_titles: tuple[str, ...]
    other_titles: tuple[str, ...]
    comprehensive: tuple[str, ...]
    anchors: dict[StatementKind, tuple[Anchor, ...]]
    closing: tuple[Closing, ...]
    false_friends: tuple[FalseFriend, ...]
    parent_words: tuple[str, ...]
    consolidated_words: tuple[str, ...]
    group_columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    see_notes: tuple[str, ...]
    continued: tuple[str, ...]
    note_headings: tuple[str, ...]
    months: dict[str, int]
    durations: tuple[tuple[int, tuple[str, ...]], ...]
    restated: tuple[str, ...]
    not_periods: tuple[str, ...]
    connectives: frozenset[str]
    per_share: tuple[str, ...]
    share_counts: tuple[str, ...]
    totals: tuple[str, ...]


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language of LANGUAGES."""
    return _parsed(read_data(Path(__file__).parent / "vocabulary" / f"{language}.yaml"))


def _phrases(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(letters(str(value)) for value in values or ()))


def _closing(entry: dict[str, Any]) -> Closing:
    whole = [phrase for phrase in entry["any"] if phrase.startswith("=")]
    return Closing(
        _phrases(phrase for phrase in entry["any"] if phrase not in whole),
        frozenset(_phrases(whole)),
        _phrases(entry.get("after")),
    )


def _parsed(raw: dict[str, Any]) -> Vocabulary:
    titles = {StatementKind(kind): _phrases(names) for kind, names in raw["titles"].items()}
    return Vocabulary(
        language=raw["language"],
        titles=titles,
        within_titles=shortest(dict.fromkeys(name for names in titles.values() for name in names)),
        title_tails=_phrases(raw.get("title_tails")),
        not_titles=_phrases(raw.get("not_titles")),
        other_titles=_phrases(entry["text"] for entry in raw["other_titles"]),
        comprehensive=_phrases(raw.get("comprehensive")),
        anchors={
            StatementKind(kind): tuple(Anchor(a["weight"], shortest(_phrases(a["any"]))) for a in anchors)
            for kind, anchors in raw["anchors"].items()
        },
        closing=tuple(_closing(entry) for entry in raw["closing"]),
        false_friends=tuple(
            FalseFriend(letters(f["text"]), f["where"], f["weight"], f["reason"])
            for f in raw["false_friends"]
        ),
        parent_words=_phrases(raw["parent_words"]),
        consolidated_words=_phrases(raw["consolidated_words"]),
        group_columns=_phrases(raw["group_columns"]),
        parent_columns=_phrases(raw["parent_columns"]),
        see_notes=_phrases(raw["see_notes"]),
        continued=_phrases(raw["continued"]),
        note_headings=_phrases(raw["note_headings"]),
        months={letters(str(name)): number for name, number in raw["months"].items()},
        durations=tuple((entry["months"], _phrases(entry["any"])) for entry in raw["durations"]),
        restated=_phrases(raw["restated"]),
        not_periods=_phrases(raw["not_periods"]),
        connectives=frozenset(str(word).lower() for word in raw["connectives"]),
        per_share=_phrases(raw["per_share"]),
        share_counts=_phrases(raw["share_counts"]),
        totals=_phrases(raw["totals"]),
    )
