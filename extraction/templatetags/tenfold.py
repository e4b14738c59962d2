"""Small things the own pages say in templates."""

from decimal import Decimal

from django import template
from django.http import HttpRequest

from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import ChangeCause
from extraction.presentation import DisplayUnit

register = template.Library()


@register.simple_tag
def choice_query(request: HttpRequest, **changes: str | None) -> str:
    """The page's own query string with some choices changed; None takes one away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@register.filter
def words(code: str) -> str:
    """ "balance_sheet" as "Balance sheet"."""
    return str(code).replace("_", " ").capitalize()


@register.filter
def indent(level: int) -> int:
    """Pixels of indentation of a row."""
    return 12 + 16 * int(level)


@register.filter
def plain(number: Decimal | None) -> str:
    """A figure with thousands separators and no zeros that say nothing; empty for none."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def amount(number: Decimal | None, unit: DisplayUnit | str) -> str:
    """A figure in a display unit, as precise as it is given."""
    if number is None:
        return ""
    return plain(number / unit.factor) if isinstance(unit, DisplayUnit) else plain(number)


CAUSES = {
    ChangeCause.NEW_DOCUMENT: "A report that was not there before",
    ChangeCause.DOCUMENT_GONE: "A report that is no longer compiled",
    ChangeCause.OVERRIDE: "A person's rule",
    ChangeCause.ENGINE_VERSION: "A newer engine",
    ChangeCause.RE_READING: "The report was read again",
    ChangeCause.CHOICE: "Another of the known publications wins",
}


@register.filter
def cause(code: str) -> str:
    """Why a figure changed between two versions, in words."""
    return CAUSES[ChangeCause(code)]


@register.filter
def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


@register.filter
def concept_label(code: str) -> str:
    """The standard name of a concept."""
    taxonomy = load_taxonomy()
    return taxonomy[code].label if code in taxonomy else code
