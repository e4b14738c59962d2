"""Small things the own pages say in templates."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

from django import template
from django.conf import settings
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.html import format_html_join

from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import ChangeCause
from extraction.table.figures import ColumnView
from extraction.table.presentation import DisplayUnit
from extraction.table.sheet import address_of_column

register = template.Library()


@register.inclusion_tag("admin/extraction/shares.html")
def shares(parts: Iterable[tuple[StrEnum | str, str, int]], label: str) -> dict[str, object]:
    """Parts of a whole as one bar: each with the name its colour has, its text and its count."""
    given = [(str(name), text, count) for name, text, count in parts if count]
    total = sum(count for _, _, count in given)
    drawn, before = [], 0
    for name, text, count in given:
        start, end = round(1000 * before / total), round(1000 * (before + count) / total)
        drawn.append({"name": name, "text": text, "count": count, "x": start, "width": end - start})
        before += count
    return {"parts": drawn, "label": label}


@register.filter
def scale_words(scale: int) -> str:
    """1000 as "thousands"."""
    return {1: "units", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}.get(
        scale, f"units of {scale:,}"
    )


@register.simple_tag
def empty_list(changes: ChangeList) -> dict[str, object]:
    """What a list without rows says: that its filters leave nothing, or what `settings.EMPTY_LISTS`
    has for its model."""
    if changes.query or changes.has_active_filters:
        return {
            "is_narrowed": True,
            "title": "Nothing matches",
            "todo": "Take a filter away, or search for other words.",
        }
    names = changes.opts.verbose_name_plural
    title, todo = settings.EMPTY_LISTS.get(changes.opts.label, (f"There are no {names} yet", ""))
    return {"is_narrowed": False, "title": title, "todo": todo}


@register.filter
def may(user: AbstractBaseUser | AnonymousUser, permission: str) -> bool:
    """Whether somebody has a permission whose name is a variable."""
    return bool(user.has_perm(permission))  # type: ignore[union-attr]


@register.filter
def at(mapping: Mapping[str, object], key: object) -> object:
    """What a mapping holds under a key, None for nothing; the same for a key that is a variable."""
    return mapping.get(str(key))


_PARTS = {
    "FY": "Annual report",
    "H1": "Half-year report",
    "H2": "Second half-year",
    "Q?": "Quarter not known",
}


@register.filter
def part_of_year(part: str) -> str:
    """ "H1" as "Half-year report", "Q3" as "Quarter 3"."""
    return _PARTS.get(part, f"Quarter {part[1:]}")


@register.simple_tag
def choice_query(request: HttpRequest, **changes: str | None) -> str:
    """The page's own query string with some choices changed; None takes one away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def choice_fields(request: HttpRequest, *without: str) -> str:
    """The page's own query string as hidden fields of a form, without the fields that it asks for."""
    asked = [(name, value) for name, values in request.GET.lists() if name not in without for value in values]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', asked)


@register.filter
def address(column: ColumnView) -> str:
    """What names a column in the address of a cell."""
    return address_of_column(column)


@register.filter
def words(code: str) -> str:
    """ "balance_sheet" as "Balance sheet"; of a task's name the part behind the app's."""
    return str(code).rpartition(".")[2].replace("_", " ").capitalize()


@register.filter
def indent(level: int) -> int:
    """The step of indentation of a row, of which the stylesheet has 0 to 8 (`tf-level-0` …)."""
    return min(max(int(level), 0), 8)


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
