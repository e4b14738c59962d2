"""The queue of questions and the page of a correction, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from extraction.review import correction_pages, question_pages

app_name = "review"

urlpatterns = [
    path("", admin.site.admin_view(question_pages.queue), name="queue"),
    path("decide/", admin.site.admin_view(question_pages.decide_questions), name="decide"),
    path("workbook/", admin.site.admin_view(correction_pages.upload_workbook), name="workbook"),
    path(
        "correct/figure/<int:observation_id>/",
        admin.site.admin_view(correction_pages.correct_figure),
        name="correct_figure",
    ),
    path(
        "correct/line/<int:row_id>/",
        admin.site.admin_view(correction_pages.correct_line),
        name="correct_line",
    ),
    path(
        "correct/statement/<int:table_id>/",
        admin.site.admin_view(correction_pages.correct_statement),
        name="correct_statement",
    ),
    path(
        "corrections/<int:correction_id>/",
        admin.site.admin_view(correction_pages.one_correction),
        name="correction",
    ),
]
