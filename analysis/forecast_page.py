"""The forecasts of a share or a line as a fan, with what came of the earlier ones, and how well the
intervals held."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from analysis.forecasting import Subject
from analysis.models import ForecastEvaluation, ForecastPoint, ForecastRun
from companies.models import Company
from engine.concepts.taxonomy import load_taxonomy
from engine.series import Series
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.permissions import may_start, permission_to_start
from jobs.states import Trigger
from market.models import Instrument

# For a share a year of days; before a longer history the fan would be too narrow to read.
DAYS_SHOWN = 250
EARLIER_SHOWN = 24  # points of earlier forecasts in the table, newest first
EVALUATIONS_SHOWN = 20
COMPARED = 5000  # newest points that the calibration is drawn from
# Which share of what came ought to lie below each bound.
LEVELS = ((2.5, "lo95"), (10, "lo80"), (50, "point"), (90, "hi80"), (97.5, "hi95"))


@permission_required("analysis.view_forecastrun", raise_exception=True)
def price_forecast(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """The forecasts of a share's price."""
    instrument = get_object_or_404(
        Instrument.objects.select_related("listing__company", "listing__exchange"), pk=instrument_id
    )
    return _page(request, Subject(instrument=instrument), instrument.listing.company, str(instrument))


@permission_required("analysis.view_forecastrun", raise_exception=True)
def line_forecast(request: HttpRequest, company_id: int, concept: str) -> HttpResponse:
    """The forecasts of a line of a company's yearly statements."""
    company = get_object_or_404(Company, pk=company_id)
    known = load_taxonomy().find(concept)
    label = known.label if known else concept
    return _page(request, Subject(company=company, concept=concept), company, label)


@require_POST
@permission_required(permission_to_start("generate_stock_forecast"), raise_exception=True)
def start_price(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """Forecast a share anew and come back."""
    instrument = get_object_or_404(Instrument, pk=instrument_id)
    _start(request, "generate_stock_forecast", instrument, instrument_id=instrument.pk)
    return redirect("forecasts:price", instrument_id)


@require_POST
@permission_required(permission_to_start("generate_statement_forecast"), raise_exception=True)
def start_line(request: HttpRequest, company_id: int, concept: str) -> HttpResponse:
    """Forecast a line anew and come back."""
    company = get_object_or_404(Company, pk=company_id)
    _start(request, "generate_statement_forecast", company, company_id=company.pk, concepts=[concept])
    return redirect("forecasts:line", company_id, concept)


def _start(request: HttpRequest, task: str, subject: Any, **arguments: Any) -> None:
    launched = launch(task, subject=subject, by=request.user, trigger=Trigger.ADMIN, **arguments)
    messages.success(request, "The work has begun." if launched.is_new else "It is under way already.")


def _page(request: HttpRequest, subject: Subject, company: Company, label: str) -> HttpResponse:
    of_it = {name: value for name, value in subject.fields.items() if value}
    newest = ForecastRun.objects.filter(**of_it).prefetch_related("points").first()
    compared = list(
        ForecastPoint.objects.filter(
            Q(actual__isnull=False), **{f"run__{name}": value for name, value in of_it.items()}
        )
        .select_related("run")
        .order_by("-target_date", "horizon")[:COMPARED]
    )
    history = subject.series(timezone.now())
    task = "generate_stock_forecast" if subject.instrument else "generate_statement_forecast"
    owner = subject.instrument or company
    context = {
        **admin.site.each_context(request),
        "title": f"{company}: forecasts of {label}",
        "company": company,
        "instrument": subject.instrument,
        "concept": subject.concept,
        "label": label,
        "unit": "trading days" if subject.instrument else "years",
        "newest": newest,
        "weights": _weights(newest),
        "points": list(newest.points.all()) if newest else [],
        "earlier": compared[:EARLIER_SHOWN],
        "evaluations": ForecastEvaluation.objects.filter(**of_it)[:EVALUATIONS_SHOWN],
        "running": TaskRun.objects.unfinished().about(owner).filter(task=task).first(),
        "may_start": may_start(request.user, task),
        "chart": _chart(history, newest, compared, _days_ahead(subject, newest)),
        "calibration": _calibration(compared),
    }
    return render(request, "admin/analysis/forecast.html", context)


def _weights(run: ForecastRun | None) -> list[tuple[str, float]]:
    """Percent of each method, the weightiest first."""
    if run is None:
        return []
    pairs = [(name.replace("_", " "), round(100 * weight, 1)) for name, weight in run.weights.items()]
    return sorted(pairs, key=lambda pair: -pair[1])


def _days_ahead(subject: Subject, run: ForecastRun | None) -> list[str]:
    """Every day up to the last that is forecast, so that the fan is as wide as the time it spans."""
    if run is None or run.data_until is None or not run.is_forecast:
        return []
    furthest = max(point.horizon for point in run.points.all())
    days = subject.targets(run.data_until, range(1, furthest + 1), timezone.now())
    return [str(day) for day in days.values()]


def _chart(
    history: Series, run: ForecastRun | None, compared: Sequence[ForecastPoint], ahead: Sequence[str]
) -> dict[str, Any]:
    """What the script draws: the newest figures, the fan, and earlier forecasts where they were right or
    wrong. Money crosses as text."""
    figures = [(day, value) for day, value in zip(history.days, history.values, strict=True)][-DAYS_SHOWN:]
    if not figures:
        return {}
    first = figures[0][0]
    fan = []
    if run is not None and run.is_forecast:
        start = {
            "day": str(run.data_until),
            **dict.fromkeys(("point", "lo80", "hi80", "lo95", "hi95"), str(run.last_known)),
        }
        fan = [start] + [
            {
                "day": str(point.target_date),
                **{name: str(getattr(point, name)) for name in ("point", "lo80", "hi80", "lo95", "hi95")},
            }
            for point in run.points.all()
        ]
    return {
        "known": [
            {"day": str(day), "value": None if value is None else str(value)} for day, value in figures
        ],
        "fan": fan,
        "ahead": list(ahead),
        "earlier": [
            {
                "day": str(point.target_date),
                "point": str(point.point),
                "inside": point.lo95 <= point.actual <= point.hi95,
                "horizon": point.horizon,
            }
            for point in compared
            if point.target_date >= first and point.actual is not None
        ],
    }


def _calibration(compared: Sequence[ForecastPoint]) -> list[dict[str, float]]:
    """For each bound the share of what came that lay below it, beside the share that ought to."""
    if not compared:
        return []
    return [
        {
            "level": level,
            "seen": round(
                100 * sum(point.actual <= getattr(point, name) for point in compared) / len(compared), 1
            ),
            "count": len(compared),
        }
        for level, name in LEVELS
    ]
