"""The API: what every app offers, under both prefixes."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import SimpleRouter

from companies.api.views import CompanyViewSet
from config.tokens import RevokeAllView, RevokeView, TokenView
from jobs.api.urls import urlpatterns_background, urlpatterns_v1

router = SimpleRouter()
router.register("companies", CompanyViewSet, basename="company")

version_1: list[URLPattern | URLResolver] = [
    path("token/", TokenView.as_view(), name="token"),
    path("token/revoke/", RevokeView.as_view(), name="token-revoke"),
    path("token/revoke-all/", RevokeAllView.as_view(), name="token-revoke-all"),
    path("", include(router.urls)),
    path("", include("documents.api.urls")),
    path("", include(urlpatterns_v1)),
    path("", include("extraction.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(version_1)),
    path("background-tasks/", include(urlpatterns_background)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("auth/", include("rest_framework.urls")),
]
