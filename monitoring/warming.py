"""What is worked out before somebody asks: by name, each thing by one at a time.

Only what the shared cache holds is here. What a process keeps in its own memory, such as the taxonomy,
cannot be warmed from another one.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from celery.exceptions import SoftTimeLimitExceeded

from documents.models import Document
from engine.errors import EngineError
from extraction.object_pages.contact_sheets import sheet_image
from extraction.object_pages.contact_sheets import sheets as sheets_of
from jobs.monitor import machines
from monitoring import overview

NEWEST_DOCUMENTS = 5  # whose pages are drawn; each sheet takes about a second
SHEETS_EACH = 2


@dataclass(frozen=True, slots=True)
class Loader:
    """Something that can be made beforehand: its name, what it is, and how."""

    name: str
    what: str
    load: Callable[[], object]


@dataclass(slots=True)
class Warmed:
    """Milliseconds by name of what was made, and why the rest was not."""

    warmed: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def loaders() -> tuple[Loader, ...]:
    """Everything that can be warmed."""
    return (
        Loader("overview.days", "How runs ended on the last days", lambda: overview.days(renew=True)),
        Loader("overview.companies", "Companies that come along", lambda: overview.seeded(renew=True)),
        Loader("queues", "Queues and workers", machines),
        Loader("pages.newest", "Small pictures of the pages of the newest reports", _newest_pages),
    )


def warm(wanted: Sequence[str] = ()) -> Warmed:
    """Make what is named; a name may be a pattern such as overview.*, and no name means everything. One
    that fails, or that nothing is called, is told and does not stop the others."""
    found = Warmed()
    for name in dict.fromkeys(wanted or ["*"]):
        chosen = [loader for loader in loaders() if fnmatchcase(loader.name, name)]
        if not chosen:
            known = ", ".join(loader.name for loader in loaders())
            found.failed[name] = f"Nothing is called so. There are {known}."
        for loader in chosen:
            if loader.name not in found.warmed and loader.name not in found.failed:
                _load(loader, found)
    return found


def _load(loader: Loader, found: Warmed) -> None:
    began = time.monotonic()
    try:
        loader.load()
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # one that fails must not keep the others cold
        found.failed[loader.name] = f"{type(error).__name__}: {error}"[:300]
    else:
        found.warmed[loader.name] = round((time.monotonic() - began) * 1000)


def _newest_pages() -> None:
    newest = Document.objects.periodic().not_duplicates().exclude(current_version=None)
    for document in newest.select_related("current_version").order_by("-pk")[:NEWEST_DOCUMENTS]:
        version = document.current_version
        if version is None:
            continue
        for sheet in sheets_of(version.page_count or 0, ())[:SHEETS_EACH]:
            try:
                sheet_image(version.pk, sheet.first)
            except EngineError:
                break  # a file that cannot be drawn says so on its own page
