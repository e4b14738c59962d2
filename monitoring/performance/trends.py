"""Where things are going: the slope of each series over a day, which single odd windows do not move."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.trend import theil_sen
from monitoring.models import Metric, PerformanceSample

PERIOD = timedelta(hours=24)
# Of these a rise is worth knowing before anything is full or late.
WATCHED = (
    Metric.WAIT_SECONDS,
    Metric.RUN_SECONDS,
    Metric.QUEUE_MESSAGES,
    Metric.RUNS_WAITING,
    Metric.FREE_MEMORY_BYTES,
    Metric.WORKER_MEMORY_BYTES,
    Metric.DATABASE_BYTES,
)
TOLD = 10
_QUANTILE = "0.95"


@dataclass(frozen=True, slots=True)
class Trend:
    """How a series moves: `per_hour` in the unit of its metric, `share_per_hour` of its last value where
    that is not zero."""

    metric: str
    series: str
    last: float
    per_hour: float
    points: int

    @property
    def share_per_hour(self) -> float | None:
        return self.per_hour / abs(self.last) if self.last else None

    def as_fields(self) -> dict[str, Any]:
        share = self.share_per_hour
        return {
            "metric": self.metric,
            "series": self.series,
            "last": round(self.last, 6),
            "per_hour": round(self.per_hour, 6),
            "share_per_hour": None if share is None else round(share, 6),
            "points": self.points,
        }


def trends(at: datetime) -> list[Trend]:
    """The slopes of all watched series over the day that ends at `at`, of times the 95 % quantile alone."""
    rows = PerformanceSample.objects.filter(at__gt=at - PERIOD, at__lte=at, metric__in=WATCHED).order_by("at")
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in rows.iterator():
        if row.labels.get("quantile", _QUANTILE) == _QUANTILE:
            hours = (row.at - at).total_seconds() / 3600
            points[row.metric, row.series].append((hours, float(row.value)))
    found = []
    for (metric, series), values in sorted(points.items()):
        slope = theil_sen(values)
        if slope is not None:
            found.append(Trend(metric, series, values[-1][1], slope, len(values)))
    return found


def rising(at: datetime) -> list[Trend]:
    """The trends that change most, measured by what is there."""
    moving = [trend for trend in trends(at) if trend.per_hour]
    moving.sort(key=lambda trend: abs(trend.share_per_hour or 0), reverse=True)
    return moving[:TOLD]
