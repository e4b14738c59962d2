"""Doorbells of training. What was trained is kept whether it is promoted or not."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from analysis.models import ModelFamily, Stage, TrainedModel
from analysis.training import anomalies, forecasting, sentiment
from analysis.training.due import FEWEST_PRICES, due_models
from analysis.training.optimize import optimize_forecasting, optimize_sentiment
from analysis.training.search import Searched, chosen_settings
from analysis.training.updating import UpdatedModel, shares_with_models, update_models
from engine.errors import NotEnoughData
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State
from market.models import Instrument

UPDATE = "update_forecast_models"


@tracked_task("retrain_sentiment_model", steps=("loading_examples", "fitting", "measuring"))
def retrain_sentiment_model(run: Run, table: str = "") -> Outcome:
    """Train the classifier of sentences on what people have labelled, and a table in the training folder.

    Gives the model with its measures, those of the lexicon, and whether it was promoted and why.
    """
    try:
        model = sentiment.train(
            table=table,
            settings_=chosen_settings(sentiment.SLOT),
            report=run.report,
            task_run=run.row,
            storing=run.storing,
        )
    except NotEnoughData as error:
        return skipped(error.message, code=error.code)
    return success(**_told(model))


@tracked_task("retrain_forecasting_models", steps=("choosing", "measuring"))
def retrain_forecasting_models(run: Run, instrument_id: int, models: Sequence[str] = ()) -> Outcome:
    """Choose the settings with which the price of a share is forecast, for each of some models.

    Gives for each model its measures, those of the random walk, and whether it was promoted and why; a
    model that cannot be trained is named with the reason, and the others go on.
    """
    instrument = Instrument.objects.select_related("listing__exchange").filter(pk=instrument_id).first()
    if instrument is None:
        return skipped("The share is gone.", code="instrument_not_found")
    trained: dict[str, Any] = {}
    failed: dict[str, str] = {}
    for name in dict.fromkeys(models or ("ensemble",)):
        if name not in forecasting.MODELS:
            failed[name] = f"There is no such model. Known are {', '.join(forecasting.MODELS)}."
            continue
        try:
            trained[name] = _told(
                forecasting.train(
                    instrument,
                    name,
                    at=timezone.now(),
                    settings=chosen_settings(forecasting.slot(instrument, name)),
                    report=run.report,
                    task_run=run.row,
                    storing=run.storing,
                )
            )
        except NotEnoughData as error:
            failed[name] = error.message
    if not trained:
        return skipped(next(iter(failed.values())), code="nothing_trained", failed=failed)
    if failed:
        name, reason = next(iter(failed.items()))
        return partial(f"{name}: {reason}", code="models_failed", models=trained, failed=failed)
    return success(models=trained, failed={})


@tracked_task("retrain_anomaly_models", steps=("loading_decisions", "measuring"))
def retrain_anomaly_models(run: Run) -> Outcome:
    """Tune how strict the search of statements is to what people confirmed and rejected.

    Gives the model with the share of findings that was right, before and after, and whether it was
    promoted and why; `skipped` with fewer than thirty decisions.
    """
    try:
        model = anomalies.train(report=run.report, task_run=run.row, storing=run.storing)
    except NotEnoughData as error:
        return skipped(error.message, code=error.code)
    return success(**_told(model))


@tracked_task(UPDATE, steps=("watching", "choosing", "measuring"))
def update_forecast_models(run: Run, instrument_id: int | None = None) -> Outcome | FanOut:
    """Train the models of a share again on the prices since their last training, and watch whether the
    errors of those in use have changed since (test of Page and Hinkley); of all shares without one named.

    Gives for each model the new days, its errors on them beside those of the last price, what drifted and
    since when, the settings and measures it was trained to, whether it was promoted and why; `skipped`
    where no price is new.
    """
    if instrument_id is None:
        return _update_all(run)
    instrument = Instrument.objects.select_related("listing__exchange").filter(pk=instrument_id).first()
    if instrument is None:
        return skipped("The share is gone.", code="instrument_not_found")
    updated = list(
        update_models(instrument, at=timezone.now(), report=run.report, task_run=run.row, storing=run.storing)
    )
    if not updated:
        return skipped(
            "This share has no trained model to update. Train its forecasting models first.", code="no_model"
        )
    fields: dict[str, Any] = {"models": {one.name: _updated(one) for one in updated}}
    if not any(one.new_days for one in updated):
        return skipped("No price is new since the models were trained.", code="unchanged", **fields)
    failed = [one for one in updated if one.new_days and one.trained is None]
    drifted = [
        f"{one.name}: {one.watched.drift_sentence}"
        for one in updated
        if one.watched and one.watched.drift_sentence
    ]
    if failed:
        return partial(
            f"{failed[0].name}: {failed[0].reason}", code="models_failed", warnings=drifted, **fields
        )
    return success(warnings=drifted, **fields)


@tracked_task("optimize_model_hyperparameters")
def optimize_model_hyperparameters(
    run: Run, model_type: str, model_name: str = "", instrument_id: int | None = None, budget: int = 30
) -> Outcome:
    """Search settings for a model: `sentiment`, or `forecasting` of a share. The next training uses them.

    Gives the best settings, their score on the part of the data that choosing may see, and the number of
    trials, which are all kept.
    """
    budget = max(2, min(budget, 200))
    try:
        if model_type == ModelFamily.SENTIMENT:
            return _searched(optimize_sentiment(budget=budget, report=run.report, storing=run.storing))
        shares = Instrument.objects.select_related("listing__exchange")
        instrument = None if instrument_id is None else shares.filter(pk=instrument_id).first()
        name = model_name or "ensemble"
        if model_type != ModelFamily.FORECASTING or name not in forecasting.MODELS:
            return skipped(
                f"There are no settings to search for {model_type} {model_name}".rstrip() + ".",
                code="unknown_model",
            )
        if instrument is None:
            return skipped("The share is gone.", code="instrument_not_found")
        return _searched(
            optimize_forecasting(
                instrument,
                name,
                at=timezone.now(),
                budget=budget,
                report=run.report,
                storing=run.storing,
            )
        )
    except NotEnoughData as error:
        return skipped(error.message, code=error.code)


@tracked_task("retrain_models")
def retrain_models(run: Run) -> Outcome | FanOut:
    """Train the models whose data have grown by a tenth, or whose forecasts do worse than the last price.

    Gives the counts of models trained and promoted, and what could not be trained.
    """
    if run.stage == "":
        due = due_models(timezone.now())
        children = [Child("retrain_sentiment_model")] if due.sentiment else []
        children += [Child("retrain_anomaly_models")] if due.anomalies else []
        children += [
            Child("retrain_forecasting_models", share, {"instrument_id": share.pk}) for share in due.shares
        ]
        if not children:
            return skipped("No model has new data worth training for.", code="nothing_due")
        return run.fan_out(stage="summary", children=children)
    children_ = list(run.children())
    models = TrainedModel.objects.filter(task_run__in=[child.pk for child in children_])
    counts: dict[str, Any] = {
        "trained": models.count(),
        "promoted": models.exclude(promoted_at=None).filter(promoted_by=None).count(),
    }
    failed = [child for child in children_ if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    if failed:
        first = failed[0]
        return partial(
            f"{len(failed)} of {len(children_)} models could not be trained. The first:"
            f" {first.subject_label or first.task}: {first.error_message or first.message}",
            code="children_incomplete",
            **counts,
        )
    return success(**counts)


def _update_all(run: Run) -> Outcome | FanOut:
    if run.stage == "":
        children = [
            Child(UPDATE, share, {"instrument_id": share.pk}) for share in shares_with_models(timezone.now())
        ]
        if not children:
            return skipped(
                "No share has a trained model yet. Models are trained for shares with"
                f" {FEWEST_PRICES} prices and more.",
                code="no_model",
            )
        return run.fan_out(stage="summary", children=children)
    children_ = list(run.children())
    told = [one for child in children_ for one in (child.result or {}).get("models", {}).values()]
    fields: dict[str, Any] = {
        "shares": len(children_),
        "unchanged": sum(child.error_code == "unchanged" for child in children_),
        "trained": sum(one["trained"] is not None for one in told),
        "promoted": sum(bool(one["trained"] and one["trained"]["promoted"]) for one in told),
        "drifted": [
            child.subject_label
            for child in children_
            if any(_has_drifted(one) for one in (child.result or {}).get("models", {}).values())
        ],
    }
    failed = [child for child in children_ if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    if failed:
        first = failed[0]
        return partial(
            f"The models of {len(failed)} of {len(children_)} shares could not be updated. The first:"
            f" {first.subject_label}: {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)


def _has_drifted(told: dict[str, Any]) -> bool:
    drift = (told["watched"] or {}).get("drift")
    return bool(drift and drift["kind"])


def _updated(one: UpdatedModel) -> dict[str, Any]:
    return {
        "new_days": one.new_days,
        "watched": one.watched.to_json() if one.watched else None,
        "trained": {**_told(one.trained), "parameters": one.trained.parameters} if one.trained else None,
        "reason": one.reason,
    }


def _searched(found: Searched) -> Outcome:
    if found.best is None:
        return skipped("No setting could be tried. The trials say why.", code="no_setting_worked")
    return success(
        search=str(found.search),
        best=dict(found.best),
        score=round(found.score or 0.0, 6),
        trials=found.trials,
    )


def _told(model: TrainedModel) -> dict[str, Any]:
    return {
        "model_id": model.pk,
        "version": model.version,
        "promoted": model.stage == Stage.CHAMPION,
        "decision": model.decision,
        "metrics": model.metrics,
        "baseline_metrics": model.baseline_metrics,
        "trained_on": model.trained_on,
        "measured_on": model.measured_on,
    }
