"""The pages of ratios, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path, re_path

from analysis.ratios import pages

app_name = "ratios"
_staff = admin.site.admin_view

urlpatterns = [
    path("peers/", _staff(pages.peers), name="peers"),
    path("<slug:slug>/", _staff(pages.company_ratios), name="company"),
    path("<slug:slug>/start/", _staff(pages.start), name="start"),
    re_path(
        r"^(?P<slug>[-a-zA-Z0-9_]+)/export\.(?P<extension>csv|xlsx)$",
        _staff(pages.export_ratios),
        name="export",
    ),
]
