"""The pages of forecasts, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from analysis import forecast_page

app_name = "forecasts"

urlpatterns = [
    path("price/<int:instrument_id>/", admin.site.admin_view(forecast_page.price_forecast), name="price"),
    path(
        "line/<int:company_id>/<str:concept>/",
        admin.site.admin_view(forecast_page.line_forecast),
        name="line",
    ),
    path("price/<int:instrument_id>/start/", admin.site.admin_view(forecast_page.start_price), name="start"),
    path(
        "line/<int:company_id>/<str:concept>/start/",
        admin.site.admin_view(forecast_page.start_line),
        name="start_line",
    ),
]
