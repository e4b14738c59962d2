"""What can be wrong with what is derived from figures: ratios left behind, findings nobody looks at, tagged
figures that say otherwise."""

from django.db.models import Exists, OuterRef

from analysis.models import Anomaly, AnomalyState, MetricSet
from engine.kinds import ReportingPeriod, Severity
from engine.kinds import Scope as Entity
from extraction.models import CompiledStatement, CrossCheck
from monitoring.quality.rule import Examined, Found, Rule, Scope, rule


@rule("ratios_outdated")
def ratios_follow_the_years(rule: Rule, scope: Scope) -> Examined:
    """Compiled years that came long enough ago, and ratios that nobody has looked at since."""
    sets = scope.limited(MetricSet.objects.all(), "company").select_related("company")
    newer = CompiledStatement.objects.filter(
        company=OuterRef("company"),
        view=OuterRef("view"),
        period=ReportingPeriod.FULL_YEAR,
        scope=Entity.CONSOLIDATED,
        is_current=True,
        compiled_at__gt=OuterRef("checked_at"),
        compiled_at__lt=scope.before(hours=rule.numbers["hours"]),
    )
    found = [
        Found(
            one.company,
            f"Worked out {one.checked_at:%Y-%m-%d %H:%M} UTC, and compiled years have changed since.",
            one.company_id,
            one.view,
        )
        for one in sets.filter(Exists(newer)).order_by("pk")
    ]
    return Examined(sets.count(), found)


@rule("anomaly_waits")
def grave_anomalies_are_decided(rule: Rule, scope: Scope) -> Examined:
    grave = scope.limited(
        Anomaly.objects.filter(gone_at__isnull=True, severity__in=[Severity.HIGH, Severity.CRITICAL]),
        "company",
    )
    late = grave.filter(
        state=AnomalyState.OPEN, first_found_at__lt=scope.before(days=rule.numbers["days"])
    ).select_related("company")
    found = [
        Found(
            one.company,
            f"Found {one.first_found_at:%Y-%m-%d}: {one.explanation}",
            one.company_id,
            f"{one.kind} {one.metric} {one.window_end} {one.pk}",
        )
        for one in late.order_by("pk")
    ]
    return Examined(grave.count(), found)


@rule("tagged_differs")
def tagged_figures_agree(rule: Rule, scope: Scope) -> Examined:
    checks = scope.limited(CrossCheck.objects.all(), "company")
    found = [
        Found(
            check.document,
            f"{check.differs} of {check.compared} figures differ from “{check.report}”.",
            check.company_id,
            str(check.report_id),
        )
        for check in checks.filter(differs__gt=0).select_related("document", "report").order_by("pk")
    ]
    return Examined(checks.count(), found)
