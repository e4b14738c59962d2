"""Filters, pages and permissions that the resources of all apps share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import DjangoModelPermissions
from rest_framework.request import Request
from rest_framework.views import APIView

# Parameters that are no filters of any resource.
COMMON = frozenset({"page", "page_size", "cursor", "format"})


class MayView(DjangoModelPermissions):
    """What somebody may not look at in the admin they may not read over HTTP either."""

    perms_map = {
        **DjangoModelPermissions.perms_map,
        "GET": ["%(app_label)s.view_%(model_name)s"],
        "HEAD": ["%(app_label)s.view_%(model_name)s"],
    }


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter that may narrow a list, read by `read`, which raises ValueError with a sentence.
    Without a `field` the view does something of its own with it."""

    name: str
    field: str
    read: Callable[[str], object]
    says: str
    choices: tuple[str, ...] = ()
    kind: str = "string"

    def value(self, text: str) -> object:
        """What the text asks for. Raises ValidationError under the parameter's name."""
        try:
            return self.read(text)
        except ValueError as error:
            raise ValidationError({self.name: str(error)}) from None


def number(name: str, field: str, says: str) -> Filter:
    """A filter by an id or another whole number."""
    return Filter(name, field, _whole, says, kind="integer")


def day(name: str, field: str, says: str) -> Filter:
    return Filter(name, field, _date, says, kind="date")


def text(name: str, field: str, says: str) -> Filter:
    return Filter(name, field, _text, says)


def share(name: str, field: str, says: str) -> Filter:
    """A filter by a number between 0 and 1."""
    return Filter(name, field, _share, says, kind="number")


def one_of(name: str, field: str, kinds: Sequence[str], says: str) -> Filter:
    allowed = tuple(str(kind) for kind in kinds)

    def read(asked: str) -> str:
        if asked not in allowed:
            raise ValueError(f"One of: {', '.join(allowed)}.")
        return asked

    return Filter(name, field, read, says, choices=allowed)


def _whole(asked: str) -> int:
    if not asked.isdecimal() or len(asked) > 18:
        raise ValueError("A whole number is needed.")
    return int(asked)


def _date(asked: str) -> date:
    try:
        return date.fromisoformat(asked)
    except ValueError:
        raise ValueError("A day such as 2026-01-31 is needed.") from None


def _text(asked: str) -> str:
    if not asked or len(asked) > 200 or "\0" in asked:
        raise ValueError("A text of at most 200 letters is needed.")
    return asked


def _share(asked: str) -> float:
    try:
        given = Decimal(asked)
    except InvalidOperation:
        raise ValueError("A number between 0 and 1 is needed.") from None
    if not given.is_finite() or not 0 <= given <= 1:
        raise ValueError("A number between 0 and 1 is needed.")
    return float(given)


def asked_for(request: Request, filters: Sequence[Filter]) -> dict[str, Any]:
    """The parameters of a request that are among the allowed ones, each read.

    Raises ValidationError for one that means nothing and for one that is not allowed: a misspelt
    filter that is passed over would answer with everything.
    """
    by_name = {one.name: one for one in filters}
    unknown = sorted(set(request.query_params) - by_name.keys() - COMMON)
    if unknown:
        names = ", ".join(sorted({*by_name, *COMMON}))
        raise ValidationError(dict.fromkeys(unknown, f"There is no such filter. Use: {names}."))
    return {
        name: by_name[name].value(str(given))
        for name, given in request.query_params.items()
        if name in by_name
    }


class AllowedFilters(BaseFilterBackend):
    """Narrows a list by the `allowed_filters` of its view, and tells the API's description of them."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        filters: Sequence[Filter] = view.allowed_filters  # type: ignore[attr-defined]
        fields = {one.name: one.field for one in filters}
        for name, value in asked_for(request, filters).items():
            if fields[name]:
                queryset = queryset.filter(**{fields[name]: value})
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        filters: Sequence[Filter] = view.allowed_filters  # type: ignore[attr-defined]
        return [_described(one) for one in filters]


def _described(one: Filter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string" if one.kind == "date" else one.kind}
    if one.kind == "date":
        schema["format"] = "date"
    if one.choices:
        schema["enum"] = list(one.choices)
    return {"name": one.name, "in": "query", "required": False, "description": one.says, "schema": schema}
