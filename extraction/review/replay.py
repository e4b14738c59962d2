"""Corrections laid over what was read before, without reading the files again."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from companies.models import Company
from documents.models import Document
from engine.corrections import replay
from engine.progress import Report, silent
from extraction.load import corrections_for, kept_reading
from extraction.models import ExtractionRun
from extraction.store import store_reading
from jobs.models import TaskRun
from jobs.run import Storing


@dataclass(frozen=True, slots=True)
class Replayed:
    """The documents whose figures changed, and those whose file has to be read again because what was
    read of it had not been kept yet."""

    changed: tuple[int, ...]
    to_read: tuple[Document, ...]


def replay_company(
    company: Company,
    *,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Replayed:
    """Lay the corrections in force over the current readings of a company, and take those off that are
    no longer in force. A reading for which nothing has changed is left as it is."""
    runs = list(current_runs(company))
    changed, to_read = [], []
    for done, run in enumerate(runs):
        report("replaying_corrections", done, len(runs), f"{run.version.document}")
        with storing():
            if not hasattr(run, "kept_reading"):
                if any(not one.everywhere for one in corrections_for(run.version)):
                    to_read.append(run.version.document)
            elif replay_corrections(run, task_run=task_run) is not None:
                changed.append(run.version.document_id)
    return Replayed(tuple(changed), tuple(to_read))


def current_runs(company: Company) -> Iterator[ExtractionRun]:
    """The reading that stands of each document's current file."""
    yield from (
        ExtractionRun.objects.filter(
            version__document__company=company,
            version=F("version__document__current_version"),
            is_current=True,
            tables__isnull=False,
        )
        .select_related("version__document", "kept_reading")
        .defer("kept_reading__content")
        .distinct()
        .order_by("version__document_id")
    )


@transaction.atomic
def replay_corrections(run: ExtractionRun, *, task_run: TaskRun | None = None) -> ExtractionRun | None:
    """The run that takes this one's place with the corrections that are in force now; None where they
    are the ones that it has already, or where what it read was not kept."""
    found = kept_reading(run)
    if found is None:
        return None
    kept, reading = found
    corrections = [one.for_engine() for one in corrections_for(run.version)]
    concerned = [int(one.key) for one in replay(reading, corrections, run.version.sha256).replays]
    if concerned == kept.corrections:
        return None
    return store_reading(
        run.version,
        reading,
        options_digest=kept.options_digest,
        task_run=task_run,
        second_reader=run.second_reader,
    )
