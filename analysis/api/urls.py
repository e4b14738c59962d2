"""The addresses of analyses, under both prefixes of the API."""

from django.urls import URLPattern, URLResolver

urlpatterns_v1: list[URLPattern | URLResolver] = []
urlpatterns_background: list[URLPattern | URLResolver] = []
