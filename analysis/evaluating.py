"""Compare forecasts with what came: load, ask the engine, store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from analysis.forecasting import PLACES, Subject
from analysis.models import ForecastEvaluation, ForecastPoint
from engine.forecast.values import Step
from engine.progress import Report, silent
from engine.series import Series
from jobs.models import TaskRun
from jobs.run import Storing

Key = tuple[str, int]  # method and horizon


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The stored evaluations; how many points were filled with what came, how many wait for it, and how
    many were refused because they were made on or after their day."""

    evaluations: tuple[ForecastEvaluation, ...] = ()
    filled: int = 0
    waiting: int = 0
    refused: int = 0
    overconfident: tuple[str, ...] = field(default=())


def evaluate_forecasts(
    subject: Subject,
    *,
    at: datetime,
    days_back: int = 30,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Evaluated:
    """Evaluate the forecasts whose days lie in the `days_back` days up to now, by method and horizon.

    What came is put in terms of the shares at the time of the forecast, so that a split in between is no
    error. An evaluation of the same window is written again.
    """
    today = at.date()
    start = today - timedelta(days=days_back)
    report("loading_history", 0, 1)
    points = list(
        ForecastPoint.objects.filter(
            **{f"run__{name}": value for name, value in subject.fields.items()},
            target_date__gt=start,
            target_date__lte=today,
        )
        .select_related("run")
        .order_by("run__made_at", "horizon")
    )
    refused = [point for point in points if point.run.made_at.date() >= point.target_date]
    fair = [point for point in points if point.run.made_at.date() < point.target_date]
    came = _came(fair, subject.series(at))
    report("evaluating", 0, 1)
    rows = _evaluations(subject, came, refused, (start, today), at)
    for row in rows:
        row.task_run = task_run
    with storing():
        changed = [point for point, actual in came if point.actual != actual]
        for point, actual in came:
            point.actual = actual
        ForecastPoint.objects.bulk_update(changed, ["actual"], batch_size=500)
        stored = tuple(_stored(row) for row in rows)
    return Evaluated(
        stored,
        filled=len(came),
        waiting=len(fair) - len(came),
        refused=len(refused),
        overconfident=tuple(f"{row.method}, {row.horizon} ahead" for row in stored if row.is_overconfident),
    )


def _came(points: Sequence[ForecastPoint], series: Series) -> list[tuple[ForecastPoint, Decimal]]:
    """What came of each point of which it is known: the figure of its day or, where the exchange stayed
    closed, of the last day before it."""
    known = dict(series.known)
    days = sorted(known)
    found = []
    for point in points:
        until, last_known = point.run.data_until, point.run.last_known
        if until is None or last_known is None:
            continue
        before = [day for day in days if day <= point.target_date]
        base = known.get(until)
        if not before or not base or days[-1] < point.target_date or before[-1] <= until:
            continue
        if point.run.instrument_id is None and before[-1] != point.target_date:
            continue
        # Restated in terms of the last figure the forecast knew: a split since then changed them alike.
        of_now = known[before[-1]]
        actual = last_known * of_now / base if point.run.instrument_id else of_now
        found.append((point, actual.quantize(PLACES)))
    return found


def _evaluations(
    subject: Subject,
    came: Sequence[tuple[ForecastPoint, Decimal]],
    refused: Iterable[ForecastPoint],
    window: tuple[date, date],
    at: datetime,
) -> list[ForecastEvaluation]:
    # Loaded when forecasts are evaluated: it brings the libraries of statistics.
    from engine.forecast.accuracy import Outcome, accuracy_of

    outcomes: dict[Key, list[Outcome]] = defaultdict(list)
    for point, actual in came:
        outcomes[point.run.method, point.horizon].append(
            Outcome(
                _step(point),
                float(actual),
                float(point.run.last_known),  # type: ignore[arg-type]  # as in what came
                point.run.made_at.date(),
                point.target_date,
                point.run.usual_step,
            )
        )
    turned_away: dict[Key, int] = defaultdict(int)
    for point in refused:
        turned_away[point.run.method, point.horizon] += 1
    rows = []
    for (method, horizon), some in sorted(outcomes.items()):
        found = accuracy_of(some)
        if found is None:
            continue
        rows.append(
            ForecastEvaluation(  # type: ignore[misc]  # a coverage is known where anything came
                **subject.fields,
                method=method,
                horizon=horizon,
                window_start=window[0],
                window_end=window[1],
                count=found.count,
                refused=turned_away[method, horizon],
                mae=found.mae,
                rmse=found.rmse,
                smape=found.smape,
                mase=found.mase,
                bias=found.bias,
                pinball=found.pinball,
                skill=found.skill,
                hit_rate=found.hit_rate.value,
                hit_low=found.hit_rate.low,
                hit_high=found.hit_rate.high,
                coverage80=found.coverage80.value,
                coverage80_high=found.coverage80.high,
                coverage95=found.coverage95.value,
                coverage95_high=found.coverage95.high,
                evaluated_at=at,
            )
        )
    return rows


def _step(point: ForecastPoint) -> Step:
    figures = (point.point, point.lo80, point.hi80, point.lo95, point.hi95)
    return Step(point.horizon, *map(float, figures))


def _stored(row: ForecastEvaluation) -> ForecastEvaluation:
    """In place of an earlier evaluation of the same window."""
    same = {**row.subject_fields, "method": row.method, "horizon": row.horizon, "window_end": row.window_end}
    before = ForecastEvaluation.objects.filter(**same).first()
    if before is not None:
        row.pk = before.pk
    row.save()
    return row
