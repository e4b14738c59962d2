"""Routes of the app under both prefixes of the API."""

from django.urls import re_path
from rest_framework.routers import SimpleRouter

from extraction.api import views
from extraction.api.compiled import CompiledStatementViewSet
from extraction.api.coverage import CoverageView
from extraction.api.external import (
    CrossCheckCellViewSet,
    ExternalSourceViewSet,
    ProcessReportsView,
    SyncExternalView,
    SyncRunViewSet,
    TaggedReportViewSet,
    XbrlFactViewSet,
)
from extraction.api.facts import FactViewSet, RestatementViewSet
from extraction.api.reviews import CorrectionViewSet, ReviewViewSet, WorkbookView
from extraction.api.taxonomy import TaxonomyViewSet
from extraction.api.texts import BatchView, ProcessTextView, SummaryView, UpdateIndexView

router = SimpleRouter()
router.register("extractions", views.ExtractionRunViewSet, basename="extraction")
router.register("facts", FactViewSet, basename="fact")
router.register("restatements", RestatementViewSet, basename="restatement")
router.register("compiled-statements", CompiledStatementViewSet, basename="compiled-statement")
router.register("reviews", ReviewViewSet, basename="review")
router.register("corrections", CorrectionViewSet, basename="correction")
router.register("taxonomy", TaxonomyViewSet, basename="taxonomy")
router.register("external-sources", ExternalSourceViewSet, basename="external-source")
router.register("sync-runs", SyncRunViewSet, basename="sync-run")
router.register("tagged-reports", TaggedReportViewSet, basename="tagged-report")
router.register("tagged-facts", XbrlFactViewSet, basename="tagged-fact")
router.register("cross-checks", CrossCheckCellViewSet, basename="cross-check")

urlpatterns = [
    re_path(r"^workbooks/?$", WorkbookView.as_view(), name="workbooks"),
    re_path(r"^companies/(?P<pk>[0-9]{1,18})/coverage/?$", CoverageView.as_view(), name="company-coverage"),
    re_path(
        rf"^tasks/companies/(?P<pk>[0-9]{{1,18}})/(?P<verb>{'|'.join(views.COMPANY_TASKS)})/?$",
        views.CompanyTaskView.as_view(),
        name="company-task",
    ),
    re_path(
        rf"^tasks/documents/(?P<pk>[0-9]{{1,18}})/(?P<verb>{'|'.join(views.DOCUMENT_TASKS)})/?$",
        views.DocumentTaskView.as_view(),
        name="document-task",
    ),
    *router.urls,
]

urlpatterns_background = [
    re_path(r"^document/process/?$", ProcessTextView.as_view(), name="background-document-process"),
    re_path(r"^document/batch-process/?$", BatchView.as_view(), name="background-document-batch"),
    re_path(r"^document/update-index/?$", UpdateIndexView.as_view(), name="background-document-index"),
    re_path(r"^document/summary/?$", SummaryView.as_view(), name="background-document-summary"),
    re_path(r"^data/sync-external/?$", SyncExternalView.as_view(), name="background-sync-external"),
    re_path(r"^data/process-reports/?$", ProcessReportsView.as_view(), name="background-process-reports"),
]
