"""Decisions of people on what the system asked, what follows from them, and taking them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.actions import Action
from audit.record import Happened, record_all
from companies.models import Company
from engine.kinds import CorrectionAction
from extraction.errors import WrongCorrection
from extraction.models import (
    Correction,
    ExtractionRun,
    Observation,
    ReviewItem,
    ReviewKind,
    ReviewState,
    StatementRow,
    StatementTable,
)
from extraction.review.correct import Place, Wanted, apply_to, correct, restore, undo
from jobs.models import TaskRun
from jobs.states import Trigger

DECIDED = (ReviewState.ACCEPTED, ReviewState.CORRECTED, ReviewState.REJECTED)


@dataclass(frozen=True, slots=True)
class Decided:
    """How many questions were decided, and the runs that put the figures right; none where no figure is
    touched."""

    count: int
    runs: tuple[TaskRun, ...] = ()


def decide(
    items: QuerySet[ReviewItem],
    state: ReviewState,
    *,
    by: User,
    trigger: Trigger = Trigger.ADMIN,
) -> Decided:
    """Close open questions as accepted or rejected. One that was decided already keeps its decision.

    What that means depends on the question: a proposed figure that is accepted becomes a correction, of
    a correction in conflict the acceptance keeps the correction and the rejection undoes it. All others
    leave the figures as they are. Raises WrongCorrection where one of them cannot be accepted any more;
    nothing is decided then.
    """
    touched: dict[int, Company] = {}
    decided: list[Happened] = []
    with transaction.atomic():
        chosen = items.filter(state=ReviewState.OPEN).select_related("company", "document", "correction")
        for item in chosen.select_for_update(of=("self",)):
            before = item.correction_id
            if _follow(item, state, by):
                touched[item.company_id] = item.company
            made = item.correction_id != before
            item.state = ReviewState.CORRECTED if made else state
            decided.append(_decision(item, ReviewState.OPEN))
            item.decided_by, item.decided_at = by, timezone.now()
            item.save(update_fields=["state", "decided_by", "decided_at", "correction"])
        if decided:
            record_all(decided, by=by)
        return Decided(len(decided), _applied(touched.values(), by, trigger))


def correct_for(
    item: ReviewItem, place: Place, wanted: Wanted, *, by: User, trigger: Trigger = Trigger.ADMIN
) -> Decided:
    """Answer a question by a correction. Raises WrongCorrection; nothing is decided then."""
    with transaction.atomic():
        locked = ReviewItem.objects.select_for_update().get(pk=item.pk)
        if locked.state != ReviewState.OPEN:
            raise WrongCorrection("This question has been decided meanwhile. Take that back first.")
        if place.company.pk != locked.company_id:
            raise WrongCorrection("The place is in a report of another company.")
        locked.correction = correct(place, wanted, by=by)
        locked.state, locked.decided_by, locked.decided_at = ReviewState.CORRECTED, by, timezone.now()
        locked.save(update_fields=["state", "decided_by", "decided_at", "correction"])
        record_all([_decision(locked, ReviewState.OPEN)], by=by)
        return Decided(1, _applied([place.company], by, trigger))


def take_repair(item: ReviewItem, number: int, *, by: User, trigger: Trigger = Trigger.ADMIN) -> Decided:
    """Answer failing identities by one of the repairs that were offered. Raises WrongCorrection."""
    changes = item.details.get("changes", [])
    if not 0 <= number < len(changes):
        raise WrongCorrection("There is no such repair any more. Load the question again.")
    change = changes[number]
    place = figure_at(item, change["row"], change["column"])
    wanted = Wanted(
        CorrectionAction.NUMBER, number=Decimal(change["after"]), reason=f"Repair: {change['says']}"
    )
    return correct_for(item, place, wanted, by=by, trigger=trigger)


def take_back(item: ReviewItem, *, by: User, trigger: Trigger = Trigger.ADMIN) -> Decided:
    """Open a decided question again and undo what followed from its decision. Nothing where it is open."""
    with transaction.atomic():
        locked = (
            ReviewItem.objects.select_for_update(of=("self",))
            .select_related("company", "correction")
            .get(pk=item.pk)
        )
        if locked.state not in DECIDED:
            return Decided(0)
        correction, changed, was = locked.correction, False, ReviewState(locked.state)
        if correction is not None and locked.state == ReviewState.CORRECTED:
            locked.correction = correction.replaces.first() if _is_conflict(locked) else None
            changed = undo(correction, by=by, why="The decision was taken back.")
        elif correction is not None and locked.state == ReviewState.REJECTED and _is_conflict(locked):
            changed = restore(correction, by=by)
        locked.state, locked.decided_by, locked.decided_at = ReviewState.OPEN, None, None
        locked.save(update_fields=["state", "decided_by", "decided_at", "correction"])
        record_all([_decision(locked, was)], by=by)
        return Decided(1, _applied([locked.company] if changed else [], by, trigger))


def assign(items: QuerySet[ReviewItem], person: User | None) -> int:
    """Give open questions to a person, or to nobody; returns how many."""
    return items.filter(state=ReviewState.OPEN).update(assignee=person)


def table_of(item: ReviewItem) -> StatementTable | None:
    """The statement a question is about, as the reading that stands has it."""
    statement = item.details.get("statement")
    if item.document is None or not statement:
        return None
    run = ExtractionRun.objects.filter(version=item.document.current_version_id, is_current=True).first()
    if run is None:
        return None
    return run.tables.filter(statement=statement).select_related("run__version__document__company").first()


def figure_at(item: ReviewItem, row: int, column: int) -> Place:
    """The figure of a question's statement. Raises WrongCorrection where it is gone."""
    table = table_of(item)
    found = Observation.objects.filter(row__table=table, row__ordinal=row, column__ordinal=column)
    observation = found.select_related("row", "column").first() if table else None
    if table is None or observation is None:
        raise WrongCorrection("The report has been read again since. Load the question again.")
    return Place(table, observation.row, observation)


