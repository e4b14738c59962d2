"""The pages of reports, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path, re_path

from monitoring.reports import pages

app_name = "reports"

urlpatterns = [
    path("<int:report_id>/", admin.site.admin_view(pages.system), name="system"),
    path("notes/<int:note_id>/", admin.site.admin_view(pages.note), name="note"),
    re_path(
        r"^(?P<report_id>[0-9]+)/file\.(?P<extension>pdf|html)$",
        admin.site.admin_view(pages.system_file),
        name="system_file",
    ),
    re_path(
        r"^notes/(?P<note_id>[0-9]+)/file\.(?P<extension>pdf|html)$",
        admin.site.admin_view(pages.note_file),
        name="note_file",
    ),
]
