"""Routes of the app, under both prefixes of the API."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from monitoring.api.alerts import AlertProcessingView, AlertViewSet
from monitoring.api.keeping import CacheWarmingView, ResultsCleanupView
from monitoring.api.quality import (
    CleanupView,
    QualityCheckView,
    QualityFindingViewSet,
    QualityReportViewSet,
)
from monitoring.api.reports import DeltaNoteViewSet, SystemReportView, SystemReportViewSet
from monitoring.api.views import HealthCheckView, HealthView, PerformanceView

_router = SimpleRouter()
_router.register("alerts", AlertViewSet, basename="alert")
_router.register("quality-reports", QualityReportViewSet, basename="quality-report")
_router.register("quality-findings", QualityFindingViewSet, basename="quality-finding")
_router.register("system-reports", SystemReportViewSet, basename="system-report")
_router.register("delta-notes", DeltaNoteViewSet, basename="delta-note")

urlpatterns_v1: list[URLPattern | URLResolver] = [path("", include(_router.urls))]
urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^health/?$", HealthView.as_view(), name="background-health"),
    re_path(r"^monitoring/alerts/?$", AlertProcessingView.as_view(), name="monitoring-alerts"),
    re_path(r"^monitoring/health-check/?$", HealthCheckView.as_view(), name="monitoring-health-check"),
    re_path(r"^data/quality-check/?$", QualityCheckView.as_view(), name="background-quality-check"),
    re_path(r"^data/cleanup/?$", CleanupView.as_view(), name="background-cleanup"),
    re_path(r"^monitoring/performance/?$", PerformanceView.as_view(), name="monitoring-performance"),
    re_path(r"^monitoring/cleanup-results/?$", ResultsCleanupView.as_view(), name="monitoring-cleanup"),
    re_path(r"^monitoring/report/?$", SystemReportView.as_view(), name="monitoring-report"),
    re_path(r"^monitoring/cache-warming/?$", CacheWarmingView.as_view(), name="monitoring-cache-warming"),
]
