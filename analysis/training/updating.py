"""Train the models of a share again on the prices since their last training, and watch whether their
forecasts have become others."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Any

from django.db.models import QuerySet

from analysis.inputs import price_series
from analysis.models import ModelFamily, TrainedModel
from analysis.training import forecasting
from analysis.training.search import chosen_settings
from engine.forecast.values import Drift, DriftKind
from engine.progress import Report, silent
from engine.series import Series
from jobs.models import TaskRun
from jobs.run import Storing
from market.instruments import collected
from market.models import Instrument

DRIFTS = {
    DriftKind.ABOVE: "What comes lies further above what is forecast",
    DriftKind.BELOW: "What comes lies further below what is forecast",
    DriftKind.LARGER: "Forecasts err more",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """One-step errors of the model in use on the prices since its training, in units of how much the share
    moved: how many, their mean size and that of the last price repeated. `drift` is None, and `reason`
    says why, where too little is known to tell; `drift_since` is the day on which a change was known."""

    days: int
    error: float | None
    walk_error: float | None
    weights: dict[str, float]
    drift: Drift | None
    drift_since: date | None
    reason: str = ""

    @property
    def drift_sentence(self) -> str:
        """What has changed; empty where nothing has, or too little is known."""
        if self.drift is None or self.drift.kind is None:
            return ""
        return f"{DRIFTS[self.drift.kind]} than before it was trained, as was plain on {self.drift_since}."

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["drift_since"] = self.drift_since.isoformat() if self.drift_since else None
        if self.drift is not None:
            told["drift"] = {**asdict(self.drift), "highest": round(self.drift.highest, 3)}
        for name in ("error", "walk_error"):
            told[name] = None if told[name] is None else round(told[name], 6)
        return told


@dataclass(frozen=True, slots=True)
class UpdatedModel:
    """What became of one model of a share. `trained` is None where nothing was new or where training was
    not possible, for which `reason` is given."""

    name: str
    new_days: int
    watched: Watched | None = None
    trained: TrainedModel | None = None
    reason: str = ""


def shares_with_models(at: datetime) -> QuerySet[Instrument]:
    """The shares whose prices are collected and that have a trained model, in steady order."""
    trained = TrainedModel.objects.filter(family=ModelFamily.FORECASTING, instrument__isnull=False)
    return collected(at.date()).filter(pk__in=trained.values("instrument"))


def update_models(
    instrument: Instrument,
    *,
    at: datetime,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Iterator[UpdatedModel]:
    """For each model a share has: watch the one in use on the prices since the last training, and train
    again where there are any. Each is stored before the next begins, so that repeating goes on from there.
    Empty where the share has no model."""
    from engine.errors import NotEnoughData

    series = price_series(instrument, at)
    for last in _last_trained(instrument):
        fresh = [day for day, _ in series.known if day > _data_until(last, series)]
        if not fresh:
            yield UpdatedModel(last.name, 0, reason="No price is new since it was trained.")
            continue
        report("watching", 0, 1)
        slot = forecasting.slot(instrument, last.name)
        watched = _watch(slot.champion() or last, series)
        try:
            trained = forecasting.train(
                instrument,
                last.name,
                at=at,
                settings=chosen_settings(slot),
                report=report,
                task_run=task_run,
                storing=storing,
            )
        except NotEnoughData as error:
            yield UpdatedModel(last.name, len(fresh), watched, reason=error.message)
            continue
        yield UpdatedModel(last.name, len(fresh), watched, trained)


def _last_trained(instrument: Instrument) -> list[TrainedModel]:
    """The newest version of each name, by name."""
    newest: dict[str, TrainedModel] = {}
    models = TrainedModel.objects.filter(family=ModelFamily.FORECASTING, instrument=instrument)
    for model in models.order_by("version"):
        newest[model.name] = model
    return [newest[name] for name in sorted(newest) if name in forecasting.MODELS]


def _data_until(model: TrainedModel, series: Series) -> date:
    """The day of the last price a model was trained on. Older models say how many there were."""
    written = model.metrics.get("data_until")
    if written:
        return date.fromisoformat(written)
    points = int(model.metrics.get("points", 0))
    known = series.known[:points]
    return known[-1][0] if known else date.min


def _watch(model: TrainedModel, series: Series) -> Watched:
    from engine.errors import NotEnoughData
    from engine.forecast.drift import drift_of, one_step_errors
    from engine.forecast.selection import with_settings

    until = _data_until(model, series)
    fitted_until = sum(day <= until for day in series.days) - 1
    options = with_settings(forecasting.base_options(), forecasting.settings_of(model))
    try:
        errors = one_step_errors(series.as_floats(), fitted_until, options)
    except NotEnoughData as error:
        return Watched(0, None, None, {}, None, None, error.message)
    count = len(errors.since)
    seen = (
        count,
        fmean(map(abs, errors.since)) if count else None,
        fmean(map(abs, errors.walk_since)) if count else None,
        errors.weights,
    )
    try:
        drift = drift_of(errors.before, errors.since)
    except NotEnoughData as error:
        return Watched(*seen, None, None, error.message)
    known_at = None if drift.known_at is None else series.days[errors.places[drift.known_at]]
    return Watched(*seen, drift, known_at)
