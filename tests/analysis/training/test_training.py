"""Training from the doorbell to the model in use, and everything that stands in its way."""

from pathlib import Path
from typing import Any

import pytest
import time_machine

from analysis.forecasting import Subject, make_forecast
from analysis.models import HyperparameterTrial, Stage, TrainedModel
from analysis.sentiment.judges import current_judge
from analysis.training import forecasting, sentiment
from analysis.training.due import due_models
from analysis.training.forecasting import champion_settings
from analysis.training.search import chosen_settings
from engine.kinds import Polarity
from jobs.execute import execute
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from tests.analysis.training.made import NOW, a_model, a_share_with, a_table, a_walk, with_momentum

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(files: Path, settings: Any, tmp_path: Path) -> Path:
    """The training folder; artefacts lie in a folder of the test."""
    settings.TRAINING_DIR = tmp_path / "training"
    return tmp_path / "training"


@pytest.fixture(autouse=True)
def now():  # type: ignore[no-untyped-def]
    with time_machine.travel(NOW):
        yield


def run(task: str, **arguments: Any) -> TaskRun:
    row = launch(task, **arguments).run
    execute(row.pk)
    row.refresh_from_db()
    return row


# --------------------------------------------------------------------------------------- sentiment


def test_a_classifier_that_beats_the_lexicon_judges_from_then_on(folder: Path) -> None:
    assert current_judge().name == "lexicon"
    a_table(folder)
    row = run("retrain_sentiment_model", table="labels.csv")
    assert row.state == State.SUCCEEDED, row.error_message
    model = TrainedModel.objects.get()
    assert (row.result["promoted"], row.result["model_id"]) == (True, model.pk)
    assert (model.stage, model.trained_on, model.measured_on) == (Stage.CHAMPION, 210, 90)
    assert (model.metrics["macro_f1"], model.baseline_metrics["macro_f1"]) == (1.0, 0.166667)
    assert (model.seed, model.task_run, len(model.data_hash)) == (1, row, 64)
    judge = current_judge()
    assert (judge.name, judge.version) == ("classifier", "sentences 1")
    assert judge.judge("The unit zorbled in quarter 3.").label is Polarity.POSITIVE


def test_training_again_on_the_same_data_does_not_beat_the_champion(folder: Path) -> None:
    a_table(folder)
    first = sentiment.train(table="labels.csv")
    second = sentiment.train(table="labels.csv")
    assert (second.artefact, second.data_hash) == (first.artefact, first.data_hash)
    assert (second.stage, second.parent) == (Stage.CHALLENGER, first)
    assert second.decision.startswith("Not better than the champion")


def test_labels_without_sense_promote_nobody(folder: Path) -> None:
    a_table(folder, wrong=1.0)
    row = run("retrain_sentiment_model", table="labels.csv")
    assert (row.state, row.result["promoted"]) == (State.SUCCEEDED, False)
    assert "is not far from guessing; 0.5 is needed." in row.result["decision"]
    assert current_judge().name == "lexicon"


def test_too_few_labels_are_no_failure(folder: Path) -> None:
    row = run("retrain_sentiment_model")
    assert (row.state, row.error_code) == (State.SKIPPED, "not_enough_data")
    assert row.message.startswith("There are 0 labelled sentences of 0 documents")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("../secret.csv", "lies outside the training folder"),
        ("/etc/passwd", "lies outside the training folder"),
        ("link.csv", "lies outside the training folder"),
        ("gone.csv", "cannot be read as text"),
        ("other.csv", "has no column text and document"),
        ("wrong.csv", "Line 3 of “wrong.csv” needs a text, a document and one of the labels"),
    ],
)
def test_only_proper_tables_of_the_training_folder_are_read(folder: Path, name: str, sentence: str) -> None:
    folder.mkdir()
    outside = folder.parent / "secret.csv"
    outside.write_text("text,label,document\nx,neutral,1\n")
    (folder / "link.csv").symlink_to(outside)
    (folder / "other.csv").write_text("sentence,label\nx,neutral\n")
    (folder / "wrong.csv").write_text("text,label,document\nx,neutral,1\ny,great,1\n")
    row = run("retrain_sentiment_model", table=name)
    assert (row.state, row.error_code) == (State.FAILED, "no_training_data")
    assert sentence in row.error_message


