"""Pages of stored files as pictures, rendered in a throw-away process."""

from collections.abc import Sequence

from documents.models import DocumentVersion
from documents.storage import open_version
from engine.errors import NotFound
from engine.pdf.render import Mark
from engine.sandbox import render_safely
from engine.values import Box
from extraction.models import Fact

_FIGURE = (37, 99, 235)
_SURROUNDINGS = (217, 119, 6)


def page_image(version_id: int, number: int, *, fact_id: int | None = None) -> bytes | None:
    """A page as PNG, with the places of a figure marked if one is named. None where there is no
    such file or page. Raises engine.errors.Unreadable where the file cannot be rendered."""
    version = DocumentVersion.objects.filter(pk=version_id).first()
    if version is None:
        return None
    with open_version(version) as file:
        content = file.read()
    try:
        return render_safely(content, number, _marks(version, number, fact_id))
    except NotFound:
        return None


def _marks(version: DocumentVersion, number: int, fact_id: int | None) -> tuple[Mark, ...]:
    """The figure, its label and heading, and the words that state the unit, as far as they stand
    on this page."""
    fact = (
        Fact.objects.select_related("observation__row__table", "observation__column")
        .filter(pk=fact_id, observation__row__table__run__version=version, observation__page=number)
        .first()
    )
    if fact is None:
        return ()
    observation = fact.observation
    row, column, table = observation.row, observation.column, observation.row.table
    marks = []
    if row.page == number:
        marks.append(Mark(_box(row.box), _FIGURE, 22))
    if table.pages and table.pages[0] == number:
        marks.append(Mark(_box(column.box), _SURROUNDINGS, 45))
    if table.unit_evidence and table.unit_evidence["page"] == number:
        marks.append(Mark(_box(table.unit_evidence["box"]), _SURROUNDINGS, 45))
    # The figure last, since a later mark covers an earlier one.
    return (*marks, Mark(_box(observation.box), _FIGURE, 90))


def _box(corners: Sequence[float]) -> Box:
    return Box(*corners)
