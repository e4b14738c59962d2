"""The calendar of coverage, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from extraction import calendar_pages

app_name = "coverage"

urlpatterns = [
    path("", admin.site.admin_view(calendar_pages.all_companies), name="all"),
    path("<slug:slug>/", admin.site.admin_view(calendar_pages.one_company), name="company"),
]
