"""The API: one table of what every app offers, under both prefixes."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from knox.views import LoginView, LogoutAllView, LogoutView
from rest_framework.authentication import BasicAuthentication
from rest_framework.routers import DefaultRouter

from companies.api.views import CompanyViewSet


class TokenView(LoginView):
    """A new token for a name and password, sent once as HTTP basic authentication."""

    authentication_classes = [BasicAuthentication]


router = DefaultRouter()
router.register("companies", CompanyViewSet, basename="company")

_offered = [
    name for name in ("jobs", "documents", "extraction", "monitoring") if find_spec(f"{name}.api.urls")
]

version_1: list[URLPattern | URLResolver] = [
    path("token/", TokenView.as_view(), name="token"),
    path("token/revoke/", LogoutView.as_view(), name="token-revoke"),
    path("token/revoke-all/", LogoutAllView.as_view(), name="token-revoke-all"),
    *[path("", include(f"{name}.api.urls")) for name in _offered],
    path("", include(router.urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(version_1)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("auth/", include("rest_framework.urls")),
]
