"""Which concepts the lines of a statement report, asked of a model and believed as far as it is checked.

Two things keep a wrong answer out. Lines whose concept is known already are asked about as well, and
a model that does not know those is not believed about the others. And what it says of a line that is
left for review passes the same guards as any other claim, changes no line that needed no review, and
may break no identity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.concepts.mapping import MappingRule
from engine.concepts.taxonomy import Taxonomy
from engine.concluding import concluded
from engine.kinds import CheckOutcome, MappingMethod, RowKind
from engine.second_reader.answer import Grounding, is_id
from engine.second_reader.asking import asked
from engine.second_reader.layout import lines_of_row
from engine.second_reader.lines import PrintedLine
from engine.second_reader.opinion import Mode, Opinion
from engine.second_reader.question import (
    Complete,
    Question,
    fenced,
    list_schema,
    load_prompt,
    object_schema,
)
from engine.statement import Row, StatementReading, StatementTable

NONE = "none"
LEAST_CONTROLS = 4  # known lines; fewer tell nothing about a model
LEAST_AGREEMENT = 0.75  # of the known lines that must be answered as they are known
TOKENS_PER_LINE = 24  # of an answer
TOKENS_BESIDE = 400
OPEN = frozenset((MappingMethod.UNMAPPED, MappingMethod.SIMILAR_LABEL))
KNOWN = frozenset((MappingMethod.CONFIRMED_RULE, MappingMethod.EXACT_SYNONYM))


@dataclass(frozen=True, slots=True)
class _Answered:
    """What the answers say, by row: a concept, or None for a line of the company's own."""

    concepts: Mapping[int, str | None]
    grounding: Grounding


def left_for_review(statement: StatementReading) -> tuple[int, ...]:
    """The rows with figures that have no concept, or one by the likeness of words alone."""
    return tuple(
        n
        for n, (row, mapping) in enumerate(zip(statement.table.rows, statement.mappings, strict=True))
        if row.kind is not RowKind.HEADING and mapping.method in OPEN
    )


def named(
    statement: StatementReading,
    lines: Sequence[PrintedLine],
    taxonomy: Taxonomy,
    rules: tuple[MappingRule, ...],
    complete: Complete,
) -> tuple[StatementReading, Opinion | None]:
    """The statement with concepts for its rows left for review, as far as they can be believed; None
    where no row is left. Of its checks only those within the statement are looked at and returned.

    `lines` are those of the table's pages: words that are not on them are not seen by a reader of the
    page, and are not shown to the model either.
    """
    open_rows = left_for_review(statement)
    if not open_rows:
        return statement, None
    table = statement.table
    shown = shown_rows(table, lines)
    rows = [n for n in shown if table.rows[n].kind is not RowKind.HEADING]
    grounding = Grounding(0, {})
    items = asked(rows, lambda part: label_question(table, shown, taxonomy, part), complete, grounding)
    answered = _grounded(items, statement, taxonomy, grounding)
    controls = [n for n in rows if statement.mappings[n].method in KNOWN]
    agreed = sum(
        n in answered.concepts and answered.concepts[n] == statement.mappings[n].concept for n in controls
    )
    refused = _why_not(len(controls), agreed, answered)
    suggested = {n: concept for n, concept in answered.concepts.items() if n in open_rows}
    better = statement if refused else _believed(statement, suggested, taxonomy, rules)
    if len(controls) < LEAST_CONTROLS and not _proves_more(better, statement):
        better = statement
        refused = refused or "too_few_known_lines"
    opinion = Opinion(
        kind=table.kind,
        mode=Mode.LABELS,
        asked=len(rows),
        grounded=grounding.kept,
        dropped=dict(grounding.dropped),
        controls=len(controls),
        agreed=agreed,
        entered=tuple(table.rows[n].label for n in open_rows if better.mappings[n] != statement.mappings[n]),
        disputed=() if refused else _disputed(better, answered.concepts),
        refused=refused,
    )
    return better, opinion


def shown_rows(table: StatementTable, lines: Sequence[PrintedLine]) -> dict[int, str]:
    """The label of every row that can be seen on its page, as far as its words can."""
    shown = {}
    for n, row in enumerate(table.rows):
        own = lines_of_row(row, lines)
        seen = {word for line in own for word in _words(line)}
        if own:
            shown[n] = " ".join(word for word in row.label.split() if _is_seen(word, seen))
    return shown


def _words(line: PrintedLine) -> list[str]:
    return [*line.label.split(), *(word for token in line.tokens for word in token.text.split())]


def _is_seen(word: str, seen: set[str]) -> bool:
    """Whether a word of a label is printed, whole or parted in another way than the line is."""
    return word in seen or any(word in other or other in word for other in seen if len(other) > 1)


