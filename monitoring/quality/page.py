"""The page of the quality of data: the score, how it is made, its trend, and the way to what was found."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import may_start, permission_to_start
from jobs.states import Trigger
from monitoring.models import DataType, FindingSeverity, QualityFinding, QualityReport
from monitoring.models.quality import ALL
from monitoring.quality.links import address_of
from monitoring.quality.rule import Rule, rules

TASK = "data_quality_check"
REPORTS_DRAWN = 60
WORST_SHOWN = 12
WIDTH, HEIGHT = 600, 100


@dataclass(frozen=True, slots=True)
class Line:
    """A rule with its part of the newest score."""

    rule: Rule
    weight: int
    checked: int
    faulty: int
    percent: Decimal | None
    open: int
    not_judged: tuple[str, ...]
    failed: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Scores over the reports as a line in a drawing of `WIDTH` by `HEIGHT`; 100 is at the top."""

    points: str
    first: datetime
    last: datetime
    lowest: Decimal


def newest_report(data_type: str = ALL) -> QualityReport | None:
    """The last look at the data of all companies."""
    return QualityReport.objects.filter(data_type=data_type, company__isnull=True).first()


@permission_required("monitoring.view_qualityreport", raise_exception=True)
def overview(request: HttpRequest) -> HttpResponse:
    """The data of all companies."""
    report = newest_report()
    open_ = QualityFinding.objects.filter(resolved_at__isnull=True)
    context = {
        **admin.site.each_context(request),
        "title": "Quality of data",
        "report": report,
        "rule_count": len(rules()),
        "groups": _groups(report, dict(open_.values_list("rule").annotate(Count("pk")).order_by())),
        "severities": _by_severity(dict(open_.values_list("severity").annotate(Count("pk")).order_by())),
        "worst": _worst(),
        "trend": _trend(),
        "running": TaskRun.objects.unfinished().filter(task=TASK).first(),
        "may_start": may_start(request.user, TASK),
    }
    return render(request, "admin/monitoring/quality.html", context)


@require_POST
@permission_required(permission_to_start(TASK), raise_exception=True)
def look_again(request: HttpRequest) -> HttpResponse:
    """Have all data looked at and come back."""
    launched = launch(TASK, by=request.user, trigger=Trigger.ADMIN, data_type=ALL)
    messages.success(request, "The check has begun." if launched.is_new else "A check is under way already.")
    return redirect("quality:overview")


def _groups(report: QualityReport | None, open_: dict[str, int]) -> list[tuple[str, list[Line]]]:
    if report is None:
        return []
    parts = {part["rule"]: part for part in report.parts}
    known = [(rule, parts[code]) for code, rule in rules().items() if code in parts]
    return [
        (
            str(data_type.label),
            [_line(rule, part, open_) for rule, part in known if rule.data_type is data_type],
        )
        for data_type in DataType
    ]


def _line(rule: Rule, part: dict[str, Any], open_: dict[str, int]) -> Line:
    share = part["share"]
    return Line(
        rule=rule,
        weight=part["weight"],
        checked=part["checked"],
        faulty=part["faulty"],
        percent=None if share is None else Decimal(share) * 100,
        open=open_.get(rule.code, 0),
        not_judged=tuple(part["not_judged"]),
        failed=part["failed"],
    )


def _by_severity(open_: dict[int, int]) -> list[tuple[FindingSeverity, int]]:
    return [(severity, open_[severity]) for severity in FindingSeverity if severity in open_]


def _worst() -> list[tuple[QualityFinding, Rule, str]]:
    found = QualityFinding.objects.filter(resolved_at__isnull=True).select_related("company")
    return [(one, rules()[one.rule], address_of(one)) for one in found[:WORST_SHOWN] if one.rule in rules()]


def _trend() -> Trend | None:
    """At least two looks make a line."""
    newest = QualityReport.objects.filter(data_type=ALL, company__isnull=True, score__isnull=False)
    drawn = newest.values_list("made_at", "score")[:REPORTS_DRAWN]
    scores = [(made_at, score) for made_at, score in drawn if score is not None][::-1]
    if len(scores) < 2:
        return None
    lowest = min(score for _, score in scores)
    bottom = lowest // 10 * 10 if lowest < 100 else Decimal(90)
    step = WIDTH / (len(scores) - 1)
    span = float(100 - bottom)
    points = " ".join(
        f"{n * step:.1f},{HEIGHT - HEIGHT * float(score - bottom) / span:.1f}"
        for n, (_, score) in enumerate(scores)
    )
    return Trend(points, scores[0][0], scores[-1][0], bottom)
