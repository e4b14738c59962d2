"""The page of performance, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from monitoring.performance import page

app_name = "performance"

urlpatterns = [path("", admin.site.admin_view(page.page), name="page")]
