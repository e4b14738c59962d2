"""Asking a source: one conditional request through the one door to the network."""

import hashlib
from dataclasses import dataclass

from django.conf import settings

from companies.fetching import fetcher_for
from extraction.models import ExternalSource, KnownAnswer
from net.errors import FetchFailed


class SourceFailed(Exception):
    """A source gave nothing usable. `code` is stable; `retry_after` is after how many seconds asking again
    may help, where that is known."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answered:
    """A body, or None where it is the same as when it was taken in last."""

    body: bytes | None
    address: str
    entity_tag: str = ""
    last_modified: str = ""


def ask(source: ExternalSource, address: str, *, again: bool = False) -> Answered:
    """What stands under an address of a source; `again` asks for it though it is the same as before.

    Sources are set up by their address and are no sites that are searched, so that robots.txt does not
    speak to this. Turns at a host, pauses after failures and limits of size are those of `net`, shared by
    all workers. Raises SourceFailed.
    """
    known = None if again else _known(source, address)
    try:
        fetched = fetcher_for(address, obey_robots=False).get(
            address,
            etag=known.entity_tag if known else None,
            last_modified=known.last_modified if known else None,
            max_bytes=settings.DOWNLOAD_MAX_BYTES,
        )
    except FetchFailed as failure:
        raise SourceFailed(failure.code, failure.message, failure.retry_after) from None
    body = None if fetched.not_modified else fetched.body
    return Answered(body, address, fetched.etag or "", fetched.last_modified or "")


def taken_in(source: ExternalSource, answered: Answered) -> None:
    """Remember that an answer was taken in, to be told of the next time whether it is the same. To be
    called in the transaction that stores what it says."""
    if not (answered.entity_tag or answered.last_modified):
        return
    KnownAnswer.objects.update_or_create(
        source=source,
        address_hash=_hash(answered.address),
        defaults={
            "entity_tag": answered.entity_tag[:300],
            "last_modified": answered.last_modified[:100],
        },
    )


def must_have_contact(source: ExternalSource) -> None:
    """Raise SourceFailed where this source wants to know who asks, and nobody has said."""
    if not settings.CONTACT:
        raise SourceFailed(
            "contact_missing",
            f"{source.name} answers only those who say who they are. Set TENFOLD_CONTACT to an e-mail address"
            " of yours and start the workers again; trying again does not help before that.",
        )


def _known(source: ExternalSource, address: str) -> KnownAnswer | None:
    return KnownAnswer.objects.filter(source=source, address_hash=_hash(address)).first()


def _hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()
