"""The pages of a stored file as small pictures, 24 on a sheet, made once and kept for a while."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from documents.models import DocumentVersion
from documents.storage import open_version
from engine.errors import NotFound
from engine.pdf.contact_sheet import CELL_HEIGHT, CELL_WIDTH, COLUMNS, PAGES
from engine.sandbox import contact_sheet_safely

KEPT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SmallPage:
    """A page on a sheet; `statements` are those that were read from it."""

    number: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its pages and its size in dots."""

    first: int
    pages: tuple[SmallPage, ...]

    @property
    def last(self) -> int:
        return self.pages[-1].number

    @property
    def width(self) -> int:
        return COLUMNS * CELL_WIDTH

    @property
    def height(self) -> int:
        return -(-len(self.pages) // COLUMNS) * CELL_HEIGHT


def sheets(page_count: int, statement_pages: Iterable[tuple[str, Iterable[int]]]) -> tuple[Sheet, ...]:
    """The sheets of a file, with the statements that were read from each page."""
    on_page: dict[int, list[str]] = {}
    for statement, pages in statement_pages:
        for page in pages:
            on_page.setdefault(page, []).append(statement)
    return tuple(
        Sheet(
            first,
            tuple(
                SmallPage(number, tuple(on_page.get(number, ())))
                for number in range(first, min(first + PAGES, page_count + 1))
            ),
        )
        for first in range(1, page_count + 1, PAGES)
    )


def sheet_image(version_id: int, first: int) -> bytes | None:
    """A sheet as JPEG, None where there is no such file or page. A cache that does not answer costs a
    rendering. Raises engine.errors.Unreadable where the file cannot be rendered."""
    version = DocumentVersion.objects.filter(pk=version_id).first()
    if version is None:
        return None
    key = f"sheet:{version.sha256}:{first}"
    with suppress(OSError, RedisError):
        kept: bytes | None = cache.get(key)
        if kept is not None:
            return kept
    with open_version(version) as file:
        content = file.read()
    try:
        image = contact_sheet_safely(content, first)
    except NotFound:
        return None
    with suppress(OSError, RedisError):
        cache.set(key, image, KEPT_SECONDS)
    return image
