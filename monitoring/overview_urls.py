"""The parts of the first page, and the first steps; mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from monitoring import dashboard

app_name = "overview"

urlpatterns = [
    path("live/", admin.site.admin_view(dashboard.live), name="live"),
    path("health/", admin.site.admin_view(dashboard.health), name="health"),
    path("first-steps/", admin.site.admin_view(dashboard.steps), name="first_steps"),
]
