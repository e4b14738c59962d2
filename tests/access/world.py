"""The people and the things of the table of access; each thing is made when an address asks for it."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from analysis.models import (
    Anomaly,
    AnomalyBaseline,
    ForecastEvaluation,
    ForecastRun,
    MetricSet,
    MetricValue,
    RiskAssessment,
    SentimentAnalysis,
    SentimentComparison,
    SentimentShift,
    SentimentTrend,
    SystemicRiskReport,
    TrainedModel,
)
from analysis.sentiment.analyze import analyze
from analysis.sentiment.trends import update_trends
from companies.models import Company, Exchange, Listing
from documents.models import Document
from documents.upload import accept_upload
from engine.kinds import CorrectionAction
from extraction.compile import compile_company
from extraction.exports import export_of, to_workbook
from extraction.models import (
    CompiledStatement,
    Correction,
    CrossCheckCell,
    ExternalSource,
    ExtractionRun,
    Fact,
    Restatement,
    ReviewItem,
    SyncOutcome,
    SyncRun,
    TaggedReport,
    XbrlFact,
)
from extraction.review.correct import Place, Wanted, correct
from extraction.table.figures import figures_of_stored
from extraction.table.presentation import written
from jobs.launch import launch
from jobs.models import TaskRun
from market.models import Instrument
from monitoring.alerts import raise_alert
from monitoring.models import Alert, DeltaNote, QualityFinding, QualityReport, ReportType, SystemReport
from monitoring.quality.check import check_quality
from monitoring.reports.paper import Paper
from monitoring.reports.store import store_note, store_report
from monitoring.reports.window import window_of
from tests.analysis.sentiment.reports import GOOD, report
from tests.analysis.training.made import a_model
from tests.extraction.external.made import a_compared_report
from tests.extraction.made import a_company, a_company_that_restated
from tests.http import small_pdf

PEOPLE = ("owner", "other", "staff", "stranger")
_A_PAPER = Paper("Tenfold", "A day", "In the past")
UNKNOWN_RUN = "11111111-2222-4333-8444-555555555555"


class World:
    """Odile asked for a run and may look at statements; Otto did not and may not; Stella is staff with
    every permission."""

    def client(self, person: str) -> APIClient:
        """The person with a token of their own; a stranger has none."""
        client = APIClient()
        if person != "stranger":
            user = {"owner": self.owner, "other": self.other, "staff": self.staff}[person]
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {AuthToken.objects.create(user)[1]}")
        return client

    def part(self, name: str) -> Any:
        """A part of an address."""
        value = getattr(self, name)
        return getattr(value, "pk", value)

    def body(self, name: str) -> dict[str, Any]:
        """What is sent: as JSON, or as a form where it holds a file."""
        bodies: dict[str, Callable[[], dict[str, Any]]] = {
            "": dict,
            "a_share": lambda: {"instrument": self.instrument.pk},
            "a_companys_lines": lambda: {"company": self.company.pk, "concepts": ["is.revenue"]},
            "a_companys_ratios": lambda: {"company": self.company.pk, "metrics": ["net_margin"]},
            "a_decision": lambda: {"state": "explained", "note": "A fire."},
            "a_time": lambda: {"until": "2099-01-01T00:00:00Z"},
            "a_name": lambda: {"name": "Northwind Group"},
            "a_company": lambda: {"name": "Southwind", "slug": "southwind"},
            "a_judgement": lambda: {"document_id": self.document.pk},
            "judgements": lambda: {"document_ids": [self.document.pk]},
            "a_trend": lambda: {"company_id": self.company.pk},
            "a_comparison": lambda: {"company_ids": [self.company.pk, self._years.pk]},
            "report_body": lambda: {"report_type": "daily", "day": "2026-01-01"},
            "old_pages": lambda: {"data_type": "kept_pages", "dry_run": True},
            "a_search": lambda: {"model_type": "sentiment"},
            "several": lambda: {
                "company": self.company.pk,
                "files": SimpleUploadedFile("one.pdf", small_pdf("One of several")),
            },
            "a_workbook": lambda: {
                "file": SimpleUploadedFile(
                    "statements.xlsx", to_workbook(export_of([written(figures_of_stored(self.compiled))]))
                )
            },
            "a_correction": lambda: {"fact": self.fact.pk, "action": "number", "number": "123.25"},
            "a_text": lambda: {
                "document_data": {"content": "Sales rose.", "metadata": {"company": str(self.company.pk)}}
            },
            "texts": lambda: {"documents_data": [{"document_id": self.document.pk}]},
            "the_company": lambda: {"company": self.ticker},
            "the_company_by_id": lambda: {"company": str(self.company.pk)},
            "the_document": lambda: {"document_id": self.document.pk},
            "an_upload": lambda: {
                "company": self.company.pk,
                "file": SimpleUploadedFile("report.pdf", small_pdf("Another report")),
            },
        }
        return bodies[name]()

    def fingerprint(self) -> tuple[object, ...]:
        """What a refused call must leave as it was."""
        runs = TaskRun.objects.order_by("pk").values_list("pk", "state", "cancel_requested_at")
        companies = Company.objects.order_by("pk").values_list("pk", "name")
        questions = ReviewItem.objects.order_by("pk").values_list("pk", "state")
        counts = Document.objects.count(), AuthToken.objects.count(), Correction.objects.count()
        return tuple(runs), tuple(companies), tuple(questions), counts

    company_verb = "scrape"
    document_verb = "classify"
    concept = "is.revenue"

    @cached_property
    def owner(self) -> User:
        person = User.objects.create_user("odile")
        looks = Permission.objects.filter(
            codename__startswith="view_",
            content_type__app_label__in=["extraction", "market", "analysis", "monitoring"],
        )
        person.user_permissions.set(looks)
        return person

    @cached_property
    def other(self) -> User:
        return User.objects.create_user("otto")

    @cached_property
    def staff(self) -> User:
        return User.objects.create_superuser("stella")

    @cached_property
    def company(self) -> Company:
        company = a_company()
        exchange = Exchange.objects.create(mic="XTST", name="Test exchange", timezone="UTC")
        Listing.objects.create(company=company, exchange=exchange, ticker="NWD")
        return company

    @cached_property
    def alert(self) -> Alert | None:
        return raise_alert("health", title="The broker does not answer").alert

    @cached_property
    def instrument(self) -> Instrument:
        return Instrument.objects.create(listing=self.company.listings.get())

    @cached_property
    def forecast(self) -> ForecastRun:
        return ForecastRun.objects.create(
            instrument=self.instrument, made_at=timezone.now(), method="insufficient_history"
        )

    @cached_property
    def metric(self) -> MetricValue:
        kept = MetricSet.objects.create(
            company=self.company, view="latest", template="commercial", calculated_at=timezone.now(),
            checked_at=timezone.now(),
        )  # fmt: skip
        return MetricValue.objects.create(
            metric_set=kept, code="net_margin", period_end=date(2023, 12, 31), fiscal_year=2023,
            status="value", value=1, calculated_at=timezone.now(),
        )  # fmt: skip

    @cached_property
    def evaluation(self) -> ForecastEvaluation:
        measures = {"mae": 1, "rmse": 1, "bias": 0, "pinball": 1, "coverage80": 1, "coverage95": 1}
        return ForecastEvaluation.objects.create(
            instrument=self.instrument, method="ensemble", horizon=1, window_start=date(2024, 1, 1),
            window_end=date(2024, 2, 1), count=1, coverage80_high=1, coverage95_high=1,
            evaluated_at=timezone.now(), **measures,
        )  # fmt: skip

    @property
    def ticker(self) -> str:
        return self.company.listings.get().ticker

    @cached_property
    def document(self) -> Document:
        return accept_upload(self.company, io.BytesIO(small_pdf("A report")), "ar.pdf").document

    @cached_property
    def tone(self) -> SentimentAnalysis:
        return analyze(report("Westwind", 2024, GOOD)).analysis

    @cached_property
    def anomaly(self) -> Anomaly:
        return Anomaly.objects.create(
            company=self.company, kind="outlier", metric="net_margin", label="Net margin",
            window_start=date(2024, 12, 31), window_end=date(2024, 12, 31), statistic=9, threshold=3.5,
            severity="low", explanation="Twice the usual.", first_found_at=timezone.now(),
            last_found_at=timezone.now(),
        )  # fmt: skip

    @cached_property
    def baseline(self) -> AnomalyBaseline:
        return AnomalyBaseline.objects.create(
            company=self.company, metric="net_margin", version=1, points=9, median=0.1, mad=0.01,
            quantiles={}, data_until=date(2024, 12, 31), valid_from=timezone.now(),
        )  # fmt: skip

    @cached_property
    def assessment(self) -> RiskAssessment:
        return RiskAssessment.objects.create(
            company=self.company, ratio="beneish_m", label="Beneish M-score", period_end=date(2024, 12, 31),
            value=-1, limit=-2, is_beyond=True, assessed_at=timezone.now(),
        )  # fmt: skip

    @cached_property
    def systemic_risk(self) -> SystemicRiskReport:
        return SystemicRiskReport.objects.create(
            window_start=date(2024, 1, 1), window_end=date(2024, 12, 31), days=250, absorption_ratio=0.5,
            absorption_low=0.4, absorption_high=0.6, verdict="", made_at=timezone.now(),
        )  # fmt: skip

    @cached_property
    def trained_model(self) -> TrainedModel:
        return a_model()

    extension = "pdf"

    @cached_property
    def system_report(self) -> SystemReport:
        window = window_of(ReportType.DAILY, date(2026, 1, 1))
        return store_report(window, _A_PAPER, at=timezone.now(), task_run=None).row

    @cached_property
    def delta_note(self) -> DeltaNote:
        return store_note(self.document, None, _A_PAPER, at=timezone.now(), task_run=None).row

    @cached_property
    def quality_report(self) -> QualityReport:
        return check_quality("documents", at=timezone.now())

    @property
    def quality_finding(self) -> QualityFinding:
        a_company("nothing-known")
        check_quality("documents", at=timezone.now())
        return QualityFinding.objects.latest("pk")

    @property
    def trend(self) -> SentimentTrend:
        update_trends(self.tone.document.company, "ALL", today=date(2026, 1, 1))
        return SentimentTrend.objects.latest("pk")

    @property
    def shift(self) -> SentimentShift:
        document = self.tone.document
        return SentimentShift.objects.create(
            company=document.company,
            document=document,
            day=document.period_end,
            score=0,
            usual=1,
            deviations=-9,
        )

    @property
    def comparison(self) -> SentimentComparison:
        return SentimentComparison.objects.create(
            timeframe="1Y", start=date(2025, 1, 1), end=date(2026, 1, 1)
        )

    @cached_property
    def run(self) -> TaskRun:
        return launch("classify_document", by=self.owner, document_id=1).run

    @cached_property
    def _years(self) -> Company:
        """A company whose second report restates the first year's revenue."""
        company = a_company_that_restated("eastwind")
        compile_company(company)
        return company

    @property
    def source(self) -> ExternalSource:
        return ExternalSource.objects.get(code="ecb")

    @property
    def visit(self) -> SyncRun:
        return SyncRun.objects.create(
            source=self.source, outcome=SyncOutcome.UNCHANGED, started_at=timezone.now()
        )

    @cached_property
    def compared(self) -> CrossCheckCell:
        """A cell of a read report that its tagged publication agrees with."""
        return CrossCheckCell.objects.filter(check_of=a_compared_report()).latest("pk")

    @property
    def tagged_report(self) -> TaggedReport:
        return self.compared.check_of.report

    @property
    def tagged_fact(self) -> XbrlFact:
        return self.tagged_report.facts.latest("pk")

    @property
    def reading(self) -> ExtractionRun:
        return ExtractionRun.objects.filter(version__document__company=self._years).latest("pk")

    @property
    def fact(self) -> Fact:
        return Fact.objects.filter(company=self._years, superseded_at__isnull=True).latest("pk")

    @cached_property
    def question(self) -> ReviewItem:
        return ReviewItem.objects.filter(company=self._years).latest("pk")

    @cached_property
    def correction(self) -> Correction:
        place = Place.of_figure(self.fact.observation)
        return correct(place, Wanted(CorrectionAction.NUMBER, number=Decimal(7)), by=None)

    @property
    def restatement(self) -> Restatement:
        return Restatement.objects.filter(company=self._years).latest("pk")

    @property
    def compiled(self) -> CompiledStatement:
        return CompiledStatement.objects.filter(company=self._years, is_current=True).latest("pk")
