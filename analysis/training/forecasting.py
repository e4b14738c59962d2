"""Settings with which the price of a share is forecast, chosen by its past."""

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analysis import artifacts
from analysis.artifacts import Artefact
from analysis.inputs import price_series
from analysis.models import ModelFamily, TrainedModel
from analysis.training.registry import Challenge, Slot, data_hash, register
from engine.forecast.values import ForecastMethod, ForecastOptions
from engine.progress import Report, silent
from jobs.models import TaskRun
from jobs.run import Storing
from market.models import Instrument

if TYPE_CHECKING:
    from engine.forecast.selection import Losses

FORMAT = "tenfold-forecast-settings"
VERSION = 1
# Most prices are random walks, of which one standard error would promote one in six by chance, and a
# forecast then tests its claim on the same past.
ERRORS = 2.0
HORIZON = 5  # a week of trading
# What can be trained: all methods together, or one of them beside the random walk.
MODELS: Mapping[str, tuple[ForecastMethod, ...]] = {
    "ensemble": (),
    "drift": (ForecastMethod.DRIFT,),
    "theta": (ForecastMethod.THETA,),
    "ets": (ForecastMethod.ETS,),
    "arima": (ForecastMethod.ARIMA,),
    "autoregression": (ForecastMethod.AUTOREGRESSION,),
}
HISTORIES = (500, 1000, 1500)  # points that are looked at: two to six years of trading
FEWEST_COMMON = 30  # origins by which settings are compared


def base_options() -> ForecastOptions:
    """As prices are forecast, from every point of the past."""
    return ForecastOptions(HORIZON, search_seasons=False, most_origins=5000)


def slot(instrument: Instrument, name: str) -> Slot:
    return Slot(ModelFamily.FORECASTING, name, instrument)


def train(
    instrument: Instrument,
    name: str,
    *,
    at: datetime,
    settings: Mapping[str, Any] | None = None,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> TrainedModel:
    """Choose how much of the past one of `MODELS` looks at, by the older part of the backtest, and measure
    the choice on the latest part, which choosing never saw, beside the random walk and the champion.
    `settings` are what a search found and take part in the choice.

    Raises KeyError for a name that is no model, NotEnoughData where the history is too short.
    """
    from engine.forecast.selection import behind, compared, losses, measured, with_settings

    series = price_series(instrument, at)
    figures = series.as_floats()
    parameters, found, split = _chosen(figures, _candidates(name, settings), report)
    report("measuring", 0, 1)
    tested = behind(found, split)
    champion = slot(instrument, name).champion()
    beside = None
    if champion is not None:
        theirs = losses(figures, with_settings(base_options(), settings_of(champion)))
        beside = compared(tested.ours, behind(theirs, split).ours, HORIZON)
    result = measured(tested)
    content = {"format": FORMAT, "version": VERSION, "model": name, "settings": parameters}
    challenge = Challenge(
        algorithm=f"{name}, settings chosen by a rolling origin",
        parameters=parameters,
        seed=0,
        data_hash=data_hash([series.days, series.values]),
        trained_on=len(found.ours) - len(tested.ours),
        measured_on=len(tested.ours),
        metrics={
            **result.to_json(),
            "points": len(series.known),
            "data_until": series.known[-1][0].isoformat(),
        },
        baseline="the random walk",
        baseline_metrics={"loss": round(result.walk_loss, 6)},
        against_baseline=compared(tested.ours, tested.walk, HORIZON),
        against_champion=beside,
        artefact=artifacts.keep(json.dumps(content, sort_keys=True).encode()),
        champion=champion,
        errors=ERRORS,
    )
    with storing():
        return register(slot(instrument, name), challenge, task_run=task_run)


def _candidates(name: str, settings: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    methods = [method.value for method in MODELS[name]]
    found = [{"methods": methods, "longest_history": history} for history in HISTORIES]
    return [*found, dict(settings)] if settings else found


def _chosen(
    figures: Sequence[float | None], candidates: Sequence[dict[str, Any]], report: Report
) -> tuple[dict[str, Any], "Losses", int]:
    """The settings with the smallest loss at the origins of the older part that all of them have, their
    losses, and where the later part begins."""
    from engine.errors import NotEnoughData
    from engine.forecast.selection import before, losses, split_point, with_settings

    tried = []
    for place, given in enumerate(candidates):
        report("choosing", place, len(candidates))
        try:
            tried.append((given, losses(figures, with_settings(base_options(), given))))
        except NotEnoughData:
            if place == len(candidates) - 1 and not tried:
                raise
    # The later part is that of the setting that sees most, and holds for all.
    split = split_point(list(max((found for _, found in tried), key=lambda one: len(one.ours)).ours), HORIZON)
    older = [(given, found, before(found, split, HORIZON).ours) for given, found in tried]
    able = [one for one in older if len(one[2]) >= FEWEST_COMMON]
    if not able:
        raise NotEnoughData("The older part of the history is too short to choose settings by.")
    common = set.intersection(*(set(early) for _, _, early in able))
    given, found, _ = min(able, key=lambda one: sum(one[2][place] for place in common))
    return given, found, split


def settings_of(model: TrainedModel) -> dict[str, Any]:
    """The settings in a model's file. Raises ArtefactRefused."""
    content = json.loads(artifacts.read(Artefact(model.artefact, model.artefact_sha256)))
    if content.get("format") != FORMAT or content.get("version") != VERSION:
        raise artifacts.ArtefactRefused("This model has another format or version. Train it again.")
    found: dict[str, Any] = content["settings"]
    return found


def champion_settings(instrument: Instrument) -> dict[str, Any]:
    """What the best promoted model of a share says about how to forecast it; empty where there is none."""
    champions = TrainedModel.objects.filter(
        family=ModelFamily.FORECASTING, instrument=instrument, stage="champion"
    )
    best = max(champions, key=lambda model: (model.metrics.get("skill", 0), model.pk), default=None)
    return settings_of(best) if best is not None else {}
