"""Amounts in the running text of a report, and the facts they speak of."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from documents.models import Document
from engine.text.insights import KeyFigure
from extraction.models import Fact

FULL_YEAR = ("", "FY")
LEAST_DIGITS = 3  # of an amount without a scale that may be in the unit of the statements


@dataclass(frozen=True, slots=True)
class Linked:
    """An amount and the fact of the same number and period; None where there is none."""

    figure: KeyFigure
    fact: Fact | None


def linked_figures(document: Document, figures: Sequence[KeyFigure]) -> tuple[Linked, ...]:
    """The amounts with the facts of the same report that say the same of the same period.

    Numbers agree where the fact, rounded as the amount is printed, is the amount; signs do not count,
    since a loss is written without one. A sentence that names no year speaks of the report's own.
    """
    facts = list(
        Fact.objects.filter(document=document, superseded_at__isnull=True, value__isnull=False).order_by(
            "statement", "row_ordinal", "pk"
        )
    )
    by_year: dict[int, list[Fact]] = {}
    for fact in facts:
        by_year.setdefault(fact.period_end.year, []).append(fact)
    own = document.period_end.year if document.period_end else document.fiscal_year
    own = own or max(by_year, default=None)
    return tuple(
        Linked(figure, _fact_of(figure, by_year.get(figure.year or own or 0, ())))
        for figure in figures
        if figure.part in FULL_YEAR or figure.year is None
    )


def _fact_of(figure: KeyFigure, facts: Sequence[Fact]) -> Fact | None:
    agreeing = [
        fact
        for fact in facts
        if (not figure.currency or not fact.currency or figure.currency == fact.currency)
        and _agrees(figure, fact)
    ]
    named = [fact for fact in agreeing if _shares_a_word(figure.measure, fact.label)]
    return next(iter(named or agreeing), None) if agreeing else None


def _agrees(figure: KeyFigure, fact: Fact) -> bool:
    value = fact.value
    if value is None or not value:
        return False
    if _rounds_to(abs(value), abs(figure.value), figure.decimals):
        return True
    # "$3,659" where the report says once for all that amounts are in millions.
    if figure.decimals < 0 or fact.decimals >= 0 or len(str(abs(int(figure.value)))) < LEAST_DIGITS:
        return False
    unit = Decimal(1).scaleb(-fact.decimals)
    return abs(value) == abs(figure.value) * unit


def _rounds_to(value: Decimal, printed: Decimal, decimals: int) -> bool:
    return abs(value - printed) * 2 <= Decimal(1).scaleb(-decimals) and (decimals < 0 or value == printed)


def _shares_a_word(measure: str, label: str) -> bool:
    return bool(set(measure.lower().split()) & set(label.lower().split()))
