"""The page of an anomaly: its chart, the figures it was worked out from, and what people say of it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from analysis.anomalies.decide import LONGEST_NOTE, WrongDecision, decide
from analysis.anomalies.load import books_of
from analysis.models import Anomaly, AnomalyKind, AnomalyState
from documents.models import Document
from engine.errors import BadInput
from engine.prices import AdjustedBar
from engine.ratios.calculate import calculate
from extraction.models import Fact
from market.series import adjusted_series

OTHERS_SHOWN = 10
DAYS_AROUND = 126  # half a year of trading on either side


@permission_required("analysis.view_anomaly", raise_exception=True)
def one(request: HttpRequest, anomaly_id: int) -> HttpResponse:
    """What was found, why, and what it rests on."""
    anomaly = get_object_or_404(
        Anomaly.objects.select_related("company", "instrument__listing__exchange", "decided_by"),
        pk=anomaly_id,
    )
    facts = Fact.objects.filter(pk__in=anomaly.fact_ids).select_related("document")
    documents = Document.objects.filter(pk__in=anomaly.evidence.get("documents", []))
    others = (
        Anomaly.objects.filter(company=anomaly.company, gone_at__isnull=True)
        .exclude(pk=anomaly.pk)
        .filter(window_start__lte=anomaly.window_end, window_end__gte=anomaly.window_start)
    )
    context = {
        **admin.site.each_context(request),
        "title": str(anomaly),
        "anomaly": anomaly,
        "facts": sorted(facts, key=lambda fact: (fact.period_end, fact.label), reverse=True),
        "documents": documents,
        "others": others[:OTHERS_SHOWN],
        "chart": _chart(anomaly),
        "may_decide": request.user.has_perm("analysis.change_anomaly"),
        "longest_note": LONGEST_NOTE,
    }
    return render(request, "admin/analysis/anomaly.html", context)


@require_POST
@permission_required("analysis.change_anomaly", raise_exception=True)
def decide_one(request: HttpRequest, anomaly_id: int) -> HttpResponse:
    """Take a person's decision. One that somebody else made first stands."""
    anomaly = get_object_or_404(Anomaly, pk=anomaly_id)
    asked = request.POST.get("state", "")
    if asked not in AnomalyState.values:
        messages.error(request, "Choose what to say of it.")
        return redirect(anomaly)
    try:
        changed = decide(
            [anomaly.pk], AnomalyState(asked), by=request.user, note=request.POST.get("note", "")
        )
    except WrongDecision as error:
        messages.error(request, error.message)
        return redirect(anomaly)
    if changed:
        messages.success(request, "Decided.")
    else:
        messages.warning(request, "Somebody decided before. This is how it stands.")
    return redirect(anomaly)


def _chart(anomaly: Anomaly) -> dict[str, Any]:
    """The series it stands out of, with the place marked; empty where there is none to draw."""
    if anomaly.instrument is not None:
        return _prices(anomaly, adjusted_series(anomaly.instrument))
    if anomaly.kind != AnomalyKind.OUTLIER:
        return {}
    return _metric(anomaly)


def _metric(anomaly: Anomaly) -> dict[str, Any]:
    # Loaded for this page alone: whatever starts this program would hold the libraries of statistics.
    from engine.anomaly.books import metrics_of

    try:
        books = books_of(anomaly.company)
    except BadInput:
        return {}
    watched = metrics_of(books.figures, calculate(books.figures, books.template), books.quarters)
    points = next((one.points for one in watched.series if one.metric == anomaly.metric), ())
    return {
        "points": [
            {"at": str(p.end), "value": p.value, "marked": p.end == anomaly.window_end} for p in points
        ],
        "low": anomaly.low,
        "high": anomaly.high,
        "label": anomaly.label,
    }


def _prices(anomaly: Anomaly, bars: tuple[AdjustedBar, ...]) -> dict[str, Any]:
    volumes = anomaly.kind == AnomalyKind.VOLUME_SPIKE
    inside = [n for n, bar in enumerate(bars) if anomaly.window_start <= bar.day <= anomaly.window_end]
    if not inside:
        return {}
    shown = bars[max(0, inside[0] - DAYS_AROUND) : inside[-1] + DAYS_AROUND]
    return {
        "points": [
            {
                "at": str(bar.day),
                "value": None
                if volumes and bar.volume is None
                else float(bar.volume if volumes else bar.close),  # type: ignore[arg-type]
                "marked": anomaly.window_start <= bar.day <= anomaly.window_end,
            }
            for bar in shown
        ],
        "low": None,
        "high": None,
        "label": "Shares traded" if volumes else "Close, adjusted",
    }