def _decision(item: ReviewItem, was: ReviewState) -> Happened:
    return Happened(
        Action.DECIDED, item, {"state": was}, {"state": item.state, "correction_id": item.correction_id}
    )


def _follow(item: ReviewItem, state: ReviewState, by: User) -> bool:
    """Do what a decision means for the figures; whether they change."""
    if item.kind == ReviewKind.PROPOSED and state == ReviewState.ACCEPTED:
        item.correction = _proposed(item, by)
        return True
    if not _is_conflict(item) or item.correction is None:
        return False
    if state == ReviewState.REJECTED:
        return undo(item.correction, by=by, why="The newer reading is right.")
    kept = _anchored_anew(item.correction, by)
    if kept is None:
        return False
    item.correction = kept
    return True


def _proposed(item: ReviewItem, by: User) -> Correction:
    """The correction that somebody proposed in a workbook."""
    details = item.details
    observation = (
        Observation.objects.filter(pk=details["observation"])
        .select_related("row__table__run__version__document__company", "column")
        .first()
    )
    if observation is None:
        raise WrongCorrection(
            f"“{item.reason}” can no longer be accepted: its report was read again since. Reject it, and"
            " upload a fresh workbook."
        )
    wanted = Wanted(
        CorrectionAction.NUMBER, number=Decimal(details["number"]), reason=str(details.get("why", ""))
    )
    return correct(Place.of_figure(observation), wanted, by=by)


def _anchored_anew(correction: Correction, by: User) -> Correction | None:
    """The same intent at the place where a newer reading has it, held against what that one says; None
    where it was not found, so that the correction waits for a reading that finds it."""
    event = correction.events.filter(run__isnull=False).order_by("-pk").first()
    if event is None or event.row_id is None:
        return None
    row = StatementRow.objects.select_related("table__run__version__document__company").get(pk=event.row_id)
    place = Place(row.table, row, event.observation) if event.observation else Place(row.table, row)
    wanted = Wanted(
        CorrectionAction(correction.action),
        number=correction.number,
        factor=correction.factor,
        scale=correction.scale,
        currency=correction.currency,
        concept=correction.concept,
        everywhere=correction.everywhere,
        reason=correction.reason,
    )
    return correct(place, wanted, by=by, instead_of=correction)


def _is_conflict(item: ReviewItem) -> bool:
    return item.kind == ReviewKind.CORRECTION_CONFLICT


def _applied(companies: Iterable[Company], by: User, trigger: Trigger) -> tuple[TaskRun, ...]:
    return tuple(apply_to(company, by=by, trigger=trigger) for company in companies)


def undo_correction(correction: Correction, *, by: User, trigger: Trigger, why: str = "") -> TaskRun | None:
    """Take a correction out of force, and open the questions again that it answered."""
    with transaction.atomic():
        if not undo(correction, by=by, why=why):
            return None
        ReviewItem.objects.filter(correction=correction, state=ReviewState.CORRECTED).update(
            state=ReviewState.OPEN, decided_by=None, decided_at=None
        )
        return apply_to(correction.company, by=by, trigger=trigger)


def restore_correction(correction: Correction, *, by: User, trigger: Trigger) -> TaskRun | None:
    """Put a correction in force again; None where another one stands at its place by now."""
    with transaction.atomic():
        return apply_to(correction.company, by=by, trigger=trigger) if restore(correction, by=by) else None
