"""Writing events down, in the transaction of what they tell of; sealing follows its commit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.actions import Action
from audit.chain import seal_waiting
from audit.context import origin
from audit.models import UnsealedEvent
from audit.values import Fields, plain


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that was done to an object."""

    action: Action
    subject: models.Model | None = None
    before: Fields | None = None
    after: Fields | None = None
    detail: str = ""


def record(
    action: Action,
    subject: models.Model | None = None,
    *,
    by: Any = None,
    before: Fields | None = None,
    after: Fields | None = None,
    detail: str = "",
    request: HttpRequest | None = None,
) -> None:
    """Write down that somebody did something to `subject`, in the caller's transaction.

    Without `by` it is the person of the request that is being answered, and the system where there is
    none.
    """
    happened = Happened(action, subject, before, after, detail)
    record_all([happened], by=by, request=request)


def record_all(events: Iterable[Happened], *, by: Any = None, request: HttpRequest | None = None) -> None:
    """Like `record`, for many things at once."""
    came_from = origin(request)
    person = by if by is not None else came_from.person
    is_known = person is not None and getattr(person, "is_authenticated", False)
    now = timezone.now()
    written = [
        UnsealedEvent(
            at=now,
            action=happened.action,
            person_id=person.pk if is_known else None,
            person=_short(person.get_username(), 150) if is_known else "",
            **_subject(happened.subject),
            before=None if happened.before is None else plain(happened.before),
            after=None if happened.after is None else plain(happened.after),
            detail=_short(happened.detail, 500),
            request_id=_short(came_from.request_id, 64),
            address=_short(came_from.address, 45),
        )
        for happened in events
    ]
    UnsealedEvent.objects.bulk_create(written, batch_size=500)
    # Should this fail, the events wait for whoever seals next.
    transaction.on_commit(seal_waiting, robust=True)


def _subject(subject: models.Model | None) -> dict[str, str]:
    if subject is None:
        return {}
    return {
        "object_type": subject._meta.label,
        "object_id": _short(str(subject.pk), 64),
        "object_label": _short(str(subject), 200),
    }


def _short(value: str, most: int) -> str:
    return str(plain(value))[:most]
