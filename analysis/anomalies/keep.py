"""Keep what a search found: what was known is updated, what is new is added, what is not found any more is
marked, and what a person decided stays as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from analysis.models import Anomaly, AnomalyKind, AnomalyState
from companies.models import Company
from engine import ENGINE_VERSION
from engine.kinds import Severity
from jobs.models import TaskRun
from market.models import Instrument

_RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}
_UPDATED = (
    "label", "window_start", "window_end", "observed", "low", "high", "statistic", "threshold",
    "probability", "severity", "severity_rank", "explanation", "evidence", "engine_version",
    "last_found_at", "gone_at", "task_run",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One finding of a search, as it is to be kept."""

    kind: AnomalyKind
    metric: str
    label: str
    start: date
    end: date
    statistic: float
    threshold: float
    severity: Severity
    explanation: str
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the findings: `anomalies` in their order; how many are new, how many of the known
    ones are decided, and how many open ones were not found any more."""

    anomalies: tuple[Anomaly, ...]
    new: int
    decided: int
    gone: int


def keep(
    company: Company,
    found: Sequence[Found],
    kinds: Collection[AnomalyKind],
    *,
    at: datetime,
    instrument: Instrument | None = None,
    near: timedelta = timedelta(0),
    asked: frozenset[str] = frozenset(),
    since: date = date.min,
    task_run: TaskRun | None = None,
) -> Kept:
    """Hold findings of these kinds against what is known. Call it inside a transaction.

    Windows that overlap, or lie no further apart than `near`, are the same anomaly: a stretch of prices
    is seen a little differently every day. Where only some metrics were `asked` for, or only
    days from `since` on looked at, the others stay as they are: nobody looked for them.
    """
    # Two searches of one company at a time would both add what neither sees.
    Company.objects.select_for_update().get(pk=company.pk)
    known = list(
        Anomaly.objects.filter(company=company, instrument=instrument, kind__in=list(kinds)).order_by("pk")
    )
    rows: list[Anomaly] = []
    new, decided = 0, 0
    for one in found:
        row = _same(one, known, near)
        if row is None:
            row = Anomaly(company=company, instrument=instrument, first_found_at=at)
            new += 1
        else:
            known.remove(row)
        decided += row.state != AnomalyState.OPEN
        rows.append(_written(row, one, at, task_run))
    Anomaly.objects.bulk_create([row for row in rows if row.pk is None])
    Anomaly.objects.bulk_update([row for row in rows if row.pk is not None], _UPDATED)
    gone = Anomaly.objects.filter(
        pk__in=[row.pk for row in known if row.window_start >= since and (not asked or row.metric in asked)],
        state=AnomalyState.OPEN,
        gone_at__isnull=True,
    ).update(gone_at=at)
    return Kept(tuple(rows), new, decided, gone)


def _same(one: Found, known: Sequence[Anomaly], near: timedelta) -> Anomaly | None:
    """The known one whose window is nearest, an equal one first."""
    alike = [
        row
        for row in known
        if (row.kind, row.metric) == (one.kind, one.metric)
        and row.window_start - near <= one.end
        and one.start <= row.window_end + near
    ]
    return min(alike, key=lambda row: abs(row.window_end - one.end), default=None)


def _written(row: Anomaly, one: Found, at: datetime, task_run: TaskRun | None) -> Anomaly:
    row.last_found_at, row.gone_at, row.task_run = at, None, task_run
    if row.pk is not None and row.state != AnomalyState.OPEN:
        return row  # what was decided was decided about these figures
    row.kind, row.metric, row.label = one.kind, one.metric, one.label[:200]
    row.window_start, row.window_end = one.start, one.end
    row.observed, row.low, row.high = one.observed, one.low, one.high
    row.statistic, row.threshold, row.probability = one.statistic, one.threshold, one.probability
    row.severity, row.severity_rank = one.severity.value, _RANKS[one.severity.value]
    row.explanation, row.evidence, row.engine_version = one.explanation, dict(one.evidence), ENGINE_VERSION
    return row
