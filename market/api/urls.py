"""The addresses of market data, under both prefixes of the API."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import SimpleRouter

from market.api.views import InstrumentViewSet, PricesView, UpdateMarketView

_router = SimpleRouter()
_router.register("instruments", InstrumentViewSet, basename="instrument")

urlpatterns_v1: list[URLPattern | URLResolver] = [
    path("", include(_router.urls)),
    path("prices/", PricesView.as_view(), name="price-list"),
]
urlpatterns_background: list[URLPattern | URLResolver] = [
    re_path(r"^data/update-market/?$", UpdateMarketView.as_view(), name="background-update-market"),
]
