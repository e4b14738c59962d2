"""Where alerts come from: the rows other apps write, which know nothing of alerts.

A source gives what it finds among rows made since a moment. It may give the same again at the next look;
`monitoring.alerts.collect` sees to it that nothing is told twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse

from analysis.models import Anomaly, AnomalyKind, AnomalyState, ForecastEvaluation, SentimentShift
from documents.models import Document, ReplacedFile
from engine.errors import EngineError
from engine.kinds import RestatementKind
from extraction.models import Restatement, ReviewItem, ReviewState
from jobs.models import TaskRun
from jobs.states import State
from market.models import Instrument, PriceFinding
from market.series import adjusted_series
from monitoring.alerts.stored_rules import rule_of, threshold
from monitoring.models import AlertSeverity, FindingSeverity, Health, HealthTransition, QualityFinding
from monitoring.quality.rule import rules as quality_rules

MOST_ROWS = 2000  # of one source at one look; what is more waits for the next


@dataclass(frozen=True, slots=True)
class Happening:
    """One row worth telling of. `row` names it within its source; happenings with the same rule, subject
    and key become one alert, and `title` is asked for how many they are."""

    row: str
    at: datetime
    rule: str
    title: Callable[[int], str]
    subject: models.Model | None = None
    key: str = ""
    text: str = ""
    address: str = ""
    severity: AlertSeverity | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False


Source = Callable[[datetime], Iterator[Happening]]


def _figure(value: Decimal) -> str:
    """As people write it, without the places that are stored and say nothing."""
    return f"{value.normalize():,f}"


def always(title: str) -> Callable[[int], str]:
    return lambda _count: title


def new_reports(since: datetime) -> Iterator[Happening]:
    rows = Document.objects.filter(created_at__gte=since, duplicate_of__isnull=True)
    for document in rows.select_related("company").order_by("created_at", "pk"):
        name = document.company.name
        yield Happening(
            row=str(document.pk),
            at=document.created_at,
            rule="new-report",
            subject=document.company,
            title=lambda count, name=name, document=document: (  # type: ignore[misc]
                f"{name}: {document}" if count == 1 else f"{name}: {count:,} new documents"
            ),
            text=f"Found as {document}.",
            address=reverse("admin:documents_document_change", args=[document.pk]),
            payload={"document": document.pk, "company": document.company_id},
        )


def replaced_files(since: datetime) -> Iterator[Happening]:
    rows = ReplacedFile.objects.filter(found_at__gte=since, seen_at__isnull=True)
    for replaced in rows.select_related("document__company", "after").order_by("found_at", "pk"):
        document = replaced.document
        yield Happening(
            row=str(replaced.pk),
            at=replaced.found_at,
            rule="replaced-file",
            subject=document,
            key=replaced.after.sha256,
            title=always(f"{document.company.name}: the file of {document} was replaced"),
            text="Figures read from the old file may no longer be what the company says.",
            address=reverse("admin:documents_replacedfile_changelist"),
            payload={"document": document.pk, "before": replaced.before_id, "after": replaced.after_id},
        )


def restatements(since: datetime) -> Iterator[Happening]:
    rows = Restatement.objects.filter(found_at__gte=since).exclude(kind=RestatementKind.ROUNDING)
    for one in rows.select_related("company").order_by("found_at", "pk"):
        name = one.company.name
        yield Happening(
            # Not by id: a scan may write the same restatement anew.
            row=f"{one.old_fact_id}:{one.new_fact_id}",
            at=one.found_at,
            rule="restatement",
            subject=one.company,
            title=lambda count, name=name: (  # type: ignore[misc]
                f"{name}: {count:,} figure{'' if count == 1 else 's'} restated"
            ),
            text=f"{one.label}, {one.period_end}: {_figure(one.old_value)} became"
            f" {_figure(one.new_value)}. {one.reason}",
            address=reverse("admin:extraction_restatement_changelist")
            + f"?company__id__exact={one.company_id}",
            payload={"restatement": one.pk, "company": one.company_id},
        )


def open_questions(since: datetime) -> Iterator[Happening]:
    rows = ReviewItem.objects.filter(created_at__gte=since, state=ReviewState.OPEN)
    for item in rows.select_related("company").order_by("created_at", "pk"):
        name = item.company.name
        yield Happening(
            row=str(item.pk),
            at=item.created_at,
            rule="open-questions",
            subject=item.company,
            title=lambda count, name=name: (  # type: ignore[misc]
                f"{name}: {count:,} question{' waits' if count == 1 else 's wait'} for a decision"
            ),
            text=item.reason,
            address=f"{reverse('review:queue')}?item={item.pk}",
            payload={"question": item.pk, "company": item.company_id},
        )


def anomalies(since: datetime) -> Iterator[Happening]:
    least = threshold(rule_of("anomaly"), "least_severity")
    rows = Anomaly.objects.filter(
        first_found_at__gte=since, state=AnomalyState.OPEN, gone_at__isnull=True
    ).filter(Q(severity_rank__gte=least) | Q(kind=AnomalyKind.VOLUME_SPIKE))
    for one in rows.select_related("company").order_by("first_found_at", "pk"):
        yield Happening(
            row=str(one.pk),
            at=one.first_found_at,
            rule="volume-spike" if one.kind == AnomalyKind.VOLUME_SPIKE else "anomaly",
            subject=one,
            title=always(f"{one.company.name}: {one.label}, {one.window_end}"),
            text=one.explanation,
            address=one.get_absolute_url(),
            payload={"anomaly": one.pk, "kind": one.kind, "severity": one.severity},
        )


def shifts_of_tone(since: datetime) -> Iterator[Happening]:
    rows = SentimentShift.objects.filter(found_at__gte=since, alerted_at__isnull=True)
    for shift in rows.select_related("company", "document").order_by("found_at", "pk"):
        about = shift.get_topic_display()
        yield Happening(
            row=str(shift.pk),
            at=shift.found_at,
            rule="sentiment-shift",
            subject=shift.document,
            key=shift.topic,
            title=always(f"{shift.company.name}: the tone has shifted ({about.lower()})"),
            text=f"{shift.document} has {shift.score:+.2f} where {shift.usual:+.2f} is usual,"
            f" {abs(shift.deviations):.1f} deviations apart.",
            address=reverse("tone:document", args=[shift.document_id]),
            payload={"shift": shift.pk, "score": shift.score, "usual": shift.usual},
        )


def price_moves(since: datetime) -> Iterator[Happening]:
    percent = Decimal(str(threshold(rule_of("price-move"), "percent")))
    changed = Instrument.objects.filter(updated_at__gte=since)
    for share in changed.select_related("listing__company", "listing__exchange").order_by("updated_at", "pk"):
        move = _last_move(share)
        if move is None or abs(move[1]) < percent:
            continue
        day, change = move
        yield Happening(
            row=f"{share.pk}:{day}",
            at=share.updated_at or since,
            rule="price-move",
            subject=share,
            key=str(day),
            title=always(f"{share} {'rose' if change > 0 else 'fell'} by {abs(change):.1f} %"),
            text=f"From the close before to that of {day}, splits taken out.",
            address=reverse("admin:market_instrument_change", args=[share.pk]),
            payload={"instrument": share.pk, "day": str(day), "percent": f"{change:.2f}"},
        )


def _last_move(share: Instrument) -> tuple[Any, Decimal] | None:
    """The last day and its change in percent; None without two believable prices."""
    newest = share.bars.filter(is_current=True, is_final=True).order_by("-day").values_list("day", flat=True)
    last = newest.first()
    if last is None:
        return None
    try:
        series = adjusted_series(share, first=last - timedelta(days=14), with_dividends=False)
    except EngineError:
        return None  # prices that cannot be are told by price findings
    if len(series) < 2:
        return None
    before, now = series[-2].close, series[-1].close
    return series[-1].day, (now / before - 1) * 100


def overconfident_forecasts(since: datetime) -> Iterator[Happening]:
    rows = ForecastEvaluation.objects.filter(evaluated_at__gte=since)
    for one in rows.order_by("evaluated_at", "pk"):
        if not one.is_overconfident:
            continue
        yield Happening(
            row=f"{one.pk}:{one.evaluated_at.isoformat()}",
            at=one.evaluated_at,
            rule="forecast-coverage",
            subject=one.instrument or one.company,
            key=f"{one.concept}:{one.method}:{one.horizon}",
            title=always(f"Forecasts of {one.subject} by {one.method} promise too much"),
            text=f"{one.coverage80:.0%} lay within intervals of 80 %, {one.coverage95:.0%} within those of"
            f" 95 %, over {one.count} forecasts {one.horizon} ahead.",
            address=reverse("admin:analysis_forecastevaluation_change", args=[one.pk]),
            payload={"evaluation": one.pk},
        )


def strange_prices(since: datetime) -> Iterator[Happening]:
    rows = PriceFinding.objects.filter(found_at__gte=since, resolved_at__isnull=True)
    for finding in rows.select_related("instrument__listing__exchange").order_by("found_at", "pk"):
        share = finding.instrument
        yield Happening(
            row=str(finding.pk),
            at=finding.found_at,
            rule="price-finding",
            subject=share,
            title=lambda count, share=share: (  # type: ignore[misc]
                f"{share}: {count:,} price{' is' if count == 1 else 's are'} strange"
            ),
            text=f"{finding.day}: {finding.get_kind_display()}. {finding.detail}",
            address=reverse("admin:market_pricefinding_changelist"),
            payload={"finding": finding.pk, "kind": finding.kind},
        )


def faults_of_data(since: datetime) -> Iterator[Happening]:
    """What was seen for the first time since then, and what came back. That is seen at each look, and its
    row is named by how often it came back."""
    # The finding's own numbers begin with the worst.
    least = 5 - threshold(rule_of("quality-finding"), "least_severity")
    rows = QualityFinding.objects.filter(
        Q(first_seen__gte=since) | Q(times_returned__gt=0, last_seen__gte=since),
        resolved_at__isnull=True,
        severity__lte=least,
    )
    for one in rows.select_related("company").order_by("last_seen", "pk"):
        rule = quality_rules().get(one.rule)
        name = f"{one.company.name}: " if one.company else ""
        said = rule.title if rule else one.rule
        yield Happening(
            row=f"{one.pk}:{one.times_returned}",
            at=one.last_seen if one.times_returned else one.first_seen,
            rule="quality-finding",
            subject=one.company,
            key=one.rule,
            title=lambda count, name=name, said=said: (  # type: ignore[misc]
                f"{name}{said}" if count == 1 else f"{name}{said} ({count:,} times)"
            ),
            text=f"{one.subject_label}: {one.detail}" + (f" {rule.remedy}" if rule else ""),
            address=reverse("admin:monitoring_qualityfinding_changelist")
            + f"?resolved_at__isempty=1&rule={one.rule}",
            severity=AlertSeverity.CRITICAL if one.severity == FindingSeverity.CRITICAL else None,
            payload={"finding": one.pk, "rule": one.rule, "company": one.company_id},
        )


_HEALTH_SEVERITIES = {
    Health.UNHEALTHY.value: AlertSeverity.CRITICAL,
    Health.DEGRADED.value: AlertSeverity.WARNING,
}


def changes_of_health(since: datetime) -> Iterator[Happening]:
    rows = HealthTransition.objects.filter(at__gte=since, told_at__isnull=True)
    for one in rows.order_by("at", "pk"):
        is_over = one.after not in _HEALTH_SEVERITIES
        yield Happening(
            row=str(one.pk),
            at=one.at,
            rule="health",
            key=one.probe,
            title=always(f"{one.probe.capitalize()}: {one.get_after_display().lower()}"),
            text=one.sentence,
            severity=_HEALTH_SEVERITIES.get(one.after),
            payload={"transition": one.pk, "before": one.before, "after": one.after},
            is_over=is_over,
        )


SOURCES: dict[str, Source] = {
    "new_reports": new_reports,
    "replaced_files": replaced_files,
    "restatements": restatements,
    "open_questions": open_questions,
    "anomalies": anomalies,
    "shifts_of_tone": shifts_of_tone,
    "price_moves": price_moves,
    "overconfident_forecasts": overconfident_forecasts,
    "strange_prices": strange_prices,
    "faults_of_data": faults_of_data,
    "changes_of_health": changes_of_health,
}

# Rows that say themselves whether somebody was told.
MARKED: dict[str, tuple[type[models.Model], str]] = {
    "shifts_of_tone": (SentimentShift, "alerted_at"),
    "changes_of_health": (HealthTransition, "told_at"),
}


def failure_rate(now: datetime) -> tuple[int, int]:
    """How many of the runs that ended within the hour failed, and how many these were. Runs that had
    nothing to do and those that people cancelled count for neither; nor do messages, whose failing has a
    rule of its own."""
    ended = TaskRun.objects.filter(finished_at__gt=now - timedelta(hours=1), finished_at__lte=now)
    counts = (
        ended.exclude(state__in=(State.CANCELLED, State.SKIPPED))
        .exclude(task="deliver_alert")
        .aggregate(failed=Count("pk", filter=Q(state__in=(State.FAILED, State.DEAD))), ended=Count("pk"))
    )
    return counts["failed"], counts["ended"]
