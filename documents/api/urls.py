"""Routes of the app under /api/v1/."""

from rest_framework.routers import SimpleRouter

from documents.api.views import DocumentViewSet

router = SimpleRouter()
router.register("documents", DocumentViewSet, basename="document")

urlpatterns = router.urls
