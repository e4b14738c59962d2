"""Which rows of each kind are old enough to go, and may."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from analysis.models import Anomaly, AnomalyBaseline, AnomalyState, HyperparameterTrial
from documents.models import CrawlOutcome, CrawlRun, KeptPage
from extraction.models import CallState, CompiledStatement, KeptReading, LlmCall, SyncRun
from jobs.models import TaskRun, TaskWait
from jobs.states import UNFINISHED
from market.models import PriceFinding, ProviderRun
from monitoring.models import (
    Alert,
    AlertDelivery,
    AlertState,
    DeliveryState,
    HealthCheck,
    PerformanceSample,
    QualityFinding,
    QualityReport,
)

Old = Callable[[datetime], QuerySet[Any]]
_old: dict[str, Old] = {}


def old_rows(code: str) -> Callable[[Old], Old]:
    """Register the function that gives the rows of a kind from before a moment."""

    def register(function: Old) -> Old:
        _old[code] = function
        return function

    return register


def rows_before(code: str, moment: datetime) -> QuerySet[Any]:
    """The rows of a kind that may go."""
    return _old[code](moment)


@old_rows("model_calls")
def _model_calls(moment: datetime) -> QuerySet[Any]:
    return LlmCall.objects.filter(started_at__lt=moment).exclude(state=CallState.RESERVED)


@old_rows("kept_pages")
def _kept_pages(moment: datetime) -> QuerySet[Any]:
    return KeptPage.objects.filter(fetched_at__lt=moment)


@old_rows("visits")
def _visits(moment: datetime) -> QuerySet[Any]:
    newer = CrawlRun.objects.filter(
        company=OuterRef("company"),
        outcome__in=[CrawlOutcome.COMPLETE, CrawlOutcome.PARTIAL],
        started_at__gt=OuterRef("started_at"),
    )
    return CrawlRun.objects.filter(Exists(newer), started_at__lt=moment)


@old_rows("price_collections")
def _price_collections(moment: datetime) -> QuerySet[Any]:
    newer = ProviderRun.objects.filter(
        provider=OuterRef("provider"),
        instrument=OuterRef("instrument"),
        started_at__gt=OuterRef("started_at"),
    )
    return ProviderRun.objects.filter(Exists(newer), started_at__lt=moment)


@old_rows("price_findings")
def _price_findings(moment: datetime) -> QuerySet[Any]:
    return PriceFinding.objects.filter(resolved_at__lt=moment)


@old_rows("quality_findings")
def _quality_findings(moment: datetime) -> QuerySet[Any]:
    return QualityFinding.objects.filter(resolved_at__lt=moment)


@old_rows("quality_reports")
def _quality_reports(moment: datetime) -> QuerySet[Any]:
    newer = QualityReport.objects.filter(data_type=OuterRef("data_type"), made_at__gt=OuterRef("made_at"))
    of_company = Exists(newer.filter(company=OuterRef("company")))
    of_all = Q(company__isnull=True) & Exists(newer.filter(company__isnull=True))
    return QualityReport.objects.filter(of_company | of_all, made_at__lt=moment)


@old_rows("compiled_versions")
def _compiled_versions(moment: datetime) -> QuerySet[Any]:
    """By the day of the version that took its place: until then it was the current one."""
    successor = CompiledStatement.objects.filter(
        company=OuterRef("company"),
        statement=OuterRef("statement"),
        view=OuterRef("view"),
        period=OuterRef("period"),
        scope=OuterRef("scope"),
        version__gt=OuterRef("version"),
        compiled_at__lt=moment,
    )
    return CompiledStatement.objects.filter(Exists(successor), is_current=False)


@old_rows("kept_readings")
def _kept_readings(moment: datetime) -> QuerySet[Any]:
    """Not of a reading that a current compile names among its sources, though it be replaced."""
    named = CompiledStatement.objects.filter(is_current=True).values_list("sources", flat=True)
    used = {source["run"] for sources in named.iterator() for source in sources}
    return KeptReading.objects.filter(run__is_current=False, run__created_at__lt=moment).exclude(run__in=used)


@old_rows("trials")
def _trials(moment: datetime) -> QuerySet[Any]:
    """The chosen ones are what the next training takes its settings from."""
    return HyperparameterTrial.objects.filter(tried_at__lt=moment, is_chosen=False)


@old_rows("runs")
def _runs(moment: datetime) -> QuerySet[Any]:
    awaited = TaskWait.objects.filter(child=OuterRef("pk"), parent__state__in=UNFINISHED)
    return TaskRun.objects.finished().filter(~Exists(awaited), finished_at__lt=moment)


@old_rows("measurements")
def _measurements(moment: datetime) -> QuerySet[Any]:
    return PerformanceSample.objects.filter(at__lt=moment)


@old_rows("health_checks")
def _health_checks(moment: datetime) -> QuerySet[Any]:
    """Without a newest one nobody would know that it looks no more."""
    newer = HealthCheck.objects.filter(checked_at__gt=OuterRef("checked_at"))
    return HealthCheck.objects.filter(Exists(newer), checked_at__lt=moment)


@old_rows("alerts")
def _alerts(moment: datetime) -> QuerySet[Any]:
    """By the day it happened last: while it goes on, it is not old. What a person decided stays."""
    return Alert.objects.filter(state=AlertState.RESOLVED, last_at__lt=moment, decided_by__isnull=True)


@old_rows("anomalies")
def _anomalies(moment: datetime) -> QuerySet[Any]:
    return Anomaly.objects.filter(state=AnomalyState.OPEN, gone_at__lt=moment)


@old_rows("baselines")
def _baselines(moment: datetime) -> QuerySet[Any]:
    """By the day of the version that took its place. Of a share its metric is a name of its own."""
    of_share = Q(instrument=OuterRef("instrument"))
    of_statements = Q(instrument__isnull=True) & Q(company=OuterRef("company"))
    newer = AnomalyBaseline.objects.filter(
        metric=OuterRef("metric"), version__gt=OuterRef("version"), valid_from__lt=moment
    )
    return AnomalyBaseline.objects.filter(
        Exists(newer.filter(of_share)) | (Q(instrument__isnull=True) & Exists(newer.filter(of_statements)))
    )


@old_rows("source_visits")
def _source_visits(moment: datetime) -> QuerySet[Any]:
    newer = SyncRun.objects.filter(source=OuterRef("source"), started_at__gt=OuterRef("started_at"))
    return SyncRun.objects.filter(Exists(newer), started_at__lt=moment)


@old_rows("messages")
def _messages(moment: datetime) -> QuerySet[Any]:
    over = (DeliveryState.SENT, DeliveryState.FAILED)
    return AlertDelivery.objects.filter(alert__isnull=True, state__in=over, created_at__lt=moment)
