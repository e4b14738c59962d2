"""Companies → SentimentComparison."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from typing import Any

from django.db import transaction

from analysis.errors import TooFewCompanies, WrongSpan
from analysis.models import SentimentComparison
from analysis.sentiment.load import day_of, scored_analyses
from analysis.sentiment.spans import begins
from companies.models import Company
from engine.kinds import Topic
from engine.sentiment.compare import ScoredDocument, ToneComparison, compare
from jobs.run import Storing

CUSTOM = "custom"
TIMEFRAMES = ("1M", "3M", "6M", "1Y", "3Y", "10Y", CUSTOM)
MOST_COMPANIES = 50


def compare_companies(
    companies: Sequence[Company],
    timeframe: str,
    *,
    today: date,
    start: date | None = None,
    end: date | None = None,
    by: Any = None,
    storing: Storing = nullcontext,
) -> SentimentComparison:
    """Compare the tone of companies' documents over a timeframe, or from `start` to `end`.

    Raises TooFewCompanies below two, WrongSpan for a timeframe that is none.
    """
    if not 2 <= len(companies) <= MOST_COMPANIES:
        raise TooFewCompanies(
            f"A comparison needs 2 to {MOST_COMPANIES} companies. Choose others and try again."
        )
    first, last = _time(timeframe, today, start, end)
    compared = compare({str(company.pk): _documents(company, first, last) for company in companies})
    names = {str(company.pk): company.name for company in companies}
    with storing(), transaction.atomic():
        comparison = SentimentComparison.objects.create(
            timeframe=timeframe, start=first, end=last, made_by=by, result=_as_json(compared, names)
        )
        comparison.companies.set(companies)
    return comparison


def _time(timeframe: str, today: date, start: date | None, end: date | None) -> tuple[date, date]:
    if timeframe != CUSTOM:
        return begins(timeframe, today), today
    if start is None or end is None or end < start:
        raise WrongSpan("A timeframe of one's own needs a start and, not before it, an end.")
    return start, end


def _documents(company: Company, first: date, last: date) -> list[ScoredDocument]:
    found = []
    for analysis in scored_analyses(company):
        day = day_of(analysis.document)
        if day is None or day > last or analysis.score is None:
            continue
        topics = {Topic(one.topic): one.score for one in analysis.topic_scores.all()}
        found.append(ScoredDocument(analysis.document.document_type, day >= first, analysis.score, topics))
    return found


def _as_json(compared: ToneComparison, names: dict[str, str]) -> dict[str, Any]:
    return {
        "ranking": [
            {
                "company_id": int(one.company),
                "company": names[one.company],
                "rank": rank,
                "score": one.score,
                "low": one.low,
                "high": one.high,
                "documents": one.documents,
                "against_history": one.against_history,
                "history": one.history,
                "topics": {topic.value: score for topic, score in one.topics.items()},
            }
            for rank, one in enumerate(compared.ranking, start=1)
        ],
        "differences": [
            {
                "first": names[one.first],
                "second": names[one.second],
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "is_clear": one.is_clear,
            }
            for one in compared.differences
        ],
        "insufficient": [
            {"company_id": int(key), "company": names[key], "documents": count}
            for key, count in compared.insufficient.items()
        ],
        "document_types": list(compared.kinds),
    }
