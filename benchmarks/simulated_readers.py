"""Second readers that are no model: one that knows the truth, one that answers at random.

Both answer the questions of `engine.second_reader` as a model would, in JSON, from what they are told
beforehand, so that what comes of an answer can be measured without a model.
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import StatementKind
from engine.second_reader.layout import is_same
from engine.second_reader.lines import PrintedLine
from engine.second_reader.question import Completion, Question
from engine.statement import StatementTable

_ASKED = re.compile(r"\nAnswer for the lines ([\d, ]+)\.\Z")


def kind_of(question: Question) -> StatementKind:
    """The statement that a question is about."""
    first = question.user.split(" of an annual report", 1)[0].removeprefix("The ")
    return StatementKind(first.replace(" ", "_"))


def lines_asked(question: Question) -> list[int]:
    """The numbers of the lines that a question asks about."""
    found = _ASKED.search(question.user)
    assert found is not None
    return [int(number) for number in found[1].split(",")]


@dataclass(frozen=True, slots=True)
class PerfectReader:
    """Knows the concept of every row (None for a line of the company's own), by statement, and the
    right table with the lines of its pages where it is asked for a layout."""

    concepts: Mapping[StatementKind, Sequence[str | None]]
    tables: Mapping[StatementKind, tuple[StatementTable, Sequence[PrintedLine]]] | None = None

    def __call__(self, question: Question) -> Completion:
        kind, wanted = kind_of(question), lines_asked(question)
        if question.prompt.name == "labels":
            answer = [{"line": n, "concept": self.concepts[kind][n - 1] or "none"} for n in wanted]
        else:
            assert self.tables is not None
            answer = list(_pointed(*self.tables[kind], wanted))
        return Completion(json.dumps({"lines": answer}))


def _pointed(table: StatementTable, lines: Sequence[PrintedLine], wanted: Sequence[int]):
    cells = [(n, cell) for row in table.rows for n, cell in enumerate(row.cells) if cell is not None]
    for number in wanted:
        line = lines[number - 1]
        found = [
            {"column": column + 1, "token": place}
            for place, token in enumerate(line.tokens, start=1)
            for column, cell in cells
            if cell.page == line.page and is_same(cell, token)
        ]
        if found:
            yield {"line": number, "cells": found}


@dataclass(slots=True)
class RandomReader:
    """Answers every line with ids and concepts drawn at random, valid ones and others."""

    dice: random.Random

    def __call__(self, question: Question) -> Completion:
        wanted = lines_asked(question)
        if question.prompt.name == "labels":
            answer = [{"line": self._line(wanted), "concept": self._concept(question)} for _ in wanted]
        else:
            answer = [{"line": self._line(wanted), "cells": self._cells()} for _ in wanted]
        return Completion(json.dumps({"lines": answer}))

    def _line(self, wanted: Sequence[int]) -> int:
        return self.dice.choice([*wanted, 0, 9999])

    def _concept(self, question: Question) -> str:
        items = load_taxonomy().of_statement(kind_of(question))
        return self.dice.choice([*(item.code for item in items), "none", "is.invented"])

    def _cells(self) -> list[dict[str, int]]:
        return [
            {"column": self.dice.randint(0, 4), "token": self.dice.randint(0, 5)}
            for _ in range(self.dice.randint(0, 4))
        ]


@dataclass(slots=True)
class SlyReader:
    """Knows everything that is certain and lies about the rest: about lines left for review it draws a
    concept by lot, and of every fourth line of a page the figures."""

    perfect: PerfectReader
    left: Mapping[StatementKind, frozenset[int]]
    dice: random.Random

    def __call__(self, question: Question) -> Completion:
        kind = kind_of(question)
        items = json.loads(self.perfect(question).text)["lines"]
        codes = [item.code for item in load_taxonomy().of_statement(kind)]
        for item in items:
            if question.prompt.name == "labels" and item["line"] - 1 in self.left[kind]:
                item["concept"] = self.dice.choice(codes)
            elif question.prompt.name != "labels" and self.dice.random() < 0.25:
                for cell in item["cells"]:
                    cell["token"] = self.dice.randint(1, 5)
        return Completion(json.dumps({"lines": items}))


@dataclass(frozen=True, slots=True)
class SwappingReader:
    """Knows everything and turns the columns round; of concepts it gives each to the next line."""

    perfect: PerfectReader

    def __call__(self, question: Question) -> Completion:
        items = json.loads(self.perfect(question).text)["lines"]
        if question.prompt.name == "labels":
            concepts = [item["concept"] for item in items]
            items = [
                {"line": item["line"], "concept": concept}
                for item, concept in zip(items, [*concepts[1:], *concepts[:1]], strict=True)
            ]
        else:
            for item in items:
                columns = [cell["column"] for cell in item["cells"]]
                width = max((len(other["cells"]) for other in items), default=1)
                for cell, column in zip(item["cells"], columns, strict=True):
                    cell["column"] = width + 1 - column
        return Completion(json.dumps({"lines": items}))