def test_a_search_keeps_its_trials_and_the_next_training_uses_what_it_chose(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_table(folder, wrong=0.2)
    monkeypatch.setattr(sentiment, "labelled_sentences", list)
    gather = sentiment.gather
    monkeypatch.setattr(sentiment, "gather", lambda table="": gather("labels.csv"))
    row = run("optimize_model_hyperparameters", model_type="sentiment", budget=6)
    assert row.state == State.SUCCEEDED, row.error_message
    trials = HyperparameterTrial.objects.all()
    assert trials.filter(rung=1).count() == 6
    assert trials.filter(rung=2).count() == 2
    assert row.result["trials"] == trials.count()
    chosen = trials.get(is_chosen=True)
    assert row.result["best"] == chosen.parameters == chosen_settings(sentiment.SLOT)
    assert trials.filter(number=1, rung=1).get().parameters == {
        "buckets": 65536,
        "strength": 3.0,
        "balanced": True,
    }
    run("retrain_sentiment_model")
    trained = TrainedModel.objects.get().parameters
    assert {name: trained[name] for name in chosen.parameters} == chosen.parameters


# ------------------------------------------------------------------------------------- forecasting


def test_settings_that_beat_the_random_walk_are_used_for_the_next_forecast() -> None:
    share = a_share_with(with_momentum(1500))
    row = run("retrain_forecasting_models", instrument_id=share.pk, models=["autoregression", "oracle"])
    assert (row.state, row.error_code) == (State.PARTIAL, "models_failed")
    assert list(row.result["failed"]) == ["oracle"]
    told = row.result["models"]["autoregression"]
    assert told["promoted"] is True
    assert told["metrics"]["skill"] > 0.03
    assert told["metrics"]["points"] == 1500
    settings = champion_settings(share)
    assert settings["methods"] == ["autoregression"]
    before = make_forecast(Subject(instrument=share), at=NOW).run
    assert set(before.weights) <= {"autoregression", "random_walk"}
    model = TrainedModel.objects.get()
    TrainedModel.objects.filter(pk=model.pk).update(stage=Stage.ARCHIVED)
    assert champion_settings(share) == {}
    after = make_forecast(Subject(instrument=share), at=NOW).run
    assert after.pk != before.pk


def test_a_random_walk_promotes_nobody() -> None:
    share = a_share_with(a_walk())
    row = run("retrain_forecasting_models", instrument_id=share.pk, models=["theta"])
    assert row.state == State.SUCCEEDED
    assert row.result["models"]["theta"]["promoted"] is False
    assert champion_settings(share) == {}


def test_a_short_history_is_no_failure() -> None:
    share = a_share_with(a_walk(40))
    row = run("retrain_forecasting_models", instrument_id=share.pk)
    assert (row.state, row.error_code) == (State.SKIPPED, "nothing_trained")
    assert row.message == "40 points are too few to compare forecasts 5 ahead."


def test_a_search_for_a_share_keeps_to_the_older_part() -> None:
    share = a_share_with(a_walk())
    row = run(
        "optimize_model_hyperparameters",
        model_type="forecasting",
        model_name="drift",
        instrument_id=share.pk,
        budget=4,
    )
    assert row.state == State.SUCCEEDED, row.error_message
    assert chosen_settings(forecasting.slot(share, "drift"))["methods"] == ["drift"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"model_type": "anomaly"}, "unknown_model"),
        ({"model_type": "forecasting", "model_name": "oracle"}, "unknown_model"),
        ({"model_type": "forecasting", "instrument_id": 7}, "instrument_not_found"),
        ({"model_type": "sentiment"}, "not_enough_data"),
    ],
)
def test_a_search_that_cannot_be_says_why(arguments: dict, code: str) -> None:
    row = run("optimize_model_hyperparameters", **arguments)
    assert (row.state, row.error_code) == (State.SKIPPED, code)


# ------------------------------------------------------------------------------------------- daily


def test_models_are_due_when_never_trained_and_when_their_data_have_grown() -> None:
    share, other = a_share_with(a_walk(400), "ONE"), a_share_with(a_walk(400), "TWO")
    a_share_with(a_walk(100), "YOUNG")
    assert due_models(NOW).shares == (share, other)
    a_model(forecasting.slot(share, "ensemble"), metrics={"points": 390})
    a_model(forecasting.slot(other, "ensemble"), metrics={"points": 300})
    assert due_models(NOW) == due_models(NOW)
    assert due_models(NOW).shares == (other,)
    assert due_models(NOW).sentiment is False


def test_the_daily_run_trains_what_is_due_and_sums_up() -> None:
    assert run("retrain_models").error_code == "nothing_due"
    share = a_share_with(a_walk(400))
    row = run("retrain_models")
    assert row.state == State.WAITING
    child = TaskRun.objects.get(task="retrain_forecasting_models")
    assert child.arguments == {"instrument_id": share.pk}
    execute(child.pk)
    execute(row.pk)
    row.refresh_from_db()
    assert (row.state, row.result) == (State.SUCCEEDED, {"trained": 1, "promoted": 0})
