"""Deleting what is old: by policy, in batches, never what something in force needs.

A dry run goes the same way up to the deletion itself, so that it counts what the deletion would.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import router
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector

from companies.models import Company, ExchangeRate
from documents.models import Document, DocumentVersion
from engine.errors import BadInput, Inconsistent
from engine.progress import Report, silent
from extraction.models import (
    CompiledStatement,
    Correction,
    CorrectionEvent,
    ExtractionRun,
    Fact,
    Observation,
    Restatement,
    ReviewItem,
    StatementTable,
    XbrlFact,
)
from market.models import PriceBar
from monitoring.models import RetentionPolicy
from monitoring.retention.kinds import kinds, protected
from monitoring.retention.old_rows import rows_before

ALL = "all"
BATCH = 500
# A deletion that would reach one of these is refused as a whole: it is the last lock, behind the choice of
# rows, against a relation that somebody adds later.
NEVER: tuple[type[Model], ...] = (
    *(Company, Document, DocumentVersion, ExtractionRun, StatementTable, Observation, Fact, Restatement),
    *(Correction, CorrectionEvent, ReviewItem, PriceBar, ExchangeRate, XbrlFact),
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Rows deleted, or that would be: by kind of data, and of each by table."""

    dry_run: bool
    by_kind: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(sum(tables.values()) for tables in self.by_kind.values())


def ensure_policies() -> None:
    """A policy for each kind, with its default; those that are there stay as people have set them."""
    RetentionPolicy.objects.bulk_create(
        [RetentionPolicy(data_type=kind.code, days=kind.days) for kind in kinds().values()],
        ignore_conflicts=True,
    )


def check_asked(data_type: str, retention_days: int | None) -> None:
    """Refuse what cannot be cleaned. Raises BadInput with what can, for a kind that is protected or not
    known, and for fewer days than a kind needs."""
    if data_type in protected():
        raise BadInput(
            f"{data_type.capitalize()} are never deleted: {protected()[data_type]}.", code="protected_data"
        )
    if data_type != ALL and data_type not in kinds():
        raise BadInput(
            f"There are no data named {data_type!r} to clean. Known are {', '.join((*kinds(), ALL))}.",
            code="unknown_data_type",
        )
    if retention_days is not None:
        for kind in kinds().values():
            if data_type in (ALL, kind.code) and retention_days < kind.least_days:
                raise BadInput(
                    f"{kind.title} are needed for {kind.least_days} days at least, not {retention_days}.",
                    code="too_few_days",
                )


def clean(
    data_type: str = ALL,
    *,
    retention_days: int | None = None,
    dry_run: bool = False,
    at: datetime,
    report: Report = silent,
    storing: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Cleaned:
    """Delete what is older than its policy says, or than `retention_days`; each batch is committed by
    itself. All kinds together are those whose policy is enabled; one that is named is cleaned anyway.

    Raises BadInput like `check_asked`, and Inconsistent, with nothing of that batch deleted, where a
    deletion would reach data that are never deleted.
    """
    check_asked(data_type, retention_days)
    ensure_policies()
    chosen = {"is_enabled": True} if data_type == ALL else {"data_type": data_type}
    cleaned = Cleaned(dry_run)
    for policy in RetentionPolicy.objects.filter(data_type__in=kinds(), **chosen):
        days = retention_days or max(policy.days, kinds()[policy.data_type].least_days)
        moment = at - timedelta(days=days)
        rows = rows_before(policy.data_type, moment)
        counted = _clean(rows, policy.data_type, dry_run, report, storing)
        cleaned.by_kind[policy.data_type] = dict(sorted(counted.items()))
        if not dry_run:
            with storing():
                RetentionPolicy.objects.filter(pk=policy.pk).update(
                    last_run_at=at, last_deleted=cleaned.by_kind[policy.data_type]
                )
    return cleaned


def _clean(
    rows: QuerySet[Any],
    step: str,
    dry_run: bool,
    report: Report,
    storing: Callable[[], AbstractContextManager[Any]],
) -> Counter[str]:
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    counted: Counter[str] = Counter()
    for start in range(0, len(ids), BATCH):
        report(step, start, len(ids))
        batch = ids[start : start + BATCH]
        if dry_run:
            counted += _collected(rows, batch)[1]
            continue
        with storing():
            collector, counts = _collected(rows, batch)
            collector.delete()
            counted += counts
    return counted


def _collected(rows: QuerySet[Any], batch: Sequence[Any]) -> tuple[Collector, Counter[str]]:
    """What the deletion of a batch takes along, by table. The condition is asked again, for what has come
    to be needed since the ids were collected."""
    chosen = rows.filter(pk__in=batch)
    collector = Collector(using=router.db_for_write(rows.model), origin=chosen)
    collector.collect(chosen)
    counts: Counter[str] = Counter()
    for model, instances in collector.data.items():
        _refuse_protected(model, any(getattr(one, "is_current", False) for one in instances))
        counts[model._meta.label] += len(instances)
    for further in collector.fast_deletes:
        _refuse_protected(further.model, False)
        if number := further.count():
            counts[further.model._meta.label] += number
    return collector, counts


def _refuse_protected(model: type[Model], has_current: bool) -> None:
    if issubclass(model, NEVER) or (issubclass(model, CompiledStatement) and has_current):
        raise Inconsistent(
            f"The deletion would reach {model._meta.verbose_name_plural} that are never deleted. Nothing of"
            " the batch was; this is a fault of the program.",
            code="protected_data",
        )
