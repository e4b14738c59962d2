"""A new report of a company → the paper about what it changes."""

from documents.models import Document
from monitoring.reports.delta.compare import Comparison
from monitoring.reports.delta.figures import anomalies, at_a_glance, lines, moved, ratios, restated
from monitoring.reports.delta.words import policies, tone
from monitoring.reports.paper import Paper, Section, Text

SECTIONS = (at_a_glance, moved, lines, restated, policies, tone, ratios, anomalies)


def paper_on(document: Document, before: Document | None) -> Paper:
    """What a report says otherwise than those before; where there is none, that alone is said."""
    compared = Comparison(document, before)
    facts = [("Period", f"{document.period_end or document.fiscal_year}")]
    if document.published_on:
        facts.append(("Published", f"{document.published_on}"))
    if compared.currency:
        facts.append(("Currency", compared.currency))
    if before is None:
        sections: tuple[Section, ...] = (
            Section(
                "nothing",
                "Nothing to compare with",
                (
                    Text(
                        f"No earlier annual report of {document.company.name} has been read, so that nothing"
                        " can be said of what this one changes. Read the report of the year before; the note"
                        " is written again when it is asked for."
                    ),
                ),
            ),
            tone(compared),
        )
        under = "There is no report before it"
    else:
        sections = tuple(section(compared) for section in SECTIONS)
        under = f"{document} against {before}"
    return Paper(
        over="Tenfold · What a new report changed",
        title=f"{document.company.name}, {document.fiscal_year}",
        under=under,
        facts=tuple(facts),
        sections=sections,
        foot=f"{document.company.name}: {document}. Every figure leads to its place in the report.",
    )
