"""Whose ratios are older than what they are worked out from."""

from datetime import timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from analysis.models import MetricSet
from companies.models import Company
from engine.kinds import CompiledView, ReportingPeriod, Scope
from engine.ratios.registry import definitions_hash
from extraction.models import CompiledStatement
from market.models import PriceBar

# A compile is seen when it is complete, and says when it began to be written: whoever looked in between
# looks again.
WHILE_COMPILING = timedelta(minutes=5)


def companies_due() -> QuerySet[Company]:
    """Companies whose years were compiled, or whose prices of those years were taken in, since their
    ratios were last worked out, and those whose ratios were worked out by other definitions."""
    compiled = CompiledStatement.objects.filter(
        company=OuterRef("pk"),
        is_current=True,
        view=CompiledView.LATEST,
        period=ReportingPeriod.FULL_YEAR,
        scope=Scope.CONSOLIDATED,
    )
    kept = MetricSet.objects.filter(company=OuterRef("pk"), view=CompiledView.LATEST)
    newest = compiled.order_by().values("company").annotate(at=Max("compiled_at")).values("at")
    prices = PriceBar.objects.filter(
        instrument__listing__company=OuterRef("pk"),
        fetched_at__gt=OuterRef("checked_at"),
        day__lte=OuterRef("last_year"),
    )
    last_year = kept.order_by().annotate(end=Max("values__period_end")).values("end")
    return (
        Company.objects.filter(Exists(compiled))
        .annotate(
            compiled_at=Subquery(newest),
            checked_at=Subquery(kept.values("checked_at")[:1]),
            defined_by=Subquery(kept.values("definitions_hash")[:1]),
            last_year=Subquery(last_year[:1]),
        )
        .filter(
            Q(checked_at__isnull=True)
            | Q(checked_at__lte=F("compiled_at") + WHILE_COMPILING)
            | ~Q(defined_by=definitions_hash())
            | Exists(prices)
        )
        .order_by("pk")
    )
