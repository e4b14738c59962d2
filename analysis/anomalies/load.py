"""Rows into the engine's values: the compiled years of a company, and what is known beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from analysis.models import Anomaly, AnomalyKind, AnomalyState, SentimentShift
from analysis.ratios.load import books_of as ratio_books
from analysis.ratios.load import current_statements, quarters_of
from companies.models import Company
from engine.anomaly.circumstances import Circumstances, Place, Restated
from engine.kinds import CompiledView, RestatementKind, SectorTemplate
from engine.prices import ActionKind
from engine.ratios.calculate import Figure
from extraction.models import Restatement
from market.models import CorporateAction

# Confirmed and explained points are set aside; a rejected one is as usual as the others.
_SET_ASIDE = (AnomalyState.CONFIRMED, AnomalyState.EXPLAINED)


@dataclass(frozen=True, slots=True)
class Books:
    """A company's compiled years, its quarters where these are compiled, and what is known beside them.
    `doubts` are sentences of the compile about reports that are set aside."""

    figures: tuple[Figure, ...]
    quarters: tuple[Figure, ...]
    template: SectorTemplate
    known: Circumstances
    doubts: tuple[str, ...]


def books_of(company: Company) -> Books:
    """The compiled years and quarters as the latest reports give them.

    Raises BadInput where the statements are in several currencies: ratios of both would be of nothing.
    """
    books = ratio_books(company, CompiledView.LATEST)
    stored = current_statements(company, CompiledView.LATEST)
    doubts = tuple(dict.fromkeys(str(said) for one in stored for said in one.warnings))
    quarters = quarters_of(company, CompiledView.LATEST)
    return Books(books.figures, quarters, books.template, circumstances_of(company), doubts)


def circumstances_of(company: Company) -> Circumstances:
    """What explains points of a company before any detector looks at them."""
    restated = Restatement.objects.filter(
        company=company, old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
    ).values_list("row_key", "period_end", "kind", "old_value", "new_value")
    splits = CorporateAction.objects.filter(
        instrument__listing__company=company, kind=ActionKind.SPLIT
    ).values_list("ex_date", flat=True)
    return Circumstances(
        tuple(
            Restated(key, end, RestatementKind(kind), float((new - old) / old) if old else None)
            for key, end, kind, old, new in restated
        ),
        tuple(splits),
        decided_points(company),
    )


def decided_points(company: Company) -> frozenset[Place]:
    """The points that a person confirmed or explained."""
    return frozenset(
        Anomaly.objects.filter(company=company, kind=AnomalyKind.OUTLIER, state__in=_SET_ASIDE).values_list(
            "metric", "window_end"
        )
    )


def coincidents(company: Company, ends: Sequence[date]) -> dict[date, list[str]]:
    """What else is known of the years that end on these days: turns of tone in their reports."""
    found: dict[date, list[str]] = {end: [] for end in ends}
    shifts = SentimentShift.objects.filter(company=company, document__period_end__in=ends).values_list(
        "document__period_end", "document__title", "topic", "score", "usual"
    )
    for end, title, topic, score, usual in shifts:
        of = f" of {topic}" if topic else ""
        if end is not None:
            found[end].append(f"The tone{of} in “{title}” turned: {score:+.2f}, usually {usual:+.2f}.")
    return found
