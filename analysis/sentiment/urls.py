"""The pages of tone, mounted inside the admin."""

from django.contrib import admin
from django.urls import path

from analysis.sentiment import pages

app_name = "tone"
_staff = admin.site.admin_view

urlpatterns = [
    path("compare/", _staff(pages.comparisons), name="compare"),
    path("compare/<int:comparison_id>/", _staff(pages.comparison), name="comparison"),
    path("documents/<int:document_id>/", _staff(pages.document_tone), name="document"),
    path("documents/<int:document_id>/judge/", _staff(pages.start_document), name="judge"),
    path("sentences/<int:sentence_id>/label/", _staff(pages.label_sentence), name="label"),
    path("<slug:slug>/", _staff(pages.company_tone), name="company"),
    path("<slug:slug>/judge/", _staff(pages.start_company), name="judge_all"),
    path("<slug:slug>/follow/", _staff(pages.start_trends), name="follow"),
]
