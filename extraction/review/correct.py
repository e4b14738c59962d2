"""Corrections made by people: each becomes a rule at its place, is replayed, and can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from audit.actions import Action
from audit.record import record
from companies.models import Company
from documents.models import DocumentVersion
from documents.storage import open_version
from engine.concepts.taxonomy import load_taxonomy
from engine.corrections import number_words, printed_on
from engine.errors import Unreadable
from engine.kinds import CorrectionAction, RowKind
from engine.limits import Limits
from engine.sandbox import lines_safely
from engine.statement import StatementReading
from engine.values import Box
from extraction.errors import WrongCorrection
from extraction.load import kept_reading
from extraction.models import (
    Correction,
    CorrectionEvent,
    CorrectionEventKind,
    CorrectionState,
    Observation,
    StatementRow,
    StatementTable,
)
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import Trigger

MOST_DIGITS = 22
SCALES = (1, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
TASK = "extraction.apply_corrections"

_FIGURE = (CorrectionAction.NUMBER, CorrectionAction.LEAVE_OUT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to correct: `action` with what it sets. Only what the action needs is read."""

    action: CorrectionAction
    number: Decimal | None = None
    factor: int | None = None
    scale: int | None = None
    currency: str = ""
    concept: str = ""
    everywhere: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A statement that was read, or a line or figure of it."""

    table: StatementTable
    row: StatementRow | None = None
    observation: Observation | None = None

    @classmethod
    def of_figure(cls, observation: Observation) -> "Place":
        return cls(observation.row.table, observation.row, observation)

    @property
    def version(self) -> DocumentVersion:
        return self.table.run.version

    @property
    def company(self) -> Company:
        return self.version.document.company


@dataclass(frozen=True, slots=True)
class _Read:
    """What had been read at a place, before any correction."""

    number: Decimal | None = None
    factor: int = 1
    concept: str = ""
    scale: int | None = None
    currency: str = ""

    def to_json(self, action: CorrectionAction) -> dict[str, Any]:
        match action:
            case CorrectionAction.NUMBER:
                return {"number": None if self.number is None else f"{self.number:f}"}
            case CorrectionAction.SIGN:
                return {"factor": self.factor}
            case CorrectionAction.CONCEPT:
                return {"concept": self.concept or None}
            case CorrectionAction.UNIT:
                return {"scale": self.scale, "currency": self.currency or None}
        return {}


def drafted(place: Place, wanted: Wanted, *, by: User | None = None) -> Correction:
    """The correction as it would be kept, not stored.

    Raises WrongCorrection, with a sentence, where it cannot be made.
    """
    action = CorrectionAction(wanted.action)
    read = _read(place)
    _must_fit(place, wanted, action)
    correction = Correction(
        company=place.company,
        document=place.version.document,
        sha256=place.version.sha256,
        action=action,
        was=read.to_json(action),
        reason=wanted.reason[:500],
        author=by,
        **_anchor(place, action),
        **_intent(wanted, action),
    )
    if correction.says == correction.said_before and action is not CorrectionAction.LEAVE_OUT:
        raise WrongCorrection(
            f"That is what was read: {correction.says}. Nothing would change; if a later correction is"
            " wrong, undo that one."
        )
    return correction


def correct(
    place: Place,
    wanted: Wanted,
    *,
    by: User | None,
    instead_of: Correction | None = None,
) -> Correction:
    """Keep a correction. One of the same place that it contradicts, and the one it is made `instead_of`,
    are replaced by it. Call `apply_to` afterwards; until then the figures are as they were.

    Raises WrongCorrection, with a sentence, where it cannot be made.
    """
    correction = drafted(place, wanted, by=by)
    if correction.action == CorrectionAction.NUMBER:
        correction.printed_at = printed_at(correction, place)
    with transaction.atomic():
        replaced = list(same_place(correction).select_for_update())
        if instead_of is not None and instead_of.pk not in {older.pk for older in replaced}:
            replaced.append(instead_of)
        correction.save()
        note(correction, CorrectionEventKind.MADE, by, correction.reason)
        for older in replaced:
            older.state, older.replaced_by = CorrectionState.REPLACED, correction
            older.save(update_fields=["state", "replaced_by"])
            note(older, CorrectionEventKind.REPLACED, by, f"By correction {correction.pk}.")
    return correction


def undo(correction: Correction, *, by: User | None, why: str = "") -> bool:
    """Take a correction out of force; the one it had replaced comes back. False where it was not in
    force. Call `apply_to` afterwards."""
    with transaction.atomic():
        changed = Correction.objects.filter(pk=correction.pk, state__in=CorrectionState.in_force()).update(
            state=CorrectionState.UNDONE
        )
        if not changed:
            return False
        correction.state = CorrectionState.UNDONE
        note(correction, CorrectionEventKind.UNDONE, by, why)
        for older in Correction.objects.filter(replaced_by=correction, state=CorrectionState.REPLACED):
            _restore(older, by)
    return True


def restore(correction: Correction, *, by: User | None) -> bool:
    """Put an undone correction in force again. False where it was not undone, or where another one has
    been made at its place since. Call `apply_to` afterwards."""
    with transaction.atomic():
        locked = Correction.objects.select_for_update().get(pk=correction.pk)
        if locked.state != CorrectionState.UNDONE or same_place(locked).exists():
            return False
        _restore(locked, by)
    correction.state = CorrectionState.ACTIVE
    return True


def _restore(correction: Correction, by: User | None) -> None:
    correction.state, correction.replaced_by = CorrectionState.ACTIVE, None
    correction.save(update_fields=["state", "replaced_by"])
    note(correction, CorrectionEventKind.RESTORED, by)


def apply_to(company: Company, *, by: User | None, trigger: Trigger) -> TaskRun:
    """Have the corrections of a company laid over its readings and its statements compiled again."""
    # Not the run that is under way: it may have passed the place already.
    return launch(
        TASK,
        subject=company,
        by=by,
        trigger=trigger,
        force=True,
        company_id=company.pk,
    ).run


def note(correction: Correction, kind: CorrectionEventKind, by: User | None, says: str = "") -> None:
    """Write the history of a correction on."""
    CorrectionEvent.objects.create(
        correction=correction,
        kind=kind,
        by=by,
        says=says,
        stands=correction.is_in_force,
    )
    if by is not None:
        said = {"was": correction.said_before, "is": correction.says} | {"in_force": correction.is_in_force}
        record(Action.CORRECTED, correction, by=by, after=said, detail=f"{kind.label}. {says}".strip())


def printed_at(correction: Correction, place: Place) -> dict[str, object] | None:
    """Where on its page the number is printed: page, box and text; None where it is not, and where the
    page cannot be looked at."""
    version = place.version
    try:
        with open_version(version) as file:
            data = file.read()
        lines = lines_safely(data, [correction.page], place.table.read_by, Limits(**settings.READING_LIMITS))
    except (OSError, Unreadable):
        return None
    found = printed_on(lines, Decimal(correction.number or 0), Box(*correction.box))
    if found is None:
        return None
    box = found.box
    return {"page": correction.page, "box": [box.x0, box.y0, box.x1, box.y1], "text": found.text}


def same_place(correction: Correction) -> QuerySet[Correction]:
    """The corrections in force that say something else of the same thing."""
    action = CorrectionAction(correction.action)
    actions: Sequence[CorrectionAction] = _FIGURE if correction.of_figure else (action,)
    return Correction.objects.filter(
        company=correction.company,
        sha256=correction.sha256,
        statement=correction.statement,
        scope=correction.scope,
        page=correction.page,
        box=correction.box,
        of_figure=correction.of_figure,
        label=correction.label,
        action__in=actions,
        state__in=CorrectionState.in_force(),
    ).exclude(pk=correction.pk)


def _read(place: Place) -> _Read:
    """From what was kept of the reading; the rows of the database tell what was concluded of it, with
    the corrections that are in force already."""
    entry = _kept_entry(place)
    row, observation = place.row, place.observation
    if entry is None:
        return _Read(
            number=observation.number if observation else None,
            factor=row.sign_factor if row else 1,
            concept=row.concept if row else "",
            scale=place.table.scale,
            currency=place.table.currency,
        )
    unit = entry.table.unit
    if row is None:
        return _Read(scale=unit.scale, currency=unit.currency or "")
    cell = entry.table.rows[row.ordinal].cells[observation.column.ordinal] if observation else None
    return _Read(
        number=None if cell is None else cell.number,
        factor=entry.signs[row.ordinal].factor,
        concept=entry.mappings[row.ordinal].concept or "",
        scale=unit.scale,
        currency=unit.currency or "",
    )


def _kept_entry(place: Place) -> StatementReading | None:
    found = kept_reading(place.table.run)
    if found is None:
        return None
    tables = [
        entry
        for entry in found[1].statements
        if (entry.table.kind, entry.table.scope) == (place.table.statement, place.table.scope)
    ]
    return tables[0] if tables else None


def _anchor(place: Place, action: CorrectionAction) -> dict[str, Any]:
    """Where the correction stands: at the figure, the line, or the words that state the unit."""
    table, row, observation = place.table, place.row, place.observation
    common = {"statement": table.statement, "scope": table.scope}
    if action is CorrectionAction.UNIT or row is None:
        evidence = table.unit_evidence or {"page": (table.pages or [1])[0], "box": [0.0, 0.0, 0.0, 0.0]}
        return {
            **common,
            "page": evidence["page"],
            "box": evidence["box"],
            "of_figure": False,
            "text": evidence.get("text", "")[:100],
        }
    line = {**common, "label": row.label, "section": row.section}
    if observation is None or action in (CorrectionAction.SIGN, CorrectionAction.CONCEPT):
        return {**line, "page": row.page, "box": row.box, "of_figure": False}
    column = observation.column
    return {
        **line,
        "page": observation.page,
        "box": observation.box,
        "of_figure": True,
        "heading": column.heading,
        "period_kind": column.period_kind,
        "period_start": column.period_start,
        "period_end": column.period_end,
        "text": observation.text,
    }


def _intent(wanted: Wanted, action: CorrectionAction) -> dict[str, Any]:
    match action:
        case CorrectionAction.NUMBER:
            return {"number": wanted.number}
        case CorrectionAction.SIGN:
            return {"factor": wanted.factor}
        case CorrectionAction.UNIT:
            return {"scale": wanted.scale, "currency": wanted.currency}
        case CorrectionAction.CONCEPT:
            return {"concept": wanted.concept, "everywhere": wanted.everywhere}
    return {}


def _must_fit(place: Place, wanted: Wanted, action: CorrectionAction) -> None:
    """Raise WrongCorrection for what cannot be meant."""
    if action is CorrectionAction.NUMBER:
        _must_be_number(place, wanted.number)
    elif action is CorrectionAction.SIGN:
        if place.row is None or wanted.factor not in (-1, 1):
            raise WrongCorrection("A sign is that of a line: as printed (1) or turned (-1).")
    elif action is CorrectionAction.UNIT:
        _must_be_unit(wanted)
    elif action is CorrectionAction.CONCEPT:
        _must_be_concept(place, wanted.concept)
    elif place.row is None:
        raise WrongCorrection("Name the figure or the line that is to be left out.")


def _must_be_number(place: Place, number: Decimal | None) -> None:
    if place.observation is None:
        raise WrongCorrection("Name the figure whose number is to be corrected.")
    if number is None or not number.is_finite():
        raise WrongCorrection("Give the number as it should be, in the unit of the page: 534.5 or -12.")
    exponent = number.as_tuple().exponent
    if len(number.as_tuple().digits) > MOST_DIGITS or not isinstance(exponent, int) or exponent < -6:
        raise WrongCorrection(f"{number_words(number)} has more digits than a figure can have.")
    largest = Decimal(10) ** MOST_DIGITS
    if abs(number) * (place.table.scale or 1) >= largest:
        raise WrongCorrection(f"{number_words(number)} in this unit is larger than a figure can be.")


def _must_be_unit(wanted: Wanted) -> None:
    currency = wanted.currency
    if wanted.scale not in SCALES:
        known = ", ".join(f"{scale:,}" for scale in SCALES)
        raise WrongCorrection(f"The scale has to be one of {known}.")
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise WrongCorrection("The currency is a code of three capital letters, such as EUR.")


def _must_be_concept(place: Place, concept: str) -> None:
    if place.row is None:
        raise WrongCorrection("Name the line whose concept is to be corrected.")
    if place.row.kind == RowKind.HEADING:
        raise WrongCorrection("A heading reports no figure and has no concept.")
    if not concept:
        return
    item = load_taxonomy().find(concept)
    if item is None:
        raise WrongCorrection(f"There is no concept {concept}. Choose one from the list.")
    if item.statement != place.table.statement:
        name = place.table.get_statement_display().lower()
        raise WrongCorrection(f"{item.label} is not a line of the {name}.")
