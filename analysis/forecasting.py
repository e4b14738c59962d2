"""Forecast the price of a share or a line of a statement: load, ask the engine, store."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from analysis.inputs import line_series, price_series, sessions_between
from analysis.models import ForecastPoint, ForecastRun
from analysis.training.forecasting import champion_settings
from companies.models import Company
from engine import ENGINE_VERSION
from engine.forecast.values import LONGEST_HORIZON, Forecast, ForecastOptions, Step
from engine.progress import Report, silent
from engine.series import Series, a_year_later
from jobs.models import TaskRun
from jobs.run import Storing
from market.models import Instrument

# A day, a week, a month and a quarter of trading.
PRICE_HORIZONS = (1, 5, 20, 60)
YEAR_HORIZONS = (1, 2, 3)
MOST_HORIZONS = 20
# What is forecast of a company when nothing else is asked for.
MAIN_LINES = ("is.revenue", "is.operating_profit", "is.net_income", "cf.cfo")
PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Subject:
    """A share, or a line of a company's yearly statements."""

    instrument: Instrument | None = None
    company: Company | None = None
    concept: str = ""

    @property
    def fields(self) -> dict[str, object]:
        return {"instrument": self.instrument, "company": self.company, "concept": self.concept}

    @property
    def usual_horizons(self) -> tuple[int, ...]:
        return PRICE_HORIZONS if self.instrument else YEAR_HORIZONS

    def series(self, at: datetime) -> Series:
        """What is known of it now."""
        if self.instrument is not None:
            return price_series(self.instrument, at)
        assert self.company is not None  # noqa: S101
        return line_series(self.company, self.concept).without_later_gaps()

    def targets(self, after: date, horizons: Sequence[int], at: datetime) -> dict[int, date]:
        """The day each horizon means: so many sessions, or years, after the last known."""
        if self.instrument is None:
            return {horizon: a_year_later(after, horizon) for horizon in horizons}
        until = after + timedelta(days=2 * max(horizons) + 30)
        days = [day for day in sessions_between(self.instrument, at, after, until) if day > after]
        while len(days) < max(horizons):  # no calendar, or one that ends sooner: every weekday
            following = (days[-1] if days else after) + timedelta(days=1)
            days.append(following + timedelta(days={5: 2, 6: 1}.get(following.weekday(), 0)))
        return {horizon: days[horizon - 1] for horizon in horizons}


@dataclass(frozen=True, slots=True)
class Made:
    """The stored forecast; `repeated` where the same had been made from the same figures before."""

    run: ForecastRun
    repeated: bool = False


def checked_horizons(horizons: Sequence[int], usual: Sequence[int]) -> tuple[int, ...]:
    """Without repetitions and in order; the usual ones where none are given.

    Raises ValueError for what cannot be asked for.
    """
    wanted = tuple(sorted(set(horizons))) or tuple(usual)
    if len(wanted) > MOST_HORIZONS or wanted[0] < 1 or wanted[-1] > LONGEST_HORIZON:
        raise ValueError(f"Up to {MOST_HORIZONS} horizons from 1 to {LONGEST_HORIZON} can be asked for.")
    return wanted


def make_forecast(
    subject: Subject,
    *,
    at: datetime,
    horizons: Sequence[int] = (),
    force: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Made:
    """Forecast a subject from all that is stored of it, and keep the answer, also where it is that there
    is too little. The same figures give the same answer: then the stored one is returned, unless it is
    forced."""
    # Loaded when a forecast is made: whatever starts this program would hold the libraries of statistics.
    from engine.forecast.forecasting import forecast
    from engine.forecast.selection import with_settings

    wanted = checked_horizons(horizons, subject.usual_horizons)
    report("loading_history", 0, 1)
    series = subject.series(at)
    settings = champion_settings(subject.instrument) if subject.instrument else {}
    digest = _digest(subject, series, wanted, settings)
    if not force and (before := ForecastRun.objects.filter(input_hash=digest).first()):
        return Made(before, repeated=True)
    report("forecasting", 0, 1)
    # Days of trading have no season worth a search, and ten years of years can have none.
    options = with_settings(ForecastOptions(max(wanted), search_seasons=False), settings)
    found = forecast(series.as_floats(), options)
    row = _row(subject, series, found, at)
    row.input_hash, row.task_run = digest, task_run
    targets = subject.targets(row.data_until, wanted, at) if row.data_until else {}
    with storing():
        row.save()
        points = [_point(row, step, targets) for step in found.steps if step.horizon in targets]
        ForecastPoint.objects.bulk_create(points)
    return Made(row)


def _row(subject: Subject, series: Series, found: Forecast, at: datetime) -> ForecastRun:
    last = series.last
    known = [float(value) for _, value in series.known]
    steps = [abs(after - before) for before, after in pairwise(known)]
    return ForecastRun(
        **subject.fields,
        made_at=at,
        data_until=last[0] if last else None,
        last_known=last[1].quantize(PLACES) if last else None,
        usual_step=sum(steps) / len(steps) if steps else None,
        method=found.method,
        weights={method.value: round(weight, 4) for method, weight in found.weights},
        skill=found.skill.measured,
        skill_low=found.skill.low,
        skill_high=found.skill.high,
        claims_skill=found.skill.claimed,
        history=found.points,
        origins=found.origins,
        reason=found.reason,
        engine_version=ENGINE_VERSION,
    )


def _point(row: ForecastRun, step: Step, targets: dict[int, date]) -> ForecastPoint:
    figures = {
        name: Decimal(repr(getattr(step, name))).quantize(PLACES)
        for name in ("point", "lo80", "hi80", "lo95", "hi95")
    }
    return ForecastPoint(run=row, horizon=step.horizon, target_date=targets[step.horizon], **figures)


def _digest(subject: Subject, series: Series, horizons: Sequence[int], settings: Mapping[str, object]) -> str:
    who = [
        subject.instrument.pk if subject.instrument else None,
        subject.company.pk if subject.company else None,
        subject.concept,
    ]
    figures = [
        [day.isoformat(), None if value is None else format(value.normalize(), "f")]
        for day, value in zip(series.days, series.values, strict=True)
    ]
    text = json.dumps([ENGINE_VERSION, who, list(horizons), figures, *([dict(settings)] if settings else [])])
    return hashlib.sha256(text.encode()).hexdigest()
