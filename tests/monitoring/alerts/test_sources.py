"""Every source of alerts, with the rows that other apps write: one alert, one sentence a person can act on,
and no second one however often it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analysis.models import Anomaly, ForecastEvaluation, SentimentShift
from companies.models import Company
from documents.models import Document, DocumentVersion, ReplacedFile
from extraction.compile import compile_company
from extraction.models import ReviewItem, ReviewKind
from jobs.models import TaskRun
from market.models import Instrument, PriceFinding
from monitoring.alerts.collect import collect
from monitoring.alerts.sources import SOURCES
from monitoring.models import (
    Alert,
    AlertSeverity,
    FindingSeverity,
    Health,
    HealthCheck,
    HealthTransition,
    QualityFinding,
)
from monitoring.quality.check import check_quality
from tests.analysis.training.made import a_share_with
from tests.extraction.made import a_company, a_company_that_restated, a_document
from tests.market.made import a_provider, an_instrument

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Told:
    """What is expected of the one alert."""

    rule: str
    title: str
    says: str
    severity: AlertSeverity
    leads_to: str


def an_anomaly(kind: str = "outlier", severity: str = "high", rank: int = 3) -> Anomaly:
    return Anomaly.objects.create(
        company=a_company(), kind=kind, metric="net_margin", label="Net margin", severity=severity,
        severity_rank=rank, window_start=date(2024, 1, 1), window_end=date(2024, 12, 31), statistic=9,
        threshold=3.5, explanation="Twice what is usual in ten years.", first_found_at=timezone.now(),
        last_found_at=timezone.now(),
    )  # fmt: skip


def an_unusual_figure() -> Told:
    found = an_anomaly()
    return Told("anomaly", "Northwind: Net margin, 2024-12-31", "Twice what is usual in ten years.",
                AlertSeverity.WARNING, found.get_absolute_url())  # fmt: skip


def a_spike_of_volume() -> Told:
    found = an_anomaly(kind="volume_spike", severity="low", rank=1)
    return Told("volume-spike", "Northwind: Net margin, 2024-12-31", "Twice what is usual in ten years.",
                AlertSeverity.INFO, found.get_absolute_url())  # fmt: skip


def a_price_that_fell() -> Told:
    share = a_share_with([100, 101, 88.88])
    Instrument.objects.filter(pk=share.pk).update(updated_at=timezone.now())
    return Told(
        "price-move", f"{share} fell by 12.0 %",
        "From the close before to that of 2024-06-06, splits taken out.", AlertSeverity.WARNING,
        f"/admin/market/instrument/{share.pk}/change/",
    )  # fmt: skip


def a_restated_figure() -> Told:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    return Told(
        "restatement", "Eastwind: 1 figure restated",
        "Revenue, 2023-12-31: 990,000,000 became 1,100,000,000.", AlertSeverity.WARNING,
        f"/admin/extraction/restatement/?company__id__exact={company.pk}",
    )  # fmt: skip


def a_shift_of_tone() -> Told:
    document = a_document(a_company(), 2024)
    SentimentShift.objects.create(
        company=document.company, document=document, day=date(2024, 12, 31), score=-0.4, usual=0.2,
        deviations=-5.5,
    )  # fmt: skip
    return Told(
        "sentiment-shift", "Northwind: the tone has shifted (overall)",
        f"{document} has -0.40 where +0.20 is usual, 5.5 deviations apart.", AlertSeverity.WARNING,
        f"/admin/tone/documents/{document.pk}/",
    )  # fmt: skip


def a_new_report() -> Told:
    document = a_document(a_company(), 2024)
    return Told("new-report", f"Northwind: {document}", f"Found as {document}.", AlertSeverity.INFO,
                f"/admin/documents/document/{document.pk}/change/")  # fmt: skip


def a_file_that_was_replaced() -> Told:
    document = a_document(a_company(), 2024)
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=3))
    before = document.current_version
    assert before is not None
    after = DocumentVersion.objects.create(
        document=document, sha256="f" * 64, size=9, storage_name="nowhere", original_name="new.pdf"
    )
    ReplacedFile.objects.create(document=document, before=before, after=after, found_at=timezone.now())
    return Told(
        "replaced-file", f"Northwind: the file of {document} was replaced",
        "Figures read from the old file may no longer be what the company says.", AlertSeverity.WARNING,
        "/admin/documents/replacedfile/",
    )  # fmt: skip


def a_lost_file() -> Told:
    document = a_document(a_company(), 2024)
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=3))
    check_quality("documents", at=timezone.now())
    QualityFinding.objects.exclude(rule="file_damaged").delete()
    assert QualityFinding.objects.get().severity == FindingSeverity.CRITICAL
    return Told(
        "quality-finding", "Northwind: A stored file that is not what was stored",
        "Bring the file back from a backup, or download the document again.", AlertSeverity.CRITICAL,
        "/admin/monitoring/qualityfinding/?resolved_at__isempty=1&rule=file_damaged",
    )  # fmt: skip


def a_question() -> Told:
    document = a_document(a_company(), 2024)
    Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=3))
    item = ReviewItem.objects.create(
        company=document.company, document=document, kind=ReviewKind.IDENTITY_FAILS, rank=1,
        reason="The balance sheet does not balance.", fingerprint="1" * 64,
    )  # fmt: skip
    return Told("open-questions", "Northwind: 1 question waits for a decision",
                "The balance sheet does not balance.", AlertSeverity.INFO,
                f"/admin/review/?item={item.pk}")  # fmt: skip


def a_strange_price() -> Told:
    share = an_instrument("NWD")
    PriceFinding.objects.create(
        instrument=share, provider=a_provider(), day=date(2026, 1, 2), kind="gap", detail="No price.",
        found_at=timezone.now(),
    )  # fmt: skip
    return Told("price-finding", f"{share}: 1 price is strange", "No price.", AlertSeverity.INFO,
                "/admin/market/pricefinding/")  # fmt: skip


def a_forecast_that_promises_too_much() -> Told:
    share = an_instrument("NWD")
    one = ForecastEvaluation.objects.create(
        instrument=share, method="ensemble", horizon=5, window_start=date(2024, 1, 1),
        window_end=date(2024, 2, 1), count=40, mae=1, rmse=1, bias=0, pinball=1, coverage80=0.5,
        coverage80_high=0.65, coverage95=0.7, coverage95_high=0.8, evaluated_at=timezone.now(),
    )  # fmt: skip
    assert one.is_overconfident
    return Told(
        "forecast-coverage", f"Forecasts of {share} by ensemble promise too much",
        "50% lay within intervals of 80 %, 70% within those of 95 %, over 40 forecasts 5 ahead.",
        AlertSeverity.WARNING, f"/admin/analysis/forecastevaluation/{one.pk}/change/",
    )  # fmt: skip


def a_part_that_turned_worse() -> Told:
    now = timezone.now()
    look = HealthCheck.objects.create(checked_at=now, observed="degraded", health="degraded", milliseconds=1)
    HealthTransition.objects.create(
        check_row=look, probe="disk", before=Health.HEALTHY, after=Health.DEGRADED,
        sentence="4 % of the disk are free.", at=now,
    )  # fmt: skip
    return Told("health", "Disk: degraded", "4 % of the disk are free.", AlertSeverity.WARNING, "")


def runs_that_fail() -> Told:
    now = timezone.now()
    TaskRun.objects.bulk_create(
        TaskRun(
            task="classify_document", queue="default", digest=str(number), finished_at=now,
            state="failed" if number < 3 else "succeeded",
        )
        for number in range(24)
    )  # fmt: skip
    return Told(
        "failure-rate", "3 of 24 runs of the last hour failed",
        "That is 12.5%; from 5 % on it is told.", AlertSeverity.CRITICAL,
        "/admin/jobs/taskrun/?state__exact=failed",
    )  # fmt: skip


MADE: dict[str, Callable[[], Told]] = {
    "new_reports": a_new_report,
    "replaced_files": a_file_that_was_replaced,
    "restatements": a_restated_figure,
    "open_questions": a_question,
    "anomalies": an_unusual_figure,
    "shifts_of_tone": a_shift_of_tone,
    "price_moves": a_price_that_fell,
    "overconfident_forecasts": a_forecast_that_promises_too_much,
    "strange_prices": a_strange_price,
    "faults_of_data": a_lost_file,
    "changes_of_health": a_part_that_turned_worse,
}
OTHERS = {"volume": a_spike_of_volume, "failing runs": runs_that_fail}


def test_every_source_is_here() -> None:
    assert set(MADE) == set(SOURCES)


@pytest.mark.parametrize("made", [*MADE.values(), *OTHERS.values()], ids=[*MADE, *OTHERS])
def test_it_raises_one_alert_with_a_useful_sentence(made: Callable[[], Told]) -> None:
    collect(timezone.now() - timedelta(hours=2))  # what was there before the first look is no news
    told = made()
    collect(datetime.now(UTC) + timedelta(seconds=1))
    collect(datetime.now(UTC) + timedelta(minutes=5))
    of_rule = Alert.objects.filter(rule__code=told.rule)
    alert = of_rule.get()
    assert alert.title == told.title
    assert told.says in alert.text
    assert (alert.severity, alert.state) == (told.severity, "open")
    assert alert.address == told.leads_to
    if told.rule != "failure-rate":  # which is asked anew each time, and goes on
        assert alert.count == 1
    collect(datetime.now(UTC) + timedelta(hours=3))
    assert of_rule.count() == 1


@pytest.mark.parametrize("closes", [[100, 101, 100.5], [100]], ids=["small", "the first"])
def test_a_small_move_is_not_told(closes: list[float]) -> None:
    collect(timezone.now() - timedelta(hours=2))
    share = a_share_with(closes)
    Instrument.objects.filter(pk=share.pk).update(updated_at=timezone.now())
    collect(timezone.now())
    assert Alert.objects.count() == 0


def two_lost_files() -> None:
    """Of one company, found by a look at the data."""
    company = Company.objects.create(name="Northwind", slug="northwind")
    for year in (2022, 2023):
        document = a_document(company, year)
        Document.objects.filter(pk=document.pk).update(created_at=timezone.now() - timedelta(days=3))
    check_quality("documents", at=timezone.now())


def test_findings_of_one_rule_and_company_are_one_alert_and_slight_ones_none() -> None:
    collect(timezone.now() - timedelta(hours=2))
    two_lost_files()
    slight = QualityFinding.objects.filter(rule="file_damaged").latest("pk")
    slight.pk, slight.rule, slight.severity, slight.fingerprint = None, "x", FindingSeverity.LOW, "0" * 64
    slight.save()
    collect(timezone.now())
    alert = Alert.objects.get(rule__code="quality-finding", title__contains="A stored file")
    assert (alert.title, alert.count) == ("Northwind: A stored file that is not what was stored (2 times)", 2)
    codes = {one.payload["rule"] for one in Alert.objects.filter(rule__code="quality-finding")}
    grave = QualityFinding.objects.filter(severity__lte=FindingSeverity.HIGH)
    assert codes == set(grave.values_list("rule", flat=True))


def test_a_fault_that_comes_back_is_told_again() -> None:
    collect(timezone.now() - timedelta(hours=2))
    a_lost_file()
    finding = QualityFinding.objects.get()
    collect(timezone.now())
    Alert.objects.update(state="resolved", decided_at=timezone.now() - timedelta(days=2))
    # Seen at each look, the same finding is not told again; opened again it is.
    QualityFinding.objects.update(last_seen=timezone.now())
    assert collect(timezone.now()).new == 0
    QualityFinding.objects.filter(pk=finding.pk).update(times_returned=1, last_seen=timezone.now())
    assert collect(timezone.now()).new == 1
    assert Decimal(Alert.objects.filter(rule__code="quality-finding", state="open").get().count) == 1


def test_an_alert_of_faulty_data_is_over_when_its_last_finding_is_mended() -> None:
    collect(timezone.now() - timedelta(hours=2))
    two_lost_files()
    collect(timezone.now())
    first, last = QualityFinding.objects.filter(rule="file_damaged")
    alert = Alert.objects.get(rule__code="quality-finding", payload__rule="file_damaged")
    QualityFinding.objects.filter(pk=first.pk).update(resolved_at=timezone.now())
    assert collect(timezone.now()).resolved == 0
    QualityFinding.objects.filter(pk=last.pk).update(resolved_at=timezone.now())
    assert collect(timezone.now()).resolved == 1
    alert.refresh_from_db()
    assert (alert.state, alert.note) == ("resolved", "A later look at the data found it no more.")
