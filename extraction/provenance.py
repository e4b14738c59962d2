"""Whether every stored figure still stands in its file, where it is said to stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django.conf import settings

from documents.models import DocumentVersion
from documents.storage import open_version
from engine.errors import Unreadable
from engine.limits import Limits
from engine.provenance import Place
from engine.sandbox import relocate_safely
from engine.values import Box
from extraction.models import Observation


@dataclass(frozen=True, slots=True)
class Miss:
    """An observation that was not found again, and what was found instead."""

    observation_id: int
    document: str
    statement: str
    label: str
    page: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class VerifiedFile:
    """One file with its stored observations."""

    document: str
    observations: int
    misses: tuple[Miss, ...]


def verify_provenance(company_slug: str = "") -> Iterator[VerifiedFile]:
    """Every file with observations, of all companies or of one: each observation is looked up in
    the stored file by page and box, in one throw-away process per file."""
    observations = Observation.objects.select_related("row__table__run__version__document").order_by(
        "row__table__run__version_id", "row__table_id", "row__ordinal", "column__ordinal"
    )
    if company_slug:
        observations = observations.filter(row__table__run__version__document__company__slug=company_slug)
    by_version = attrgetter("row.table.run.version")
    for version, group in groupby(observations.iterator(chunk_size=2000), key=by_version):
        yield _verified(version, list(group))


def _verified(version: DocumentVersion, observations: Sequence[Observation]) -> VerifiedFile:
    name = str(version.document)
    try:
        whys = _look_up(version, observations)
    except OSError:
        whys = ["the stored file is gone"] * len(observations)
    except Unreadable as error:
        whys = [error.message] * len(observations)
    misses = [_miss(name, o, why) for o, why in zip(observations, whys, strict=True) if why]
    return VerifiedFile(name, len(observations), tuple(misses))


def _look_up(version: DocumentVersion, observations: Sequence[Observation]) -> list[str]:
    """Why each observation was not found again, empty where it was."""
    with open_version(version) as file:
        data = file.read()
    places = [Place(o.page, Box(*o.box), o.text, o.row.table.read_by) for o in observations]
    found = relocate_safely(data, places, Limits(**settings.READING_LIMITS))
    if found.sha256 != version.sha256:
        return [f"the stored file has another hash, {found.sha256[:12]}…"] * len(observations)
    return [
        "" if is_there else f"printed there: {printed!r}" if printed else "nothing is printed there"
        for is_there, printed in zip(found.found, found.printed, strict=True)
    ]


def _miss(document: str, observation: Observation, why: str) -> Miss:
    return Miss(
        observation_id=observation.pk,
        document=document,
        statement=observation.row.table.get_statement_display(),
        label=observation.row.label,
        page=observation.page,
        text=observation.text,
        why=why,
    )
