"""Reports that people bring: files, lists of addresses, and what lies in the drop folder.

Whatever way a report comes, it becomes a document of its company and its processing is started, so
that all ways end in the same steps. Bringing the same thing again changes nothing.
"""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from audit.actions import Action
from audit.record import record
from companies.models import Company
from documents.errors import NotAPdf
from documents.models import Document, VersionSource
from documents.upload import Uploaded, accept_upload
from engine.discover.urls import file_name, normalise_url
from jobs.launch import User, launch
from jobs.states import Trigger
from net.addresses import parse_url
from net.errors import FetchFailed

MOST_ADDRESSES = 1000
LONGEST_ADDRESS = 2000
# A file that nobody has touched for so long is whole: copying touches it all the time.
QUIET_SECONDS = 20.0
TAKEN, REFUSED = ".taken", ".refused"
# Tagged reports: they have no pages to be read, and are taken in by those who compare their figures.
TAGGED_SUFFIXES = frozenset({".zip", ".xbri", ".xhtml", ".json"})
# A folder of no company: files with exchange rates.
RATES = "rates"


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not taken, and why, for the person who brought it."""

    name: str
    code: str
    reason: str


@dataclass(slots=True)
class TakenIn:
    """What became of all that was brought. `known` counts what the company had already."""

    documents: list[Document] = field(default_factory=list)
    known: int = 0
    refused: list[Refused] = field(default_factory=list)

    def __iadd__(self, other: "TakenIn") -> "TakenIn":
        self.documents += other.documents
        self.known += other.known
        self.refused += other.refused
        return self


def take_in_file(
    company: Company,
    content: BinaryIO,
    name: str,
    *,
    title: str = "",
    published_on: date | None = None,
    by: User = None,
    trigger: Trigger = Trigger.SYSTEM,
    source: VersionSource = VersionSource.UPLOAD,
) -> Uploaded:
    """Keep a PDF and start its processing.

    Raises NotAPdf and StorageFull; nothing is kept then.
    """
    uploaded = accept_upload(
        company, content, name, title=title, published_on=published_on, by=by, source=source
    )
    if uploaded.is_new:
        _process(uploaded.document, by, trigger)
    return uploaded


def take_in_files(
    company: Company,
    files: Iterable[tuple[str, BinaryIO]],
    *,
    by: User = None,
    trigger: Trigger = Trigger.SYSTEM,
) -> TakenIn:
    """Keep many PDFs by their names; one that is none stops no other.

    Raises StorageFull, since the others would fail as well; what was kept until then stays.
    """
    taken = TakenIn()
    for name, content in files:
        try:
            uploaded = take_in_file(company, content, name, by=by, trigger=trigger)
        except NotAPdf as error:
            taken.refused.append(Refused(name, error.code, error.message))
            continue
        taken.documents.append(uploaded.document)
        taken.known += not uploaded.is_new
    return taken


def take_in_addresses(
    company: Company,
    addresses: Sequence[str],
    *,
    by: User = None,
    trigger: Trigger = Trigger.SYSTEM,
) -> TakenIn:
    """Make a document of every address of a PDF and start its processing, which downloads it.

    Whether an address may be contacted is decided where the connection is opened.
    """
    taken = TakenIn()
    for address in _lines(addresses):
        if len(taken.documents) + len(taken.refused) >= MOST_ADDRESSES:
            taken.refused.append(
                Refused(address[:200], "too_many", f"A list may hold {MOST_ADDRESSES:,} addresses.")
            )
            break
        try:
            url = parse_url(address).url
        except FetchFailed as failure:
            taken.refused.append(Refused(address[:200], failure.code, failure.message))
            continue
        if len(url) > LONGEST_ADDRESS:
            reason = f"The address has more than {LONGEST_ADDRESS:,} characters."
            taken.refused.append(Refused(address[:200], "bad_url", reason))
            continue
        document, is_new = Document.objects.get_or_create(
            company=company,
            url_normalised=normalise_url(url),
            defaults={"url": url, "title": file_name(url)[:300], "uploaded_by_id": by.pk if by else None},
        )
        taken.documents.append(document)
        taken.known += not is_new
        if is_new:
            if by is not None:
                record(Action.ADDED, document, by=by, after={"url": url})
            _process(document, by, trigger)
    return taken


def take_in_drop_folder(folder: Path, *, now: float | None = None) -> TakenIn:
    """Take in what lies in the folders named like companies: PDFs, and lists of addresses as .txt.

    What was taken moves to `.taken`, what is no PDF to `.refused` with the reason beside it. Files that
    are still being written, links and names that begin with a dot are left alone.
    """
    taken = TakenIn()
    if not folder.is_dir():
        return taken
    quiet_since = (time.time() if now is None else now) - QUIET_SECONDS
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or not entry.is_dir() or entry.is_symlink() or entry.name == RATES:
            continue
        company = Company.objects.filter(slug=entry.name).first()
        if company is None:
            reason = f"No company has the short name “{entry.name}”. Its page shows how it is written."
            taken.refused.append(Refused(entry.name, "company_not_found", reason))
            continue
        for path in whole_files(entry, quiet_since):
            if path.suffix.lower() not in TAGGED_SUFFIXES:
                _take_in_dropped(company, path, folder, taken)
    return taken


def _take_in_dropped(company: Company, path: Path, folder: Path, taken: TakenIn) -> None:
    with opened(path) as file:
        if path.suffix.lower() == ".txt":
            lines = file.read(MOST_ADDRESSES * LONGEST_ADDRESS).decode("utf-8-sig", "replace").splitlines()
            found = take_in_addresses(company, lines, trigger=Trigger.SCHEDULE)
        else:
            try:
                uploaded = take_in_file(
                    company, file, path.name, trigger=Trigger.SCHEDULE, source=VersionSource.DROP_FOLDER
                )
                found = TakenIn([uploaded.document], int(not uploaded.is_new))
            except NotAPdf as error:
                found = TakenIn(refused=[Refused(f"{company.slug}/{path.name}", error.code, error.message)])
    taken += found
    put_aside(path, folder, [f"{one.name}: {one.reason}\n" for one in found.refused])


def put_aside(path: Path, folder: Path, reasons: Sequence[str] = ()) -> None:
    """Move a file of the drop folder to `.taken`, or to `.refused` with the reasons beside it."""
    kept_in = folder / (REFUSED if reasons else TAKEN) / path.parent.name
    kept_in.mkdir(parents=True, exist_ok=True)
    moved = _free_name(kept_in, path.name)
    path.rename(moved)
    if reasons:
        moved.with_name(f"{moved.name}.reason").write_text("".join(reasons), encoding="utf-8")


def whole_files(folder: Path, quiet_since: float) -> Iterator[Path]:
    """The files of a folder that nobody has touched since, by name; no links, no hidden ones."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
                continue
            status = entry.stat(follow_symlinks=False)
            if max(status.st_mtime, status.st_ctime) <= quiet_since:
                yield Path(entry.path)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file itself: a link put in its place meanwhile is not followed."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        yield file


def _free_name(folder: Path, name: str) -> Path:
    """A name that is not taken, so that nothing is ever written over."""
    number = 1
    path = folder / name
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _lines(addresses: Sequence[str]) -> Iterator[str]:
    """Addresses without blank lines, remarks and repetitions."""
    stripped = (line.strip() for line in addresses)
    yield from dict.fromkeys(line for line in stripped if line and not line.startswith("#"))


def _process(document: Document, by: User, trigger: Trigger) -> None:
    launch("extraction.process_document", subject=document, by=by, trigger=trigger, document_id=document.pk)
