"""The filings within a tagged publication, each with what it reports on.

A file of company facts holds many filings, a report package one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from engine.kinds import DocumentKind, Framework, PeriodKind
from engine.xbrl.elements import framework_of
from engine.xbrl.values import TaggedFact, TaggedReading

# Forms of the SEC whose kind their name says. 6-K is used for anything, so that its periods decide.
KINDS_OF_FORMS: Mapping[str, DocumentKind] = MappingProxyType(
    {
        "10-K": DocumentKind.ANNUAL_REPORT,
        "10-KT": DocumentKind.ANNUAL_REPORT,
        "20-F": DocumentKind.ANNUAL_REPORT,
        "40-F": DocumentKind.ANNUAL_REPORT,
        "10-Q": DocumentKind.QUARTERLY_REPORT,
    }
)
_AMENDED = "/A"
_LEAST_OF_HALF_YEAR, _MOST_OF_HALF_YEAR = 150, 200  # days


@dataclass(frozen=True, slots=True)
class Publication:
    """One filing: what the issuer published at once. `period_end` is the day it reports on."""

    accession: str
    form: str
    filed_on: date | None
    kind: DocumentKind
    period_end: date
    framework: Framework
    facts: tuple[TaggedFact, ...]


def publications(reading: TaggedReading) -> tuple[Publication, ...]:
    """The filings of a reading, by the day they report on, the oldest first. One without facts is none."""
    by_filing: dict[str, list[TaggedFact]] = {}
    for fact in reading.facts:
        by_filing.setdefault(fact.accession, []).append(fact)
    found = [_publication(accession, facts) for accession, facts in by_filing.items()]
    return tuple(sorted(found, key=lambda one: (one.period_end, one.accession)))


def _publication(accession: str, facts: Sequence[TaggedFact]) -> Publication:
    ends = Counter(fact.period.end for fact in facts)
    # Years before stand beside the one reported on, which no filing gives more rarely than those.
    period_end = max(ends, key=lambda day: (ends[day], day))
    first = facts[0]
    frameworks = Counter(framework_of(fact.element) for fact in facts)
    return Publication(
        accession=accession,
        form=first.form,
        filed_on=first.filed_on,
        kind=_kind(first.form, period_end, facts),
        period_end=period_end,
        framework=frameworks.most_common(1)[0][0],
        facts=tuple(facts),
    )


def _kind(form: str, period_end: date, facts: Sequence[TaggedFact]) -> DocumentKind:
    """By the form where it says so, otherwise by the longest period that ends on the day reported on."""
    known = KINDS_OF_FORMS.get(form.removesuffix(_AMENDED))
    if known is not None:
        return known
    lengths = [
        fact.period.days
        for fact in facts
        if fact.period.kind is PeriodKind.DURATION and fact.period.end == period_end and fact.period.days
    ]
    longest = max(lengths, default=0)
    if longest == 0:
        return DocumentKind.UNKNOWN
    if longest > 300:
        return DocumentKind.ANNUAL_REPORT
    if _LEAST_OF_HALF_YEAR <= longest <= _MOST_OF_HALF_YEAR:
        return DocumentKind.HALF_YEAR_REPORT
    return DocumentKind.QUARTERLY_REPORT
