"""Sources outside asked in turn. One that fails leaves the others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from companies.models import Company
from engine.errors import EngineError
from engine.progress import Report, silent
from extraction.external import ecb, filings, folder, sec
from extraction.external.asking import SourceFailed
from extraction.external.collected import Collected, Errand
from extraction.models import ExternalSource, SourceKind, SyncOutcome, SyncRun
from jobs.models import TaskRun
from jobs.run import Storing

_COLLECTORS: Mapping[str, Callable[[Errand], Collected]] = {
    SourceKind.ECB_RATES: ecb.collect,
    SourceKind.SEC: sec.collect,
    SourceKind.FILINGS_INDEX: filings.collect,
    SourceKind.DROP_FOLDER: folder.collect,
}
_LONGEST_PAUSE = timedelta(days=1)


@dataclass(slots=True)
class Synced:
    """What asking brought: a row for each source that was asked, the companies with other tagged figures
    than before, names that are none, and the sources that are left alone for now with until when."""

    runs: list[SyncRun] = field(default_factory=list)
    companies: set[int] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    paused: dict[str, datetime] = field(default_factory=dict)


def sync(
    codes: Sequence[str] = (),
    *,
    at: datetime,
    company: Company | None = None,
    full: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Synced:
    """Ask the sources of these codes, or all that are in use, for what is new; `company` alone, or every
    active one. `full` asks for everything again, also what a source says has not changed, and does not
    wait for the end of a pause.

    Each source that is asked leaves a row with its counts and problems. Nothing a source does is raised.
    """
    synced = Synced()
    known = {source.code: source for source in ExternalSource.objects.all()}
    synced.unknown = [code for code in codes if code not in known]
    chosen = [known[code] for code in dict.fromkeys(codes) if code in known] or (
        [] if codes else [source for source in known.values() if source.is_enabled]
    )
    for place, source in enumerate(chosen):
        report("asking_sources", place, len(chosen), source.name)
        if source.retry_at is not None and source.retry_at > at and not full:
            synced.paused[source.code] = source.retry_at
            continue
        errand = Errand(source, company, at, full, report, storing)
        synced.runs.append(_asked(errand, synced.companies, task_run))
    return synced


def _asked(errand: Errand, companies: set[int], task_run: TaskRun | None) -> SyncRun:
    try:
        collected = _COLLECTORS[errand.source.kind](errand)
    except (SourceFailed, EngineError) as failure:
        collected = Collected()
        collected.fail(errand.source.name, failure)
    companies |= collected.companies
    with errand.storing():
        _remember(errand, collected)
        return SyncRun.objects.create(
            source=errand.source,
            task_run=task_run,
            outcome=collected.outcome,
            asked=collected.asked,
            new=collected.new,
            changed=collected.changed,
            unchanged=collected.unchanged,
            cursor=errand.source.cursor,
            problems=[list(problem) for problem in collected.problems],
            started_at=errand.at,
        )


def _remember(errand: Errand, collected: Collected) -> None:
    """How the source is doing, on its row. Only what is new there is written, so that what a person
    changes meanwhile stays."""
    source = errand.source
    told: dict[str, Any] = {}
    if collected.outcome in (SyncOutcome.UPDATED, SyncOutcome.UNCHANGED):
        told = {"last_success_at": errand.at, "retry_at": None}
    if collected.problems:
        _, code, message = collected.problems[0]
        told |= {"last_failure_at": errand.at, "last_failure_code": code[:60], "last_failure": message}
    if collected.retry_after is not None:
        pause = min(timedelta(seconds=collected.retry_after), _LONGEST_PAUSE)
        told["retry_at"] = errand.at + pause
    if collected.cursor is not None:
        source.cursor = collected.cursor
        told["cursor"] = collected.cursor
    ExternalSource.objects.filter(pk=source.pk).update(**told)
