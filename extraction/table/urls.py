"""The app's own pages, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path, re_path

from extraction.table import pages

app_name = "extraction"

urlpatterns = [
    path("figures/<int:fact_id>/", admin.site.admin_view(pages.fact_proof), name="proof"),
    path(
        "pages/<int:version_id>/<int:number>.png",
        admin.site.admin_view(pages.document_page_image, cacheable=True),
        name="page_image",
    ),
    path("<slug:slug>/", admin.site.admin_view(pages.company_statements), name="statements"),
    path("<slug:slug>/cell/", admin.site.admin_view(pages.statement_cell), name="cell"),
    path("<slug:slug>/extract/", admin.site.admin_view(pages.start_extraction), name="start"),
    path("<slug:slug>/interim/", admin.site.admin_view(pages.start_interim), name="start_interim"),
    re_path(
        r"^(?P<slug>[-a-zA-Z0-9_]+)/export\.(?P<extension>csv|json|xlsx)$",
        admin.site.admin_view(pages.export_statements),
        name="export",
    ),
]
