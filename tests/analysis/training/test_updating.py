"""The update of forecast models: what is new, what drifted, what took the place of what."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from analysis.models import Stage, TrainedModel
from analysis.training import forecasting
from analysis.training.forecasting import champion_settings
from jobs.execute import execute
from jobs.models import TaskRun
from jobs.states import State
from market.models import Instrument, PriceBar
from tests.analysis.training.made import NOW, a_model, a_share_with, a_walk, with_momentum
from tests.analysis.training.test_training import run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(files: Path):  # type: ignore[no-untyped-def]
    with time_machine.travel(NOW):
        yield


def without_the_last(share: Instrument, count: int) -> list[PriceBar]:
    """Prices that have not come yet, taken away to be put back later."""
    later = list(share.bars.order_by("-day")[:count])
    share.bars.filter(pk__in=[bar.pk for bar in later]).delete()
    return later


def trained_before_the_last(share: Instrument, count: int, model: str) -> dict[str, Any]:
    later = without_the_last(share, count)
    told = run("retrain_forecasting_models", instrument_id=share.pk, models=[model])
    PriceBar.objects.bulk_create(later)
    return told.result["models"][model]


def test_a_model_is_trained_again_on_what_came_since_and_then_nothing_is_new() -> None:
    share = a_share_with(with_momentum(1500))
    assert trained_before_the_last(share, 20, "autoregression")["promoted"] is True
    first = TrainedModel.objects.get()

    row = run("update_forecast_models", instrument_id=share.pk)

    assert row.state == State.SUCCEEDED, row.error_message
    told = row.result["models"]["autoregression"]
    assert (told["new_days"], told["watched"]["days"], told["reason"]) == (20, 20, "")
    # Twenty days are few: here the last price did better on them.
    assert told["watched"]["error"] == pytest.approx(0.838, abs=0.01)
    assert told["watched"]["walk_error"] == pytest.approx(0.766, abs=0.001)
    assert told["watched"]["weights"].keys() <= {"autoregression", "random_walk"}
    assert (told["watched"]["drift"]["kind"], row.warnings) == (None, [])
    second = TrainedModel.objects.get(version=2)
    assert told["trained"]["model_id"] == second.pk
    assert told["trained"]["parameters"] == second.parameters == champion_settings(share)
    assert (second.parent, second.task_run, second.metrics["points"]) == (first, row, 1500)
    assert second.metrics["data_until"] == str(share.bars.order_by("-day")[0].day)
    # The same settings on twenty more days do not beat themselves.
    assert (told["trained"]["promoted"], second.stage) == (False, Stage.CHALLENGER)
    assert second.decision.startswith("Not better than the champion")

    again = run("update_forecast_models", instrument_id=share.pk)
    assert (again.state, again.error_code) == (State.SKIPPED, "unchanged")
    assert TrainedModel.objects.count() == 2


def test_a_model_in_use_that_errs_more_than_before_is_named_with_the_day() -> None:
    calm = with_momentum(1000)
    wild = [calm[-1] + step for step in (6, -7, 8, -6, 7, -8, 6, -7, 8, -6, 7, -8, 6, -7, 8, -6, 7, -8)]
    share = a_share_with(calm + wild)
    trained_before_the_last(share, len(wild), "autoregression")

    row = run("update_forecast_models", instrument_id=share.pk)

    drift = row.result["models"]["autoregression"]["watched"]["drift"]
    assert drift["kind"] == "larger"
    since = row.result["models"]["autoregression"]["watched"]["drift_since"]
    days = sorted(share.bars.values_list("day", flat=True))
    assert days[-len(wild)] < date.fromisoformat(since) <= days[-1]
    assert row.warnings == [
        f"autoregression: Forecasts err more than before it was trained, as was plain on {since}."
    ]


def test_few_new_days_are_trained_on_but_tell_of_no_drift() -> None:
    share = a_share_with(a_walk(400))
    trained_before_the_last(share, 2, "drift")
    told = run("update_forecast_models", instrument_id=share.pk).result["models"]["drift"]
    assert (told["new_days"], told["watched"]["days"], told["watched"]["drift"]) == (2, 2, None)
    assert told["watched"]["reason"].endswith("60 and 5 are needed.")
    assert told["trained"]["version"] == 2


def test_shares_without_a_model_say_what_to_do() -> None:
    share = a_share_with(a_walk(400))
    for arguments in ({}, {"instrument_id": share.pk}):
        row = run("update_forecast_models", **arguments)
        assert (row.state, row.error_code) == (State.SKIPPED, "no_model")
    assert run("update_forecast_models", instrument_id=0).error_code == "instrument_not_found"


def test_all_shares_with_models_are_updated_and_one_that_cannot_be_stops_no_other() -> None:
    good, gone = a_share_with(a_walk(400), "GOOD"), a_share_with(a_walk(400), "GONE")
    a_share_with(a_walk(400), "NONE")
    trained_before_the_last(good, 20, "drift")
    # A model written before days were kept, and whose file is not of its kind
    a_model(forecasting.slot(gone, "drift"), metrics={"points": 390})

    row = run("update_forecast_models")
    assert row.state == State.WAITING
    children = TaskRun.objects.filter(task="update_forecast_models", arguments__has_key="instrument_id")
    assert {child.arguments["instrument_id"] for child in children} == {good.pk, gone.pk}
    for waiting in (*children, row):
        execute(waiting.pk)

    row.refresh_from_db()
    assert (row.state, row.error_code) == (State.PARTIAL, "children_incomplete")
    assert {name: row.result[name] for name in ("shares", "trained", "promoted", "drifted")} == {
        "shares": 2,
        "trained": 1,
        "promoted": 0,
        "drifted": [],
    }
    assert "GONE" in row.message
