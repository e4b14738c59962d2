"""Routes of the app under /api/background-tasks/."""

from django.urls import re_path

from monitoring.api.views import HealthCheckView, HealthView

urlpatterns = [
    re_path(r"^health/?$", HealthView.as_view(), name="background-health"),
    re_path(r"^monitoring/health-check/?$", HealthCheckView.as_view(), name="monitoring-health-check"),
]
