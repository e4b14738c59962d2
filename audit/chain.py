"""Sealing: every event's seal is a hash over the seal before it and everything the event says."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import transaction

from audit.models import AuditEvent, AuditHead, UnsealedEvent

# The seal in front of the first event.
BEGINNING = "0" * 64
SEALED_TOGETHER = 500
_WHAT = [field for field in UnsealedEvent._meta.concrete_fields if not field.primary_key]
_SEALED = (
    *("sequence", "action", "person_id", "person", "object_type", "object_id", "object_label"),
    *("before", "after", "detail", "request_id", "address", "previous"),
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at the whole chain gave: how many events hold, and where and why it breaks first."""

    events: int
    last: str
    broken_at: int | None = None
    reason: str = ""


def canonical(event: AuditEvent) -> bytes:
    """What is sealed: all columns but the seal itself, as JSON with sorted keys, no spaces and the moment
    in UTC with microseconds; equal on every database."""
    content: dict[str, Any] = {name: getattr(event, name) for name in _SEALED}
    content["at"] = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal_of(event: AuditEvent) -> str:
    """SHA-256, in hexadecimal, of the seal before and the canonical content."""
    return hashlib.sha256(event.previous.encode() + b"\n" + canonical(event)).hexdigest()


def seal_waiting() -> int:
    """Seal the events whose changes are committed, in the order in which they were written, behind the
    last one; how many. Many callers may do this at once: one seals, the others find nothing left."""
    if not UnsealedEvent.objects.exists():
        return 0
    count = 0
    with transaction.atomic():
        head = _locked_head()
        while waiting := list(UnsealedEvent.objects.order_by("pk")[:SEALED_TOGETHER]):
            AuditEvent.objects.bulk_create([_sealed(event, head) for event in waiting], batch_size=500)
            UnsealedEvent.objects.filter(pk__in=[event.pk for event in waiting]).delete()
            count += len(waiting)
        head.save(update_fields=["sequence", "seal"])
    return count


def _sealed(written: UnsealedEvent, head: AuditHead) -> AuditEvent:
    """The next link behind the head, which moves on to it."""
    event = AuditEvent(
        sequence=head.sequence + 1,
        previous=head.seal,
        **{field.attname: getattr(written, field.attname) for field in _WHAT},
    )
    event.seal = seal_of(event)
    head.sequence, head.seal = event.sequence, event.seal
    return event


def verify(known: tuple[int, str] | None = None) -> Verified:
    """Seal what waits, walk the whole chain and say where it breaks first.

    Found are events that were changed, put in, taken out or put in another order, also at the end, where
    the head tells. Somebody who may write to the database freely could seal everything anew, events and
    head: against that stands `known`, the number and seal of an event noted elsewhere.
    """
    seal_waiting()
    with transaction.atomic():
        # No event is added between the last one looked at and the head.
        head = _locked_head()
        previous, count = BEGINNING, 0
        for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=1000):
            reason = _fault(event, count + 1, previous, known)
            if reason:
                return Verified(count, previous, count + 1, reason)
            previous, count = event.seal, event.sequence
    if (count, previous) != (head.sequence, head.seal):
        return Verified(count, previous, count + 1, _fault_at_the_end(count, head))
    if known is not None and known[0] > count:
        reason = f"Event {known[0]} is known from elsewhere, and the chain ends at {count}."
        return Verified(count, previous, count + 1, reason)
    return Verified(count, previous)


def _locked_head() -> AuditHead:
    heads = AuditHead.objects.select_for_update()
    head = heads.filter(pk=AuditHead.ONLY).first()
    if head is None:
        AuditHead.objects.bulk_create([AuditHead(pk=AuditHead.ONLY, seal=BEGINNING)], ignore_conflicts=True)
        head = heads.get(pk=AuditHead.ONLY)
    return head


def _fault(event: AuditEvent, expected: int, previous: str, known: tuple[int, str] | None) -> str:
    if event.sequence != expected:
        return f"Event {expected} is missing; the next one there is {event.sequence}."
    if event.previous != previous:
        return f"Event {expected} does not follow the one before it: that one was replaced, or this one was."
    if event.seal != seal_of(event):
        return f"Event {expected} was changed after it was written: its content does not match its seal."
    if known is not None and known[0] == event.sequence and known[1] != event.seal:
        return f"Event {expected} has another seal than the one known from elsewhere."
    return ""


def _fault_at_the_end(count: int, head: AuditHead) -> str:
    if head.sequence > count:
        return (
            f"The chain ends at event {count}, and {head.sequence} were written: the last ones are missing."
        )
    return f"The head stands at event {head.sequence} and does not match the chain, which ends at {count}."
