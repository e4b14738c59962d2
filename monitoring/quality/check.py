"""Look at the data by all rules of a kind, keep what was found, and say how good they are."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, QuerySet

from companies.models import Company
from engine.errors import EngineError
from engine.progress import Report, silent
from jobs.models import TaskRun
from monitoring.models import DataType, FindingSeverity, QualityFinding, QualityReport
from monitoring.models.quality import ALL
from monitoring.quality.rule import Examined, Found, Rule, Scope, looks, rules
from monitoring.quality.score import Part, score_of

# More findings of one rule are counted and not listed: people mend the cause, not rows by the thousand.
MOST_LISTED = 2000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Looked:
    """A rule with what it saw."""

    rule: Rule
    examined: Examined
    failed: str = ""

    @property
    def listed(self) -> Sequence[Found]:
        return self.examined.found[:MOST_LISTED]

    @property
    def part(self) -> Part:
        examined = self.examined
        return Part(
            self.rule.code,
            self.rule.severity,
            examined.checked,
            examined.at_fault,
            examined.not_judged,
            self.failed,
        )


def check_quality(
    data_type: str = ALL,
    *,
    company: Company | None = None,
    at: datetime,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> QualityReport:
    """Look at the data of one kind or of all kinds, of all companies or of one.

    Findings that are seen no more are resolved; those of a rule that could not look, or found more than
    it lists, are left open. A rule that breaks stops no other and is named in the report.
    """
    chosen = [rule for rule in rules().values() if data_type in (ALL, rule.data_type)]
    scope = Scope(at, company, report)
    looked = []
    for number, rule in enumerate(chosen):
        report("looking", number, len(chosen), rule.title)
        looked.append(_look(rule, scope))
    report("storing", 0, 1)
    with storing():
        return _store(looked, data_type, scope, task_run)


def _look(rule: Rule, scope: Scope) -> _Looked:
    try:
        return _Looked(rule, looks()[rule.code](rule, scope))
    except (EngineError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        # One row that a rule cannot bear must not keep the others from being told; the report names it.
        return _Looked(rule, Examined(0, ()), f"{type(error).__name__}: {error}"[:500])


def _store(
    looked: Sequence[_Looked], data_type: str, scope: Scope, task_run: TaskRun | None
) -> QualityReport:
    new = resolved = 0
    for one in looked:
        if one.failed:
            continue
        new += _keep(one.rule, one.listed, scope.at)
        if len(one.examined.found) <= MOST_LISTED:
            resolved += _resolve(one.rule, scope)
    parts = [one.part for one in looked]
    return QualityReport.objects.create(
        data_type=data_type,
        company=scope.company,
        task_run=task_run,
        score=score_of(parts),
        parts=[_told(part) for part in parts],
        found=sum(len(one.examined.found) for one in looked),
        new=new,
        resolved=resolved,
        made_at=scope.at,
    )


def _keep(rule: Rule, found: Sequence[Found], at: datetime) -> int:
    """Store findings, and count those that were not there, or were resolved, before."""
    new = 0
    for start in range(0, len(found), _BATCH):
        rows = {
            row.fingerprint: row for row in (_row(rule, one, at) for one in found[start : start + _BATCH])
        }
        known = {row.fingerprint: row for row in QualityFinding.objects.filter(fingerprint__in=rows)}
        returned = [row.pk for row in known.values() if row.resolved_at is not None]
        new += len(rows) - len(known) + len(returned)
        QualityFinding.objects.filter(pk__in=returned).update(times_returned=F("times_returned") + 1)
        QualityFinding.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["fingerprint"],
            update_fields=["severity", "company", "subject_label", "detail", "last_seen", "resolved_at"],
        )
    return new


def _row(rule: Rule, found: Found, at: datetime) -> QualityFinding:
    subject_type = ContentType.objects.get_for_model(found.subject)
    place = found.place[:200]
    named = "\n".join((rule.code, str(subject_type.pk), str(found.subject.pk), place))
    return QualityFinding(
        rule=rule.code,
        data_type=rule.data_type,
        severity=FindingSeverity.of(rule.severity),
        company_id=found.company_id,
        subject_type=subject_type,
        subject_id=str(found.subject.pk),
        subject_label=str(found.subject)[:300],
        place=place,
        detail=found.detail,
        fingerprint=hashlib.sha256(named.encode()).hexdigest(),
        first_seen=at,
        last_seen=at,
        resolved_at=None,
    )


def _resolve(rule: Rule, scope: Scope) -> int:
    """Close what this look did not see any more."""
    gone: QuerySet[QualityFinding] = QualityFinding.objects.filter(
        rule=rule.code, resolved_at__isnull=True, last_seen__lt=scope.at
    )
    if scope.company is not None:
        gone = gone.filter(company=scope.company)
    return gone.update(resolved_at=scope.at)


def _told(part: Part) -> dict[str, Any]:
    return {
        "rule": part.rule,
        "checked": part.checked,
        "faulty": part.faulty,
        "weight": part.weight,
        "share": None if part.share is None else str(round(part.share, 4)),
        "not_judged": list(part.not_judged),
        "failed": part.failed,
    }


def known_types() -> tuple[str, ...]:
    """What can be asked for."""
    return (*DataType.values, ALL)
