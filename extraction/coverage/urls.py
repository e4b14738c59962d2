"""The calendar of coverage, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from extraction.coverage import pages

app_name = "coverage"

urlpatterns = [
    path("", admin.site.admin_view(pages.all_companies), name="all"),
    path("<slug:slug>/", admin.site.admin_view(pages.one_company), name="company"),
]
