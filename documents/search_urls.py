"""The search page, mounted inside the admin by the site's routing."""

from django.contrib import admin
from django.urls import path

from documents.search_page import search_page

app_name = "search"

urlpatterns = [path("", admin.site.admin_view(search_page), name="page")]
