"""A changed workbook that comes back: each changed figure as a question, everything else refused by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from audit.actions import Action
from audit.record import record
from engine.corrections import number_words
from engine.edited_workbook import EditedCell, Found
from engine.limits import Limits
from engine.sandbox import edits_safely
from extraction.errors import ExtractionError
from extraction.exports.workbook.styles import Content
from extraction.models import (
    CompiledCell,
    CompiledStatement,
    Fact,
    Observation,
    ReviewItem,
    ReviewKind,
    ReviewState,
)
from extraction.store import Question, ask_all

LARGEST = 20 * 1024 * 1024  # bytes; the largest export has about half a megabyte
MOST_CHANGES = 500
# Spreadsheets hold about fifteen digits: two figures that differ by less are the same.
SAME = Decimal("1e-9")
_DIGITS = Decimal("0.000001")


class WorkbookRefused(ExtractionError):
    """A workbook of which nothing can be taken. Its code says why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Refusal:
    """One changed cell that becomes no proposal. `code` is stable: formula, not_a_number, emptied,
    calculated, derived, converted, gap, gone, stale_version, superseded, unknown_cell, decided_before."""

    code: str
    place: str
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class Edits:
    """What an uploaded workbook gave: questions for each changed figure, and what was refused."""

    proposed: tuple[ReviewItem, ...]
    refused: tuple[Refusal, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of the statements and figures that a workbook speaks of."""

    statements: Mapping[int, CompiledStatement]
    facts: Mapping[int, Fact]
    cells: frozenset[tuple[int, str, str, int | None]]  # statement, row, last day, fact
    ratios: Mapping[int, Decimal]  # by line: base units and sign of one printed unit


def take_in_workbook(data: bytes, name: str, *, by: User) -> Edits:
    """Propose a correction for each changed figure of a workbook that was exported from here. No figure
    changes before a person has accepted its question. Uploading it twice asks nothing twice.

    Raises WorkbookRefused (too_large, foreign_workbook, too_many_changes) and engine.errors.Unreadable
    (not_a_workbook, foreign_workbook, changed_structure and those of the sandbox); nothing is proposed then.
    """
    if len(data) > LARGEST:
        raise WorkbookRefused(
            f"The file is larger than {LARGEST // 1024**2} MB, which no exported workbook is.", "too_large"
        )
    cells = edits_safely(data, Limits(**settings.READING_LIMITS))
    changed = [cell for cell in cells if _is_changed(cell)]
    if len(changed) > MOST_CHANGES:
        raise WorkbookRefused(
            f"{len(changed)} cells differ from what was exported, more than the {MOST_CHANGES} that are taken"
            " at a time. If the sheets were converted or rounded, export a fresh workbook.",
            "too_many_changes",
        )
    known = _known(cells, changed)
    _must_be_ours(cells, known)
    questions: list[tuple[EditedCell, Question]] = []
    refused: list[Refusal] = []
    for cell in changed:
        found = _question(cell, known, name, by)
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            questions.append((cell, found))
    with transaction.atomic():
        ask_all([question for _, question in questions])
        if questions:
            told = (
                f"Changed figures in the workbook {name}: {len(questions)} proposed, {len(refused)} refused."
            )
            record(Action.ADDED, by=by, detail=told)
    proposed, decided = _asked(questions)
    return Edits(tuple(proposed), (*refused, *decided), len(cells) - len(changed))


def _is_changed(cell: EditedCell) -> bool:
    """Whether a cell holds something else than what was exported. A formula that was exported as one
    still is one; what it gives follows from other cells."""
    if cell.content in (Content.CALCULATED, Content.DERIVED) and cell.found is Found.FORMULA:
        return False
    if cell.exported is None:
        return cell.found is not Found.BLANK
    if cell.found is not Found.NUMBER or cell.number is None:
        return True
    return not _same(cell.number, cell.exported)


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= SAME * max(Decimal(1), abs(one), abs(other))


def _known(cells: Sequence[EditedCell], changed: Sequence[EditedCell]) -> _Known:
    ids = {cell.statement for cell in cells if cell.statement is not None}
    facts = Fact.objects.select_related(
        "company", "document", "observation__row__table", "observation__column"
    ).in_bulk([cell.fact for cell in changed if cell.fact is not None])
    stored = CompiledCell.objects.filter(row__compiled__in=ids).values_list(
        "row__compiled_id", "row__key", "period_end", "fact_id"
    )
    rows = {fact.observation.row_id for fact in facts.values()}
    observations = Observation.objects.filter(row__in=rows, number__isnull=False, value__isnull=False)
    ratios = {
        row: value / number
        for row, number, value in observations.values_list("row_id", "number", "value")
        if number and value is not None
    }
    return _Known(
        CompiledStatement.objects.select_related("company").in_bulk(list(ids)),
        facts,
        frozenset((pk, key[:200], end.isoformat(), fact) for pk, key, end, fact in stored),
        ratios,
    )


def _must_be_ours(cells: Sequence[EditedCell], known: _Known) -> None:
    """Refuse a workbook whose statements are not kept here, or are of several companies."""
    foreign = any(
        cell.statement is not None
        and (
            cell.statement not in known.statements
            or known.statements[cell.statement].content_hash != cell.content_hash
        )
        for cell in cells
    )
    companies = {statement.company_id for statement in known.statements.values()}
    companies |= {fact.company_id for fact in known.facts.values()}
    if foreign or len(companies) > 1 or not cells:
        raise WorkbookRefused(
            "The statements of this workbook are not those that are kept here. It may be from another"
            " installation, or older than what is kept. Export a fresh one and make the changes in it.",
            "foreign_workbook",
        )


_NOT_OURS: dict[str, str] = {
    Content.CALCULATED: "It is the sum of other lines: change those, and it follows.",
    Content.DERIVED: "No report prints it; it is computed from figures that are.",
    Content.CONVERTED: "It was converted from another currency. Export in the currency of the reports.",
    Content.GAP: "No report gives a figure here, so there is no place on a page to correct. Upload the report"
    " that prints it, or correct its line where it is printed.",
}


def _question(cell: EditedCell, known: _Known, name: str, by: User) -> Question | Refusal:
    """The proposal that a changed cell makes, or why it makes none."""

    def refuse(code: str, says: str) -> Refusal:
        fact = known.facts.get(cell.fact or 0)
        return Refusal(code, f"{cell.sheet}!{cell.place or '?'}", fact.label if fact else cell.row, says)

    if cell.found is Found.GONE:
        return refuse("gone", "The cell was deleted. To leave a figure out, correct it at its proof.")
    if cell.content in _NOT_OURS:
        return refuse(str(cell.content), _NOT_OURS[cell.content])
    if cell.found is Found.FORMULA:
        return refuse("formula", "It is a formula now. Type the figure as a number.")
    if cell.found is Found.TEXT:
        return refuse("not_a_number", f"“{cell.text[:40]}” is no number.")
    if cell.found is Found.BLANK or cell.number is None:
        return refuse("emptied", "It was emptied. To leave a figure out, correct it at its proof.")
    fact, statement = known.facts.get(cell.fact or 0), known.statements.get(cell.statement or 0)
    if fact is None:
        return refuse("superseded", "The report was read again since. Export a fresh workbook.")
    if statement is not None:
        if (statement.pk, cell.row[:200], cell.period_end, fact.pk) not in known.cells:
            return refuse("unknown_cell", "The hidden sheet names a figure that is not in this cell.")
        if not statement.is_current:
            return refuse("stale_version", _stale(statement))
    if fact.superseded_at is not None:
        return refuse("superseded", "The report was read again since. Export a fresh workbook.")
    ratio = _ratio(fact, known)
    number = (cell.number * cell.factor / ratio).quantize(_DIGITS)
    return _proposal(cell, fact, _trimmed(number), name, by)


def _stale(statement: CompiledStatement) -> str:
    return (
        f"The workbook holds version {statement.version} of this statement, and a newer one has been compiled"
        " since. Export a fresh workbook and make the change in it."
    )


def _ratio(fact: Fact, known: _Known) -> Decimal:
    """What one printed unit of a fact's line is in base units with contribution sign."""
    row = fact.observation.row
    ratio = known.ratios.get(row.pk)
    if ratio is not None:
        return ratio
    # A line of dashes alone says nothing of its own unit.
    return Decimal(fact.observation.column.scale or row.table.scale or 1) * row.sign_factor


def _trimmed(number: Decimal) -> Decimal:
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def _proposal(cell: EditedCell, fact: Fact, number: Decimal, name: str, by: User) -> Question:
    observation = fact.observation
    table = observation.row.table
    person = by.get_username()
    return Question(
        fact.document,
        ReviewKind.PROPOSED,
        f"{table.get_statement_display()}, {fact.label or 'a line without a label'},"
        f" {observation.column.heading or fact.period_end}: {observation.text} is printed, and"
        f" {person} made it {number_words(number)} in “{name[:80]}”.",
        {
            "statement": table.statement,
            "pages": [observation.page],
            "rows": [observation.row.ordinal],
            "lines": [fact.label],
            "observation": observation.pk,
            "number": f"{number:f}",
            "exported": None if cell.exported is None else str(cell.exported),
            "typed": cell.text,
            "cell": f"{cell.sheet}!{cell.place}",
            "by": by.pk,
            "why": f"Changed by {person} in the workbook {name[:80]}, cell {cell.sheet}!{cell.place}.",
        },
        about=f"{ReviewKind.PROPOSED}|{fact.pk}|{number:f}",
    )


def _asked(
    questions: Sequence[tuple[EditedCell, Question]],
) -> tuple[list[ReviewItem], list[Refusal]]:
    """The open questions, and what had been decided before and is not asked again."""
    found = {
        item.fingerprint: item
        for item in ReviewItem.objects.filter(
            fingerprint__in=[question.fingerprint for _, question in questions]
        )
    }
    proposed, decided = [], []
    for cell, question in questions:
        item = found[question.fingerprint]
        if item.state == ReviewState.OPEN:
            proposed.append(item)
            continue
        says = (
            f"The same change was {item.get_state_display().lower()} before. Take that back to decide anew."
        )
        decided.append(
            Refusal(
                "decided_before",
                f"{cell.sheet}!{cell.place}",
                str(question.details["lines"][0]),  # type: ignore[index]
                says,
            )
        )
    return proposed, decided
