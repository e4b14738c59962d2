"""Which address leads where."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import api
from monitoring.api.views import HealthView
from monitoring.health import readiness
from monitoring.models import Health
from monitoring.performance.pages import MetricsView


def alive(request: HttpRequest) -> HttpResponse:
    """Says that the web process answers, and nothing else: no login, no database."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Whether this web process can answer requests: 503 while the database does not answer or lacks
    migrations that this code needs. A broker that is away does not count: pages are shown and work is
    taken down without it."""
    verdict = readiness()
    status = 503 if verdict.health == Health.UNHEALTHY else 200
    return HttpResponse(f"{verdict.sentence}\n", content_type="text/plain", status=status)


def icon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for by themselves where a page names no icon."""
    return redirect(static("tenfold/mark.svg"))


urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("livez", alive, name="livez"),
    path("readyz", ready, name="readyz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("favicon.ico", icon, name="icon"),
    path("healthcheck", HealthView.as_view(), name="healthcheck"),
    path("admin/search/", include("documents.search_urls")),
    path("admin/statements/", include("extraction.table.urls")),
    path("admin/review/", include("extraction.review.urls")),
    path("admin/coverage/", include("extraction.coverage.urls")),
    path("admin/overview/", include("monitoring.overview_urls")),
    path("admin/prices/", include("analysis.price_urls")),
    path("admin/tone/", include("analysis.sentiment.urls")),
    path("admin/ratios/", include("analysis.ratios.urls")),
    path("admin/anomalies/", include("analysis.anomalies.urls")),
    path("admin/forecasts/", include("analysis.forecast_urls")),
    path("admin/quality/", include("monitoring.quality.urls")),
    path("admin/reports/", include("monitoring.reports.urls")),
    path("admin/health/", include("monitoring.health_urls")),
    path("admin/performance/", include("monitoring.performance.urls")),
    path("admin/flower/", include("monitoring.urls")),
    path("admin/now/", include("jobs.monitor_page")),
    path("admin/", admin.site.urls),
    path("api/", include(api.urlpatterns)),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.denied"
handler404 = "config.error_pages.not_found"
handler500 = "config.error_pages.failed"
