"""Old data go by policy, what is needed stays, and a dry run counts what the deletion takes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client

from analysis.models import Anomaly, AnomalyBaseline, HyperparameterTrial
from documents.models import CrawlOutcome, CrawlRun, KeptPage
from engine.errors import BadInput, Inconsistent
from extraction.compile import compile_company
from extraction.models import (
    CallState,
    CompiledCell,
    CompiledStatement,
    ExternalSource,
    ExtractionRun,
    Fact,
    KeptReading,
    LlmCall,
    SourceKind,
    SyncOutcome,
    SyncRun,
)
from extraction.store import store_reading
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from market.models import FindingKind, PriceFinding, ProviderRun
from monitoring.models import (
    Alert,
    AlertDelivery,
    HealthCheck,
    NotificationChannel,
    PerformanceSample,
    QualityFinding,
    QualityReport,
    RetentionPolicy,
)
from monitoring.quality.check import check_quality
from monitoring.retention import clean as cleaning
from monitoring.retention import old_rows
from monitoring.retention.clean import check_asked, clean, ensure_policies
from monitoring.retention.kinds import kinds, protected
from monitoring.retention.old_rows import rows_before
from tests.extraction.made import a_company, a_company_that_restated, a_document, a_reading
from tests.market.made import a_provider, an_instrument

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def aged(row: models.Model, field: str, days: float) -> models.Model:
    """A row whose day is set by the database, made older."""
    type(row).objects.filter(pk=row.pk).update(**{field: ago(days)})
    return row


def left(model: type[models.Model]) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def both(data_type: str, **arguments: object) -> dict[str, dict[str, int]]:
    """Clean for show, and then in earnest: both have to count the same."""
    shown = clean(data_type, dry_run=True, at=NOW, **arguments)
    before = {kind: rows_before(kind, NOW).count() for kind in kinds()}
    assert {kind: rows_before(kind, NOW).count() for kind in kinds()} == before
    done = clean(data_type, at=NOW, **arguments)
    assert shown.by_kind == done.by_kind
    assert shown.total == done.total
    return done.by_kind


def test_every_kind_has_rows_words_and_a_default() -> None:
    ensure_policies()
    assert dict(RetentionPolicy.objects.values_list("data_type", "days")) == {
        code: kind.days for code, kind in kinds().items()
    }
    assert [rows_before(code, NOW).count() for code in kinds()] == [0] * len(kinds())
    assert [code for code, kind in kinds().items() if kind.least_days > kind.days] == []
    assert set(kinds()).isdisjoint(protected())


def test_old_calls_go_and_those_under_way_stay() -> None:
    def call(state: CallState, days: int) -> LlmCall:
        made = LlmCall.objects.create(key="k", prompt="p", model="m", endpoint="e", state=state, cost=0)
        return aged(made, "started_at", days)

    old, young = call(CallState.ANSWERED, 731), call(CallState.ANSWERED, 729)
    under_way = call(CallState.RESERVED, 800)
    assert both("model_calls") == {"model_calls": {"extraction.LlmCall": 1}}
    assert left(LlmCall) == {young.pk, under_way.pk}
    assert old.pk not in left(LlmCall)


def test_pages_go_by_the_days_that_are_asked_for() -> None:
    company = a_company()
    for number, days in enumerate((10, 20, 40)):
        page = KeptPage.objects.create(company=company, address_hash=f"{number}", final_url="u", body=b"")
        aged(page, "fetched_at", days)
    assert both("kept_pages", retention_days=14) == {"kept_pages": {"documents.KeptPage": 2}}
    assert both("kept_pages", retention_days=14) == {"kept_pages": {}}


def test_the_last_visit_that_worked_stays_however_old() -> None:
    def visit(slug: str, days: int, outcome: CrawlOutcome) -> CrawlRun:
        run = CrawlRun.objects.create(company=companies[slug], start_url="u", outcome=outcome)
        return aged(run, "started_at", days)

    companies = {slug: a_company(slug) for slug in ("a", "b")}
    visit("a", 900, CrawlOutcome.COMPLETE)
    kept = [
        visit("a", 800, CrawlOutcome.COMPLETE),
        visit("a", 700, CrawlOutcome.BLOCKED),
        visit("b", 900, CrawlOutcome.COMPLETE),
    ]
    assert both("visits") == {"visits": {"documents.CrawlRun": 1}}
    assert left(CrawlRun) == {one.pk for one in kept}


def test_collections_go_except_the_last_and_settled_findings_go_alone() -> None:
    share, provider = an_instrument(), a_provider()
    runs = [
        ProviderRun.objects.create(
            provider=provider, instrument=share, outcome="updated", started_at=ago(days)
        )
        for days in (400, 300, 200)
    ]
    for day, resolved in ((1, 400), (2, 100), (3, None)):
        PriceFinding.objects.create(
            instrument=share, provider=provider, kind=FindingKind.GAP, day=date(2024, 6, day), detail="",
            resolved_at=None if resolved is None else ago(resolved), run=runs[0],
        )  # fmt: skip
    assert both("price_collections") == {"price_collections": {"market.ProviderRun": 2}}
    assert left(ProviderRun) == {runs[2].pk}
    assert PriceFinding.objects.filter(run__isnull=True).count() == 3
    assert both("price_findings") == {"price_findings": {"market.PriceFinding": 1}}


def test_reports_of_quality_go_except_the_newest_of_each_kind() -> None:
    company = a_company()
    for days in (2000, 1500, 10):
        check_quality("rates", at=ago(days))
    check_quality("documents", company=company, at=ago(1400))
    assert both("quality_reports") == {"quality_reports": {"monitoring.QualityReport": 2}}
    assert sorted(QualityReport.objects.values_list("data_type", flat=True)) == ["documents", "rates"]
    QualityFinding.objects.update(resolved_at=ago(366))
    assert both("quality_findings")["quality_findings"] == {"monitoring.QualityFinding": 1}


def test_replaced_versions_go_and_nothing_that_the_current_one_stands_on() -> None:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    first = {one.pk for one in CompiledStatement.objects.all()}
    document = a_document(company, 2025)
    reading = a_reading([2025, 2024], [("Revenue", "is.revenue", 1, ["1,300", "1,200"])])
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    replaced = CompiledStatement.objects.filter(is_current=False)
    assert {one.pk for one in replaced} <= first
    count = replaced.count()
    assert count == 2
    CompiledStatement.objects.update(compiled_at=ago(1096))
    current = CompiledStatement.objects.filter(is_current=True)
    cells = set(CompiledCell.objects.filter(row__compiled__in=current).values_list("pk", "fact_id"))
    facts = left(Fact)
    deleted = both("compiled_versions")["compiled_versions"]
    assert deleted["extraction.CompiledStatement"] == count
    assert not CompiledStatement.objects.filter(is_current=False).exists()
    assert set(CompiledCell.objects.values_list("pk", "fact_id")) == cells
    assert left(Fact) == facts


def test_a_version_counts_as_old_from_the_day_it_was_replaced() -> None:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    CompiledStatement.objects.update(compiled_at=ago(2000))
    document = a_document(company, 2025)
    reading = a_reading([2025, 2024], [("Revenue", "is.revenue", 1, ["1,300", "1,200"])])
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    CompiledStatement.objects.filter(is_current=True).update(compiled_at=ago(30))
    assert both("compiled_versions") == {"compiled_versions": {}}


def test_packed_readings_stay_while_a_current_compile_names_them() -> None:
    company = a_company_that_restated("eastwind")
    compile_company(company)
    old, other = ExtractionRun.objects.order_by("pk")
    ExtractionRun.objects.update(created_at=ago(400), is_current=False)
    for run in (old, other):
        KeptReading.objects.get_or_create(run=run, defaults={"content": b""})
    assert both("kept_readings") == {"kept_readings": {}}
    for statement in CompiledStatement.objects.filter(is_current=True):
        statement.sources = [source for source in statement.sources if source["run"] != old.pk]
        statement.save()
    assert both("kept_readings") == {"kept_readings": {"extraction.KeptReading": 1}}
    assert set(KeptReading.objects.values_list("run", flat=True)) == {other.pk}
    assert Fact.objects.count() == 4


def test_chosen_settings_stay() -> None:
    for number, chosen in enumerate((True, False)):
        trial = HyperparameterTrial.objects.create(
            family="sentiment", name="n", search=uuid4(), number=number, rung=1, seed=1, data_hash="",
            is_chosen=chosen,
        )  # fmt: skip
        aged(trial, "tried_at", 999)
    assert both("trials") == {"trials": {"analysis.HyperparameterTrial": 1}}
    assert HyperparameterTrial.objects.get().is_chosen


def test_runs_measurements_health_and_alerts_go_by_their_policies() -> None:
    for days in (366, 364):
        TaskRun.objects.create(
            task="t", queue="default", state=State.SUCCEEDED, digest=f"{days}", finished_at=ago(days)
        )
        HealthCheck.objects.create(
            checked_at=ago(days - 244), observed="healthy", health="healthy", milliseconds=1
        )
        PerformanceSample.objects.create(metric="retries", value=1, since=ago(days + 40), at=ago(days + 35))
        for state in ("resolved", "open"):
            Alert.objects.create(
                type="system", severity=1, fingerprint=f"{days}{state}", title="t", state=state,
                first_at=ago(900), last_at=ago(days + 365),
            )  # fmt: skip
    TaskRun.objects.create(task="t", queue="default", state=State.RUNNING, digest="r", queued_at=ago(900))
    assert both("runs") == {"runs": {"jobs.TaskRun": 1}}
    assert both("measurements") == {"measurements": {"monitoring.PerformanceSample": 1}}
    assert both("health_checks") == {"health_checks": {"monitoring.HealthCheck": 1}}
    assert both("alerts") == {"alerts": {"monitoring.Alert": 1}}
    left_alerts = sorted(Alert.objects.values_list("fingerprint", flat=True))
    assert left_alerts == ["364open", "364resolved", "366open"]
    assert sorted(TaskRun.objects.values_list("digest", flat=True)) == ["364", "r"]
    HealthCheck.objects.update(checked_at=ago(999))
    assert both("health_checks") == {"health_checks": {}}


def test_only_messages_about_no_single_alert_go_by_themselves() -> None:
    channel = NotificationChannel.objects.create(name="Desk", kind="email", recipients="a@example.org")
    for state, days in (("sent", 366), ("sent", 364), ("pending", 400)):
        AlertDelivery.objects.create(
            channel=channel, state=state, created_at=ago(days), sent_at=ago(days) if state == "sent" else None
        )
    assert both("messages") == {"messages": {"monitoring.AlertDelivery": 1}}


def test_what_a_person_decided_stays_however_old() -> None:
    company = a_company()
    anna = get_user_model().objects.create_user("anna")
    for number, (state, gone) in enumerate(
        (("open", 366), ("open", 364), ("open", None), ("confirmed", 999), ("rejected", 999))
    ):
        day = date(2015 + number, 12, 31)
        Anomaly.objects.create(
            company=company, kind="outlier", metric=f"{state}{gone}", label="l", window_start=day,
            window_end=day, statistic=9, threshold=3.5, severity="low", explanation="e", engine_version="t",
            first_found_at=ago(1200), last_found_at=ago(1100), gone_at=None if gone is None else ago(gone),
            state=state, decided_at=None if state == "open" else ago(1000),
        )  # fmt: skip
    assert both("anomalies") == {"anomalies": {"analysis.Anomaly": 1}}
    assert set(Anomaly.objects.values_list("metric", flat=True)) == {
        "open364", "openNone", "confirmed999", "rejected999",
    }  # fmt: skip
    for person in (None, anna):
        Alert.objects.create(
            type="system", severity=1, fingerprint=f"{person}", title="t", state="resolved",
            first_at=ago(900), last_at=ago(800), decided_by=person, decided_at=ago(800),
        )  # fmt: skip
    assert both("alerts") == {"alerts": {"monitoring.Alert": 1}}
    assert Alert.objects.get().decided_by == anna


def test_baselines_go_when_a_newer_version_has_long_been_there() -> None:
    company, share = a_company(), an_instrument()
    for instrument, metric in ((None, "net_margin"), (share, "volume"), (share, "returns")):
        versions = (2000, 900, 700) if metric != "returns" else (2000,)
        for number, days in enumerate(versions, start=1):
            AnomalyBaseline.objects.create(
                company=company if instrument is None else share.listing.company, instrument=instrument,
                metric=metric, version=number, points=9, median=0, mad=1, quantiles={},
                data_until=date(2020, 1, 1), digest=f"{metric}{number}", valid_from=ago(days),
            )  # fmt: skip
    # The second version stayed in force until the third came, 700 days ago.
    assert both("baselines") == {"baselines": {"analysis.AnomalyBaseline": 2}}
    assert sorted(AnomalyBaseline.objects.values_list("digest", flat=True)) == [
        "net_margin2", "net_margin3", "returns1", "volume2", "volume3",
    ]  # fmt: skip


def test_visits_to_sources_go_but_for_the_newest_of_each() -> None:
    for name, days in (("rates", (10, 366, 400)), ("filings", (500, 600))):
        source = ExternalSource.objects.create(code=name, name=name, kind=SourceKind.DROP_FOLDER)
        for day in days:
            SyncRun.objects.create(source=source, outcome=SyncOutcome.NOTHING_TO_ASK, started_at=ago(day))
    assert both("source_visits") == {"source_visits": {"extraction.SyncRun": 3}}
    assert sorted((NOW - run.started_at).days for run in SyncRun.objects.all()) == [10, 500]


def test_looking_at_the_policies_writes_nothing(admin_client: Client) -> None:
    RetentionPolicy.objects.all().delete()
    assert admin_client.get("/admin/monitoring/retentionpolicy/").status_code == 200
    assert not RetentionPolicy.objects.exists()
    clean(dry_run=True, at=NOW)
    assert set(RetentionPolicy.objects.values_list("data_type", flat=True)) == set(kinds())


def many_pages(count: int) -> None:
    company = a_company()
    KeptPage.objects.bulk_create(
        KeptPage(company=company, address_hash=f"{number}", final_url="u", body=b"")
        for number in range(count)
    )
    KeptPage.objects.update(fetched_at=ago(999))


def test_all_kinds_are_those_that_are_enabled_each_by_its_policy() -> None:
    ensure_policies()
    many_pages(7)
    RetentionPolicy.objects.filter(data_type="kept_pages").update(is_enabled=False)
    assert "kept_pages" not in both("all")
    RetentionPolicy.objects.filter(data_type="kept_pages").update(is_enabled=True, days=1000)
    assert both("all")["kept_pages"] == {}
    # A policy that somebody lowered behind the form's back does not go below what is needed.
    RetentionPolicy.objects.filter(data_type="kept_pages").update(days=1)
    KeptPage.objects.update(fetched_at=ago(10))
    assert both("all")["kept_pages"] == {}


def test_batches_go_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    many_pages(7)
    monkeypatch.setattr(cleaning, "BATCH", 3)
    told: list[tuple[int, int]] = []
    cleaned = clean(
        "kept_pages", at=NOW, report=lambda step, done=0, total=0, message="": told.append((done, total))
    )
    assert cleaned.by_kind == {"kept_pages": {"documents.KeptPage": 7}}
    assert told == [(0, 7), (3, 7), (6, 7)]
    policy = RetentionPolicy.objects.get(data_type="kept_pages")
    assert (policy.last_run_at, policy.last_deleted) == (NOW, {"documents.KeptPage": 7})


@pytest.mark.parametrize("data_type", sorted(protected()))
def test_protected_data_are_refused_by_name(data_type: str) -> None:
    with pytest.raises(BadInput, match="never deleted") as refused:
        clean(data_type, at=NOW)
    assert refused.value.code == "protected_data"
    assert data_type.capitalize() in refused.value.message


def test_unknown_data_and_too_few_days_are_refused_with_what_can_be() -> None:
    with pytest.raises(BadInput, match="kept_pages") as unknown:
        check_asked("weather", None)
    with pytest.raises(BadInput, match="62 days at least, not 61") as few:
        check_asked("model_calls", 61)
    assert (unknown.value.code, few.value.code) == ("unknown_data_type", "too_few_days")
    with pytest.raises(ValidationError, match="62 days at least"):
        RetentionPolicy(data_type="model_calls", days=61).full_clean()


@pytest.mark.parametrize(
    "rows",
    [
        lambda moment: ExtractionRun.objects.all(),
        lambda moment: CompiledStatement.objects.all(),
    ],
)
def test_a_wrong_choice_of_rows_is_stopped_before_anything_is_deleted(
    rows: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_company(a_company_that_restated("eastwind"))
    before = left(Fact), left(ExtractionRun), left(CompiledStatement)
    monkeypatch.setitem(old_rows._old, "kept_pages", rows)
    for dry_run in (True, False):
        with pytest.raises(Inconsistent, match="never deleted"):
            clean("kept_pages", dry_run=dry_run, at=NOW)
    assert (left(Fact), left(ExtractionRun), left(CompiledStatement)) == before


def run_now(**arguments: object) -> TaskRun:
    run = launch("cleanup_old_data", **arguments).run
    execute(run.pk, worker="here")
    run.refresh_from_db()
    return run


def test_the_task_counts_first_and_then_deletes() -> None:
    many_pages(3)
    shown = run_now(data_type="kept_pages", dry_run=True)
    assert (shown.state, KeptPage.objects.count()) == (State.SUCCEEDED, 3)
    done = run_now(data_type="kept_pages")
    assert (done.state, KeptPage.objects.count()) == (State.SUCCEEDED, 0)
    tables = {"kept_pages": {"documents.KeptPage": 3}}
    assert shown.result == {"dry_run": True, "total": 3, "deleted": tables}
    assert done.result == {"dry_run": False, "total": 3, "deleted": tables}
    refused = run_now(data_type="facts")
    assert (refused.state, refused.error_code) == (State.SKIPPED, "protected_data")
