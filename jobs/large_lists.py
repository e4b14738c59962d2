"""Lists of the admin over many rows: what they cost must not grow with the table.

Counting a million rows takes longer than showing fifty of them, and so does looking for a word in all
of them, or asking which values a column has. So that a list counts no further than `COUNTED`, and says
"more than"; a search looks at the newest `searched` rows of what the filters leave, and says so; and
filters offer values that are known without asking.
"""

from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

COUNTED = 10_000


class AtLeast(int):
    """A number that is known to be exceeded."""

    def __str__(self) -> str:
        return f"more than {int(self):,}"


class CountingPaginator(Paginator):
    """Counts up to `COUNTED` and lists as many."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        found = rows.order_by()[: COUNTED + 1].count()
        return found if found <= COUNTED else AtLeast(COUNTED)


class LargeListMixin:
    """For the admin of a model of which there are many rows. `age` is a column with an index by which new
    rows come last; a key that is written out in full is found however old it is."""

    paginator = CountingPaginator
    show_full_result_count = False
    list_per_page = 50
    age: ClassVar[str] = "pk"
    searched: ClassVar[int] = 20_000

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if (key := _key(self.model, term)) is not None and queryset.filter(pk=key).exists():  # type: ignore[attr-defined]
            return queryset.filter(pk=key), False
        # By its bound and not by its keys: a database that has to join them looks at all rows first.
        oldest = queryset.order_by(f"-{self.age}").values_list(self.age, flat=True)[self.searched :][:1]
        if bound := next(iter(oldest), None):
            queryset = queryset.filter(**{f"{self.age}__gt": bound})
        return super().get_search_results(request, queryset, term)  # type: ignore[misc]


class KnownValuesFilter(admin.SimpleListFilter):
    """A filter by the values of a column that are known beforehand, which `lookups` names; the column is
    called like the parameter."""

    parameter_name: str

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{self.parameter_name: value}) if value else queryset


def _key(model: Any, term: str) -> Any:
    """The term as a key of the model, None where it is none."""
    if model._meta.pk.get_internal_type() == "UUIDField":
        try:
            return UUID(term)
        except ValueError:
            return None
    return int(term) if term.isascii() and term.isdecimal() and len(term) < 18 else None
