"""What happened to a company that belongs beside its prices: reports, restatements, and what is found later.

A kind of event is a function in `SOURCES`; the chart and its table show whatever these give.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from analysis.models import Anomaly, AnomalyState
from documents.models import Document
from engine.kinds import DocumentKind, RestatementKind
from extraction.models import Restatement
from market.models import Instrument

_REPORTS = (
    DocumentKind.ANNUAL_REPORT,
    DocumentKind.HALF_YEAR_REPORT,
    DocumentKind.QUARTERLY_REPORT,
    DocumentKind.RESULTS_RELEASE,
)


@dataclass(frozen=True, slots=True)
class PriceEvent:
    """One thing of one day. `kind` names it for people, `words` say what, `url` leads to it in the admin."""

    day: date
    kind: str
    words: str
    url: str


EventSource = Callable[[Instrument, date, date], Iterator[PriceEvent]]


def events(instrument: Instrument, first: date, last: date) -> list[PriceEvent]:
    """All events of the days from `first` to `last`, newest first. One query for each kind."""
    found = [event for source in SOURCES for event in source(instrument, first, last)]
    return sorted(found, key=lambda event: (event.day, event.kind, event.words), reverse=True)


def reports(instrument: Instrument, first: date, last: date) -> Iterator[PriceEvent]:
    """Reports of the company, on the day they were published, as far as that is known."""
    documents = Document.objects.filter(
        company=instrument.listing.company_id,
        document_type__in=[kind.value for kind in _REPORTS],
        duplicate_of__isnull=True,
        published_on__gte=first,
        published_on__lte=last,
    )
    for document in documents:
        url = reverse("admin:documents_document_change", args=[document.pk])
        yield PriceEvent(document.published_on, "Report", str(document), url)  # type: ignore[arg-type]


def restatements(instrument: Instrument, first: date, last: date) -> Iterator[PriceEvent]:
    """Figures that a report gave differently than one before it, one event for each such report."""
    rows = (
        Restatement.objects.filter(
            company=instrument.listing.company_id,
            new_fact__published_on__gte=first,
            new_fact__published_on__lte=last,
            old_fact__superseded_at__isnull=True,
            new_fact__superseded_at__isnull=True,
        )
        .exclude(kind=RestatementKind.ROUNDING)
        .values_list("new_fact__published_on", "period_end")
    )
    by_day: dict[date, list[date]] = {}
    for published, period_end in rows:
        by_day.setdefault(published, []).append(period_end)
    for day, ends in by_day.items():
        years = ", ".join(str(year) for year in sorted({end.year for end in ends}))
        figures = f"{len(ends)} figure{'' if len(ends) == 1 else 's'}"
        url = (
            reverse("admin:extraction_restatement_changelist")
            + f"?company__id__exact={instrument.listing.company_id}"
        )
        yield PriceEvent(day, "Restatement", f"{figures} of {years} restated", url)


def anomalies(instrument: Instrument, first: date, last: date) -> Iterator[PriceEvent]:
    """What a search found in the prices of the share and nobody rejected, on its first day."""
    rows = Anomaly.objects.filter(
        instrument=instrument, gone_at=None, window_start__gte=first, window_start__lte=last
    ).exclude(state=AnomalyState.REJECTED)
    for row in rows:
        yield PriceEvent(row.window_start, "Anomaly", row.get_kind_display(), row.get_absolute_url())


SOURCES: list[EventSource] = [reports, restatements, anomalies]
