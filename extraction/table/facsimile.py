"""Pages of stored files as pictures, rendered in a throw-away process.

A page is rendered once and kept for a while in the cache that all web processes share; the marks of a figure
are drawn on that picture. So the figures of one page cost one rendering.
"""

import logging
from collections.abc import Sequence
from typing import cast

import redis
from django.core.cache import cache

from documents.models import DocumentVersion
from documents.storage import open_version
from engine.errors import NotFound
from engine.pdf.render import Mark, mark_page
from engine.sandbox import render_safely
from engine.values import Box
from extraction.models import Fact

logger = logging.getLogger(__name__)

KEPT_SECONDS = 3600.0
_LABEL_WIDTH = 190.0  # points of a line in which its label stands, most of it at least
_FIGURE = (37, 99, 235)
_SURROUNDINGS = (217, 119, 6)


def page_image(
    version_id: int, number: int, *, fact_id: int | None = None, only_marked: bool = False
) -> bytes | None:
    """A page as PNG, with the places of a figure marked if one is named; with `only_marked` just the bands
    of the page in which they stand. None where there is no such file or page. Raises
    engine.errors.Unreadable where the file cannot be rendered."""
    version = DocumentVersion.objects.filter(pk=version_id).first()
    if version is None:
        return None
    try:
        picture = _plain_page(version, number)
    except NotFound:
        return None
    return mark_page(picture, _marks(version, number, fact_id), only_marked=only_marked)


def _plain_page(version: DocumentVersion, number: int) -> bytes:
    """The page without marks, out of the cache where it is. A cache that is away costs a rendering."""
    key = f"page:{version.sha256}:{number}"
    try:
        kept = cast(bytes | None, cache.get(key))
    except (redis.RedisError, OSError):
        logger.warning("The cache does not answer; page %d is rendered again", number)
        kept = None
    if kept is not None:
        return kept
    with open_version(version) as file:
        content = file.read()
    picture = render_safely(content, number)
    try:
        cache.set(key, picture, timeout=KEPT_SECONDS)
    except (redis.RedisError, OSError):
        logger.warning("The cache does not answer; the picture of page %d is not kept", number)
    return picture


def _marks(version: DocumentVersion, number: int, fact_id: int | None) -> tuple[Mark, ...]:
    """The figure, its label and heading, and the words that state the unit, as far as they stand
    on this page."""
    if fact_id is None:
        return ()
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
        marks.append(Mark(_box(row.box), _FIGURE, 22, kept_width=_LABEL_WIDTH))
    if table.pages and table.pages[0] == number:
        marks.append(Mark(_box(column.box), _SURROUNDINGS, 45))
    if table.unit_evidence and table.unit_evidence["page"] == number:
        marks.append(Mark(_box(table.unit_evidence["box"]), _SURROUNDINGS, 45))
    # The figure last, since a later mark covers an earlier one.
    return (*marks, Mark(_box(observation.box), _FIGURE, 90))


def _box(corners: Sequence[float]) -> Box:
    return Box(*corners)
