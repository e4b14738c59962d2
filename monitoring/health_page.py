"""The page of health: how each part stands, since when, and how it was over a day or a week."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import may_start, permission_to_start
from jobs.states import Trigger
from monitoring.health_history import THE_WHOLE, WIDTH, Part, history
from monitoring.models import Health, HealthCheck, HealthTransition

TASK = "system_health_check"
PERIODS = {"day": ("24 hours", timedelta(hours=24)), "week": ("7 days", timedelta(days=7))}
TRANSITIONS_SHOWN = 20
# Of looks every ten minutes three were missed.
LATE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Line:
    """A part as it stands, with its history over the period. `since` is when it last changed; None where
    it has not since anybody looked."""

    part: Part
    health: Health
    sentence: str
    milliseconds: int | None
    since: datetime | None


@permission_required("monitoring.view_healthcheck", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """Health over the last day, or with `?period=week` over the last week."""
    period = request.GET.get("period", "day")
    period = period if period in PERIODS else "day"
    until = timezone.now()
    last = HealthCheck.objects.first()
    parts = history(until - PERIODS[period][1], until)
    context = {
        **admin.site.each_context(request),
        "title": "Health",
        "last": last,
        "is_late": last is not None and until - last.checked_at > LATE,
        "lines": [] if last is None else _lines(last, parts),
        "whole": next((part for part in parts if part.name == THE_WHOLE), None),
        "transitions": HealthTransition.objects.all()[:TRANSITIONS_SHOWN],
        "period": period,
        "periods": [(name, words) for name, (words, _) in PERIODS.items()],
        "period_words": PERIODS[period][0],
        "first": until - PERIODS[period][1],
        "until": until,
        "width": WIDTH,
        "running": TaskRun.objects.unfinished().filter(task=TASK).first(),
        "may_start": may_start(request.user, TASK),
    }
    return render(request, "admin/monitoring/health_page.html", context)


@require_POST
@permission_required(permission_to_start(TASK), raise_exception=True)
def look_again(request: HttpRequest) -> HttpResponse:
    """Have all parts asked in the background, by a worker, and come back."""
    launched = launch(TASK, by=request.user, trigger=Trigger.ADMIN)
    messages.success(request, "The look has begun." if launched.is_new else "A look is under way already.")
    return redirect("health:page")


def _lines(last: HealthCheck, parts: list[Part]) -> list[Line]:
    changed: dict[str, datetime] = dict(
        HealthTransition.objects.order_by().values_list("probe").annotate(Max("at"))
    )
    by_name = {part.name: part for part in parts}
    never = Part("", (), None, 0, 0, None, None)
    return [_line(probe, by_name.get(probe["name"], never), changed) for probe in last.probes]


def _line(probe: dict[str, Any], part: Part, changed: dict[str, datetime]) -> Line:
    return Line(
        part=part if part.name else Part(probe["name"], (), None, 0, 0, None, None),
        health=Health(probe["health"]),
        sentence=probe["sentence"],
        milliseconds=probe["milliseconds"],
        since=changed.get(probe["name"]),
    )
