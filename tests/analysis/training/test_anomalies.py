"""The search of statements, tuned to what people decided about its findings."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from analysis.anomalies.detect import detect_in_statements
from analysis.models import Anomaly, AnomalyKind, AnomalyState, Stage, TrainedModel
from analysis.training.anomalies import current_strictness
from analysis.training.due import due_models
from companies.models import Company
from engine.kinds import Severity
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.extraction.made import a_company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]
NOON = datetime(2025, 6, 3, 12, tzinfo=UTC)


def decide_about(company: Company, statistics: Sequence[tuple[float, bool]]) -> None:
    """Findings of a threshold of 3.5 that a person confirmed or rejected, one an hour."""
    Anomaly.objects.bulk_create(
        Anomaly(
            company=company,
            kind=AnomalyKind.OUTLIER,
            metric=f"metric {n}",
            label="Metric",
            window_start=date(2020, 12, 31),
            window_end=date(2020, 12, 31),
            statistic=statistic,
            threshold=3.5,
            severity=Severity.LOW,
            explanation="",
            state=AnomalyState.CONFIRMED if right else AnomalyState.REJECTED,
            decided_at=NOON + timedelta(hours=n),
            first_found_at=NOON,
            last_found_at=NOON,
            engine_version="1",
        )
        for n, (statistic, right) in enumerate(statistics)
    )


def retrain() -> TaskRun:
    row = launch("retrain_anomaly_models").run
    execute(row.pk)
    row.refresh_from_db()
    return row


def test_rejected_weak_findings_make_the_search_stricter_from_then_on() -> None:
    decide_about(a_company("reviewed"), [(-4.2, False), (9.0, True), (5.6, False)] * 12)
    assert due_models(NOON).anomalies
    run = retrain()
    assert (run.state, run.result["promoted"]) == (State.SUCCEEDED, True)
    model = TrainedModel.objects.get()
    assert (model.stage, model.parameters) == (Stage.CHAMPION, {"factor": 1.6002})
    assert (model.baseline_metrics["share_right"], model.metrics["share_right"]) == (0.3333, 1.0)
    assert current_strictness() == 1.6002
    assert not due_models(NOON).anomalies

    company = a_company_of_ten_years(revenue={2020: 600})
    usual = {f.metric for f in detect_in_statements(company, at=NOON).kept.anomalies}
    strict = detect_in_statements(company, at=NOON, strictness=1000)
    assert usual == {"growth:is.revenue", "operating_margin"}
    assert strict.kept.anomalies == ()


def test_below_thirty_decisions_the_usual_thresholds_hold() -> None:
    decide_about(a_company("reviewed"), [(4.2, False)] * 29)
    run = retrain()
    assert (run.state, run.error_code) == (State.SKIPPED, "insufficient_history")
    assert run.message.startswith("29 findings were confirmed or rejected; 30 are needed")
    assert (TrainedModel.objects.count(), current_strictness()) == (0, 1.0)


def test_where_people_agree_with_everything_nothing_is_promoted() -> None:
    decide_about(a_company("reviewed"), [(4.2, True), (9.0, True)] * 20)
    run = retrain()
    assert run.result["decision"] == "The usual thresholds agree with people best."
    assert (TrainedModel.objects.get().stage, current_strictness()) == (Stage.CHALLENGER, 1.0)
