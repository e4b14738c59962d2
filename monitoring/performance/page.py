"""The page of performance: what was done, how long it took, and what it needs, as charts."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from monitoring.models import PerformanceSample
from monitoring.performance.charts import PERIODS, charts, tasks


@permission_required("monitoring.view_performancesample", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """The last day, or `?period=week` or `month`; of one task with `?task=` its name."""
    period = request.GET.get("period", "day")
    period = period if period in PERIODS else "day"
    until = timezone.now()
    lines = tasks(until, PERIODS[period])
    task = request.GET.get("task", "")[:200]
    drawn = charts(until, PERIODS[period], task)
    context = {
        **admin.site.each_context(request),
        "title": "Performance",
        "last": PerformanceSample.objects.order_by("-at").values_list("at", flat=True).first(),
        "period": period,
        "periods": [(name, one.words) for name, one in PERIODS.items()],
        "period_words": PERIODS[period].words,
        "task": task,
        "charts": [chart for chart in drawn if chart.series],
        "empty": [chart for chart in drawn if not chart.series],
        "data": [chart.as_data() for chart in drawn if chart.series],
        "lines": lines,
        "ended": sum(line.ended for line in lines),
        "failed": sum(line.failed for line in lines),
        "repeated": sum(line.repeated for line in lines),
    }
    return render(request, "admin/monitoring/performance.html", context)
