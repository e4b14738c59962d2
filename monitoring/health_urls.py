"""The page of health, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from monitoring import health_page

app_name = "health"

urlpatterns = [
    path("", admin.site.admin_view(health_page.page), name="page"),
    path("look/", admin.site.admin_view(health_page.look_again), name="look"),
]