def label_question(
    table: StatementTable, shown: Mapping[int, str], taxonomy: Taxonomy, rows: Sequence[int]
) -> Question:
    """The statement's lines, numbered from 1 in the order of its rows, and the concepts to choose from.
    `shown` are the labels by row."""
    items = list(taxonomy.of_statement(table.kind))
    concepts = [f"{item.code}: {item.label}" for item in items]
    numbers = ", ".join(str(n + 1) for n in rows)
    user = "\n".join(
        [
            f"The {table.kind.value.replace('_', ' ')} of an annual report.",
            "Concepts:",
            *concepts,
            f"{NONE}: a line of the report's own",
            "",
            fenced([_shown(n, table.rows[n], label) for n, label in shown.items()]),
            "",
            f"Answer for the lines {numbers}.",
        ]
    )
    codes = [*(item.code for item in items), NONE]
    line = object_schema({"line": {"type": "integer"}, "concept": {"type": "string", "enum": codes}})
    schema = object_schema({"lines": list_schema(line)})
    return Question(load_prompt("labels"), user, schema, TOKENS_PER_LINE * len(rows) + TOKENS_BESIDE)


def _shown(n: int, row: Row, label: str) -> str:
    figures = "  ".join("·" if cell is None else cell.text for cell in row.cells if any(row.cells))
    return f"{n + 1}|{'  ' * row.level}{label}  {figures}"


def _grounded(
    items: Sequence[Mapping[str, object]],
    statement: StatementReading,
    taxonomy: Taxonomy,
    grounding: Grounding,
) -> _Answered:
    """The items that point at a line with figures and name a concept of this statement. A line that is
    answered twice, and a concept given to two lines, are worth nothing."""
    table = statement.table
    found: dict[int, str | None] = {}
    twice: set[int] = set()
    for item in items:
        line, concept = item.get("line"), item.get("concept")
        if set(item) != {"line", "concept"} or not is_id(line) or not isinstance(concept, str):
            grounding.drop("wrong_shape")
            continue
        if line > len(table.rows) or table.rows[line - 1].kind is RowKind.HEADING:
            grounding.drop("no_such_line")
        elif concept != NONE and (known := taxonomy.find(concept)) is None:
            grounding.drop("no_such_concept")
        elif concept != NONE and known is not None and known.statement is not table.kind:
            grounding.drop("concept_of_another_statement")
        elif line - 1 in found:
            twice.add(line - 1)
        else:
            found[line - 1] = None if concept == NONE else concept
    given = [concept for concept in found.values() if concept is not None]
    shared = {concept for concept in given if given.count(concept) > 1}
    for n in twice | {n for n, concept in found.items() if concept in shared}:
        if found[n] is None or statement.mappings[n].concept != found[n] or n in twice:
            del found[n]
            grounding.drop("answered_twice")
    grounding.kept = len(found)
    return _Answered(found, grounding)


def _why_not(controls: int, agreed: int, answered: _Answered) -> str:
    """Why nothing of the answers is believed, empty where they are."""
    if not answered.concepts:
        return "no_usable_answer"
    if controls >= LEAST_CONTROLS and agreed < LEAST_AGREEMENT * controls:
        return "known_lines_answered_wrongly"
    return ""


def _believed(
    statement: StatementReading,
    suggested: Mapping[int, str | None],
    taxonomy: Taxonomy,
    rules: tuple[MappingRule, ...],
) -> StatementReading:
    """The statement with what is suggested, without what would harm the rest of it."""
    together = concluded(statement.table, taxonomy, rules, suggested)
    if not _harms(together, statement, suggested):
        return together
    kept: dict[int, str | None] = {n: None for n, concept in suggested.items() if concept is None}
    best = concluded(statement.table, taxonomy, rules, kept)
    for n, concept in suggested.items():
        if concept is None:
            continue
        one_more = concluded(statement.table, taxonomy, rules, {**kept, n: concept})
        if not _harms(one_more, statement, suggested):
            kept, best = {**kept, n: concept}, one_more
    return best


def _harms(other: StatementReading, first: StatementReading, open_rows: Mapping[int, str | None]) -> bool:
    """Whether a row that was not asked about means something else, or an identity suffers."""
    for n in range(len(first.table.rows)):
        if n not in open_rows and other.mappings[n] != first.mappings[n]:
            return True
        if n not in open_rows and other.signs[n].factor != first.signs[n].factor:
            return True
    held = _identities(first, CheckOutcome.HOLDS)
    fails = _identities(other, CheckOutcome.FAILS) - _identities(first, CheckOutcome.FAILS)
    return bool(fails) or not held <= _identities(other, CheckOutcome.HOLDS)


def _proves_more(other: StatementReading, first: StatementReading) -> bool:
    fails = _identities(other, CheckOutcome.FAILS)
    return not fails and _identities(other, CheckOutcome.HOLDS) > _identities(first, CheckOutcome.HOLDS)


def _identities(statement: StatementReading, outcome: CheckOutcome) -> set[tuple[str, int]]:
    return {(check.identity, check.column) for check in statement.checks if check.outcome is outcome}


def _disputed(statement: StatementReading, concepts: Mapping[int, str | None]) -> tuple[str, ...]:
    """The lines with a concept for which the second reader gives another one. That it knows none is
    no contradiction: it was told not to stretch."""
    return tuple(
        statement.table.rows[n].label
        for n, concept in concepts.items()
        if concept is not None
        and statement.mappings[n].concept not in (None, concept)
        and statement.mappings[n].method is not MappingMethod.CONFIRMED_RULE
    )
