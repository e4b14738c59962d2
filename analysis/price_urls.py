"""The pages of prices, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from analysis import price_page

app_name = "prices"

urlpatterns = [
    path("<int:instrument_id>/", admin.site.admin_view(price_page.price_chart), name="chart"),
]
