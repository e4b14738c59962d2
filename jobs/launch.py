"""The only door through which people and code start background work."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from audit.actions import Action
from audit.record import Happened, record_all
from jobs.broker import refill_after_commit
from jobs.errors import JobsError, StillUnfinished
from jobs.fairness import give_turns, share_of
from jobs.models import TaskRun
from jobs.registry import find
from jobs.states import Trigger

User = AbstractBaseUser | AnonymousUser | None


@dataclass(frozen=True, slots=True)
class Launched:
    """The run that does the work, and whether it was made now or was under way already."""

    run: TaskRun
    is_new: bool


def launch(
    task: str,
    *,
    subject: models.Model | None = None,
    by: User = None,
    trigger: Trigger = Trigger.SYSTEM,
    parent: TaskRun | None = None,
    force: bool = False,
    **arguments: Any,
) -> Launched:
    """Have a task run in the background.

    The row is written in the caller's transaction; the broker is told after its commit, and if it
    cannot be, the dispatcher does it later. While the same task runs for the same subject with the
    same arguments, no second run is made: the unfinished one is returned. `force` makes one all the
    same, which starts when the other has ended, and is passed to the task if it takes `force`.

    Raises:
        UnknownTask: no task of that name is registered.
        WrongArguments: the task cannot be called with these arguments.
    """
    run = prepare(
        task, subject=subject, by=by, trigger=trigger, parent=parent, force=force, arguments=arguments
    )
    return insert([run])[0]


def repeat(run: TaskRun, *, by: User = None, trigger: Trigger = Trigger.ADMIN) -> Launched:
    """Start the work of a finished run again, with the same subject and arguments.

    Raises:
        StillUnfinished: the run has not ended.
        UnknownTask, WrongArguments: the task has changed since.
    """
    if not run.is_finished:
        raise StillUnfinished("The run has not ended yet. Cancel it first, or wait for its end.")
    again = prepare(run.task, subject=None, by=by, trigger=trigger, force=run.forced, arguments=run.arguments)
    again.subject_type_id, again.subject_id = run.subject_type_id, run.subject_id
    again.subject_label, again.digest, again.share = run.subject_label, run.digest, run.share
    return insert([again])[0]


def prepare(
    task: str,
    *,
    subject: models.Model | None = None,
    by: User = None,
    trigger: Trigger = Trigger.SYSTEM,
    parent: TaskRun | None = None,
    force: bool = False,
    arguments: dict[str, Any] | None = None,
    schedule: str = "",
    schedule_slot: datetime | None = None,
) -> TaskRun:
    """A run that is not stored yet. Raises like `launch`."""
    definition = find(task)
    given = dict(arguments or {})
    if force and definition.accepts("force"):
        given["force"] = True
    run = TaskRun(
        task=task,
        queue=definition.route.queue,
        trigger=trigger,
        requested_by_id=_person(by, parent),
        parent=parent,
        arguments=definition.checked(given),
        forced=force,
        max_attempts=definition.route.max_retries + 1,
        schedule=schedule,
        schedule_slot=schedule_slot,
    )
    if subject is not None:
        run.subject_type = ContentType.objects.get_for_model(subject)
        run.subject_id = str(subject.pk)
        run.subject_label = str(subject)[:200]
    run.share = share_of(subject, parent, run.requested_by_id)
    run.digest = digest_of(run)
    return run


def insert(runs: Sequence[TaskRun]) -> list[Launched]:
    """Store runs, or find the unfinished one that does the same work; in the given order.

    Equal runs among the given ones become one.
    """
    with transaction.atomic():
        launched = _stored_or_found(runs)
        if queues := {item.run.queue for item in launched if item.is_new}:
            refill_after_commit(queues)
        _keep_who_asked([item.run for item in launched if item.is_new])
    return launched


def digest_of(run: TaskRun) -> str:
    """What makes two runs the same work: task, subject and arguments, but not `force`."""
    arguments = {name: value for name, value in run.arguments.items() if name != "force"}
    text = json.dumps([run.task, run.subject_type_id, run.subject_id, arguments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _stored_or_found(runs: Sequence[TaskRun]) -> list[Launched]:
    results: dict[Any, Launched] = {}
    open_runs = list(runs)
    for _ in range(5):
        under_way = _unfinished_by_digest([run.digest for run in open_runs if not run.forced])
        for run in open_runs:
            if not run.forced and run.digest in under_way:
                results[run.pk] = Launched(under_way[run.digest], is_new=False)
        open_runs = [run for run in open_runs if run.pk not in results]
        if not open_runs:
            break
        # Somebody else may insert the same work now; the constraint lets only one of both in. Rows
        # go in by digest, so that two batches with the same work do not wait for one another.
        give_turns(open_runs)
        TaskRun.objects.bulk_create(sorted(open_runs, key=_by_digest), ignore_conflicts=True)
        there = TaskRun.objects.filter(pk__in=[run.pk for run in open_runs])
        stored = set(there.values_list("pk", flat=True))
        results.update({run.pk: Launched(run, is_new=True) for run in open_runs if run.pk in stored})
        open_runs = [run for run in open_runs if run.pk not in results]
    if open_runs:
        raise JobsError(f"The run {open_runs[0]} could not be stored. Try again.")
    return [results[run.pk] for run in runs]


def _keep_who_asked(runs: Sequence[TaskRun]) -> None:
    """What a person started is kept in the audit trail; what follows from it is told by its parent."""
    asked: dict[Any, list[Happened]] = {}
    for run in {run.pk: run for run in runs}.values():
        if run.parent_id is None and run.requested_by_id is not None:
            what = {"arguments": run.arguments, "subject": run.subject_label, "forced": run.forced}
            asked.setdefault(run.requested_by_id, []).append(
                Happened(Action.LAUNCHED, run, after=what, detail=run.task)
            )
    people = get_user_model().objects.in_bulk(asked) if asked else {}
    for person, happened in asked.items():
        record_all(happened, by=people.get(person))


def _by_digest(run: TaskRun) -> str:
    return run.digest


def _unfinished_by_digest(digests: Sequence[str]) -> dict[str, TaskRun]:
    found = TaskRun.objects.unfinished().filter(digest__in=digests).order_by("queued_at")
    return {run.digest: run for run in found}


def _person(by: User, parent: TaskRun | None) -> Any:
    """Who may see the run: the person who asked, also for what follows from it."""
    if by is not None and by.is_authenticated:
        return by.pk
    return parent.requested_by_id if parent is not None else None
