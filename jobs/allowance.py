"""How much background work one person may have under way at a time."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from jobs.errors import TooManyRuns
from jobs.launch import Launched, launch
from jobs.models import TaskRun


def launch_within_allowance(task: str, *, by: Any, **wanted: Any) -> Launched:
    """`jobs.launch.launch` for a person, who may have so many unfinished runs and no more.

    Parts of a run do not count. Work that is under way already is returned however much there is,
    because nothing is added; whoever is told of somebody else's run may look at it from then on.

    Raises:
        TooManyRuns: nothing was started.
        UnknownTask, WrongArguments: as `launch` does.
    """
    with transaction.atomic():
        # Two calls at the same time must not both find the last free place.
        get_user_model()._default_manager.select_for_update().get(pk=by.pk)
        launched = launch(task, by=by, **wanted)
        if launched.is_new and _under_way(by) > settings.RUNS_PER_PERSON:
            raise TooManyRuns(
                f"You have {settings.RUNS_PER_PERSON} runs under way, and no more are allowed at a time."
                " Wait until one has ended, or cancel one."
            )
        if not launched.is_new and launched.run.requested_by_id != by.pk:
            launched.run.watchers.add(by)
        return launched


def _under_way(person: Any) -> int:
    return TaskRun.objects.unfinished().filter(requested_by_id=person.pk, parent__isnull=True).count()
