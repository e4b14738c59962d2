"""The page of an anomaly, mounted inside the admin."""

from django.contrib import admin
from django.urls import path

from analysis.anomalies import page

app_name = "anomalies"
_staff = admin.site.admin_view

urlpatterns = [
    path("<int:anomaly_id>/", _staff(page.one), name="one"),
    path("<int:anomaly_id>/decide/", _staff(page.decide_one), name="decide"),
]
