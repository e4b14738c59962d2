"""The API: what every app offers, under both prefixes."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from analysis.api import urls as analysis_urls
from config.tokens import RevokeAllView, RevokeView, TokenView
from extraction.api.urls import urlpatterns_background as extraction_background
from jobs.api.urls import urlpatterns_background, urlpatterns_v1
from market.api import urls as market_urls
from monitoring.api import urls as monitoring_urls


class IndexView(APIView):
    """Where to begin: the address of every list."""

    @extend_schema(responses={200: dict[str, str]})
    def get(self, request: Request) -> Response:
        names = {
            "companies": "company-list",
            "documents": "document-list",
            "search": "search",
            "extractions": "extraction-list",
            "facts": "fact-list",
            "restatements": "restatement-list",
            "compiled_statements": "compiled-statement-list",
            "reviews": "review-list",
            "corrections": "correction-list",
            "taxonomy": "taxonomy-list",
            "tagged_reports": "tagged-report-list",
            "cross_checks": "cross-check-list",
            "instruments": "instrument-list",
            "forecasts": "forecast-list",
            "metrics": "metric-list",
            "anomalies": "anomaly-list",
            "quality_reports": "quality-report-list",
            "quality_findings": "quality-finding-list",
            "alerts": "alert-list",
            "system_reports": "system-report-list",
            "delta_notes": "delta-note-list",
            "tasks": "task-list",
            "documentation": "docs",
        }
        return Response({label: reverse(name, request=request) for label, name in names.items()})


class DocumentationView(SpectacularSwaggerSplitView):
    """The description of the API as a page. The library's view fails at OPTIONS, having no page for it."""

    http_method_names = ["get", "head"]


version_1: list[URLPattern | URLResolver] = [
    path("", IndexView.as_view(), name="api-index"),
    path("token/", TokenView.as_view(), name="token"),
    path("token/revoke/", RevokeView.as_view(), name="token-revoke"),
    path("token/revoke-all/", RevokeAllView.as_view(), name="token-revoke-all"),
    path("", include("companies.api.urls")),
    path("", include("documents.api.urls")),
    path("", include(urlpatterns_v1)),
    path("", include("extraction.api.urls")),
    path("", include(market_urls.urlpatterns_v1)),
    path("", include(analysis_urls.urlpatterns_v1)),
    path("", include(monitoring_urls.urlpatterns_v1)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(version_1)),
    path(
        "background-tasks/",
        include(
            [
                *urlpatterns_background,
                *extraction_background,
                *market_urls.urlpatterns_background,
                *analysis_urls.urlpatterns_background,
                *monitoring_urls.urlpatterns,
            ]
        ),
    ),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", DocumentationView.as_view(url_name="schema"), name="docs"),
]
