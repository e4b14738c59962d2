"""Company → the trend of its documents' tone, and the shifts in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from analysis.models import (
    OVERALL,
    SentimentShift,
    SentimentTrend,
    SentimentTrendLine,
)
from analysis.sentiment.load import day_of, scored_analyses
from analysis.sentiment.spans import begins
from companies.models import Company
from documents.models import Document
from engine.sentiment.document import SENTIMENT_VERSION
from engine.sentiment.trend import DatedScore, Trend, trend_of
from jobs.run import Storing

METHOD = str(SENTIMENT_VERSION)


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of a company's trends: points and lines stored, shifts that were not known before, and
    the ids of documents that have a score and no day."""

    points: int
    lines: int
    new_shifts: tuple[SentimentShift, ...]
    without_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    document: Document
    day: date
    score: float
    n: int


_Series = Mapping[tuple[str, str], list[_Point]]


def update_trends(company: Company, window: str, *, today: date, storing: Storing = nullcontext) -> Updated:
    """Make the trends of a company anew from its current analyses within a window such as 24M.

    Points are keyed by the day the document speaks of. Raises WrongSpan for a window that is none.
    """
    first = begins(window, today)
    series, without_day = _series(company, first)
    trends = {
        key: trend_of([DatedScore(one.day, one.score) for one in found]) for key, found in series.items()
    }
    with storing(), transaction.atomic():
        SentimentTrend.objects.filter(company=company, method_version=METHOD).delete()
        SentimentTrendLine.objects.filter(company=company).delete()
        points = SentimentTrend.objects.bulk_create(
            row for key, trend in trends.items() for row in _points(company, key, series[key], trend)
        )
        lines = SentimentTrendLine.objects.bulk_create(
            _line(company, key, trend, window) for key, trend in trends.items()
        )
        shifts = [_shift(company, key, series[key], trend) for key, trend in trends.items()]
    new = tuple(shift for shift in shifts if shift is not None)
    return Updated(len(points), len(lines), new, tuple(without_day))


def _series(company: Company, first: date) -> tuple[_Series, list[int]]:
    series: dict[tuple[str, str], dict[date, _Point]] = defaultdict(dict)
    without_day: list[int] = []
    for analysis in scored_analyses(company):
        day = day_of(analysis.document)
        if day is None:
            without_day.append(analysis.document_id)
            continue
        if day < first or analysis.score is None:
            continue
        scores = [(OVERALL, analysis.score, analysis.n_evidence)]
        scores += [(one.topic, one.score, one.n) for one in analysis.topic_scores.all()]
        for topic, score, n in scores:
            # Of two documents of one kind for one day, such as two languages, the one that says more counts.
            known = series[topic, analysis.document.document_type].get(day)
            if known is None or known.n < n:
                point = _Point(analysis.document, day, score, n)
                series[topic, analysis.document.document_type][day] = point
    ordered = {key: [found[day] for day in sorted(found)] for key, found in series.items()}
    return ordered, without_day


def _points(
    company: Company, key: tuple[str, str], found: Iterable[_Point], trend: Trend
) -> Iterable[SentimentTrend]:
    topic, document_type = key
    for point, in_trend in zip(found, trend.points, strict=True):
        yield SentimentTrend(
            company=company,
            document=point.document,
            topic=topic,
            document_type=document_type,
            period_end=point.day,
            score=point.score,
            n=point.n,
            delta=in_trend.delta,
            smoothed=in_trend.smoothed,
            method_version=METHOD,
        )


def _line(company: Company, key: tuple[str, str], trend: Trend, window: str) -> SentimentTrendLine:
    slope = trend.slope
    return SentimentTrendLine(
        company=company,
        topic=key[0],
        document_type=key[1],
        window=window,
        points=len(trend.points),
        slope=slope.per_year if slope else None,
        slope_low=slope.low if slope else None,
        slope_high=slope.high if slope else None,
        p_value=slope.p_value if slope else None,
        changes=[day.isoformat() for day in trend.changes],
        method_version=METHOD,
    )


def _shift(
    company: Company, key: tuple[str, str], found: list[_Point], trend: Trend
) -> SentimentShift | None:
    """The shift at the end of a series if it was not known; a known one is brought up to date."""
    if trend.shift is None:
        return None
    values = {
        "company": company,
        "day": trend.shift.day,
        "score": trend.shift.score,
        "usual": trend.shift.usual,
        "deviations": trend.shift.deviations,
    }
    shift, is_new = SentimentShift.objects.update_or_create(
        document=found[-1].document, topic=key[0], defaults=values
    )
    return shift if is_new else None
