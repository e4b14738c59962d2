"""Write down what is usual for a company's metrics and shares, as a new version where it has changed."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from math import log

from analysis.anomalies.load import books_of
from analysis.anomalies.patterns import USUAL_WINDOW, returns_of
from analysis.models import Anomaly, AnomalyBaseline, AnomalyState
from companies.models import Company
from engine.errors import NotEnoughData
from engine.progress import Report, silent
from engine.ratios.calculate import calculate
from jobs.models import TaskRun
from jobs.run import Storing
from market.models import Instrument
from market.series import adjusted_series

RETURNS, VOLUMES = "returns", "log_volume"


@dataclass(frozen=True, slots=True)
class Baselined:
    """The baselines that are new, how many stayed as they were, and the metrics with too few points."""

    new: tuple[AnomalyBaseline, ...]
    unchanged: int
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Usual:
    metric: str
    instrument: Instrument | None
    days: list[date]
    values: list[float]
    left_out: int


def update_baselines(
    company: Company,
    *,
    at: datetime,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Baselined:
    """The usual of every watched metric and of every share's returns and volumes, confirmed and explained
    points left out. What is as it was gets no new version.

    Raises BadInput where the statements are in several currencies.
    """
    from engine.anomaly.baseline import baseline_of

    report("loading_statements", 0, 1)
    usual = [*_of_statements(company), *_of_prices(company)]
    latest = {
        (row.instrument_id, row.metric): row
        for row in AnomalyBaseline.objects.filter(company=company).order_by("version")
    }
    new, unchanged, short = [], 0, []
    for one in usual:
        try:
            found = baseline_of(one.values, one.days if one.instrument else ())
        except NotEnoughData:
            short.append(one.metric)
            continue
        digest = _digest(one)
        before = latest.get((one.instrument.pk if one.instrument else None, one.metric))
        if before is not None and before.digest == digest:
            unchanged += 1
            continue
        new.append(
            AnomalyBaseline(
                company=company,
                instrument=one.instrument,
                metric=one.metric,
                version=before.version + 1 if before else 1,
                points=found.points,
                left_out=one.left_out,
                median=found.median,
                mad=found.mad,
                quantiles={str(percent): value for percent, value in found.quantiles.items()},
                seasonal={str(weekday): value for weekday, value in found.seasonal.items()},
                data_until=max(one.days),
                digest=digest,
                valid_from=at,
                task_run=task_run,
            )
        )
    report("storing", 0, 1)
    with storing():
        AnomalyBaseline.objects.bulk_create(new)
    return Baselined(tuple(new), unchanged, tuple(short))


def _of_statements(company: Company) -> Iterator[_Usual]:
    from engine.anomaly.books import explained, metrics_of

    books = books_of(company)
    watched = metrics_of(books.figures, calculate(books.figures, books.template), books.quarters)
    aside = explained(watched, books.figures, books.known)
    for series in watched.series:
        points = [point for point in series.points if (series.metric, point.end) not in aside]
        yield _Usual(
            series.metric,
            None,
            [point.end for point in points],
            [point.value for point in points],
            len(series.points) - len(points),
        )


def _of_prices(company: Company) -> Iterator[_Usual]:
    for instrument in Instrument.objects.filter(listing__company=company).select_related("listing__exchange"):
        strange = _confirmed_days(instrument)
        returns = sorted(returns_of(instrument).items())[-USUAL_WINDOW:]
        volumes = [
            (bar.day, log(float(bar.volume)))
            for bar in adjusted_series(instrument)[-USUAL_WINDOW:]
            if bar.volume
        ]
        for metric, pairs in ((RETURNS, returns), (VOLUMES, volumes)):
            kept = [(day, value) for day, value in pairs if not _within(day, strange)]
            if pairs:
                yield _Usual(
                    metric,
                    instrument,
                    [day for day, _ in kept],
                    [value for _, value in kept],
                    len(pairs) - len(kept),
                )


def _confirmed_days(instrument: Instrument) -> list[tuple[date, date]]:
    return list(
        Anomaly.objects.filter(
            instrument=instrument, state__in=(AnomalyState.CONFIRMED, AnomalyState.EXPLAINED)
        ).values_list("window_start", "window_end")
    )


def _within(day: date, windows: list[tuple[date, date]]) -> bool:
    return any(start <= day <= end for start, end in windows)


def _digest(one: _Usual) -> str:
    pairs = [[day.isoformat(), repr(value)] for day, value in zip(one.days, one.values, strict=True)]
    return hashlib.sha256(json.dumps([one.metric, one.left_out, pairs]).encode()).hexdigest()
