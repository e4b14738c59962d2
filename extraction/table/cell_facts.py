"""The facts that stand in the cells of a table, with what a table, its notes and its files say of each.

A table has a thousand cells and more, and rows of a model for all of them take most of the time that a
table takes. So they are read as values, with nothing that is not shown.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from documents.models import Document
from extraction.models import Fact
from extraction.models.facts import decision, method


@dataclass(frozen=True, slots=True)
class CellFact:
    """A fact with its place on the page. `is_changed` says that its value is not the one that was read."""

    pk: int
    document: Document
    page: int
    box: Any  # x0, y0, x1, y1 on the page in points
    text: str
    label: str
    row_ordinal: int
    row_kind: str
    state: str
    decimals: int
    published_on: date
    published_on_source: str
    correction_id: int | None
    entered: bool
    is_changed: bool

    @classmethod
    def of(cls, fact: Fact) -> "CellFact":
        """The same of a row, for facts that stand in no cell."""
        read = fact.observation
        return cls(
            pk=fact.pk,
            document=fact.document,
            page=read.page,
            box=read.box,
            text=read.text,
            label=fact.label,
            row_ordinal=fact.row_ordinal,
            row_kind=fact.row_kind,
            state=fact.state,
            decimals=fact.decimals,
            published_on=fact.published_on,
            published_on_source=fact.published_on_source,
            correction_id=fact.correction_id,
            entered=fact.entered,
            is_changed=fact.value != read.value,
        )

    @property
    def document_id(self) -> int:
        return self.document.pk

    @property
    def method(self) -> str:
        """As `Fact.method`."""
        return method(self.correction_id)

    @property
    def decided(self) -> str:
        """As `Fact.decided`."""
        return decision(self.correction_id, is_entered=self.entered, is_changed=self.is_changed)


_COLUMNS = (
    *("observation__page", "observation__box", "observation__text"),
    *("label", "row_ordinal", "row_kind", "state", "decimals", "published_on", "published_on_source"),
    *("correction_id", "entered", "value", "observation__value"),
)


def cell_facts(ids: Collection[int]) -> Mapping[int, CellFact]:
    """The facts of these ids: two queries, a document once for all."""
    rows = list(Fact.objects.filter(pk__in=ids).order_by().values_list("pk", "document_id", *_COLUMNS))
    documents = Document.objects.in_bulk({row[1] for row in rows})
    made: Callable[..., CellFact] = CellFact  # the columns stand in the order of its fields
    return {
        pk: made(pk, documents[document], *fields, is_changed=value != read)
        for pk, document, *fields, value, read in rows
    }
