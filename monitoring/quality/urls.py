"""The page of the quality of data, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from monitoring.quality import page

app_name = "quality"

urlpatterns = [
    path("", admin.site.admin_view(page.overview), name="overview"),
    path("look/", admin.site.admin_view(page.look_again), name="look"),
]
