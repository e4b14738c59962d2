"""Routes of the app under /api/v1/."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter

from documents.api.search import SearchView
from documents.api.views import DocumentViewSet

router = SimpleRouter()
router.register("documents", DocumentViewSet, basename="document")

urlpatterns = [re_path(r"^search/?$", SearchView.as_view(), name="search"), *router.urls]
