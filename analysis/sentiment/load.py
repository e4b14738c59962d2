"""What trends and comparisons start from: the current scores of a company's documents."""

from datetime import date

from django.db.models import QuerySet

from analysis.models import SentimentAnalysis
from companies.models import Company
from documents.models import Document


def scored_analyses(company: Company) -> QuerySet[SentimentAnalysis]:
    """Current analyses with a score, without documents that repeat another, with topics and documents."""
    found = SentimentAnalysis.objects.filter(
        document__company=company,
        document__duplicate_of__isnull=True,
        is_current=True,
        score__isnull=False,
    )
    return found.select_related("document").prefetch_related("topic_scores").order_by("pk")


def companies_with_scores() -> QuerySet[Company]:
    """The companies of which a current analysis has a score, in steady order."""
    scored = SentimentAnalysis.objects.filter(is_current=True, score__isnull=False)
    return Company.objects.filter(pk__in=scored.values("document__company")).order_by("pk")


def day_of(document: Document) -> date | None:
    """The day a document's tone stands for: the end of its period, else its publication."""
    return document.period_end or document.published_on
