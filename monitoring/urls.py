"""Pages of the app inside the admin: what Flower shows."""

from django.urls import re_path

from monitoring.flower import flower

urlpatterns = [re_path(r"^(?P<path>.*)$", flower, name="flower")]
