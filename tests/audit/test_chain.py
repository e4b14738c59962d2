"""The chain of events holds, and shows where it was tampered with, on both databases."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from audit.actions import Action
from audit.chain import BEGINNING, canonical, seal_of, verify
from audit.models import AuditEvent, AuditHead, UnsealedEvent
from audit.protection import protect, unprotect
from audit.record import Happened, record, record_all
from audit.values import fields_of, plain
from companies.models import Company
from tests.audit.trail import events
from tests.simultaneous import at_once


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db(transaction=True)), "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other, with real transactions."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    assert connection.vendor == request.param
    return str(request.param)


def five() -> list[AuditEvent]:
    alice = User.objects.create_user("alice")
    for n in range(5):
        record(Action.CHANGED, alice, by=alice, before={"number": n}, after={"number": n + 1})
    return list(events())


def tamper(statement: str) -> None:
    """As somebody would who has the database in hand."""
    unprotect(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    protect(connection)


def test_it_works(database: str) -> None:
    chain = five()
    assert [event.sequence for event in chain] == [1, 2, 3, 4, 5]
    assert chain[0].previous == BEGINNING
    assert [event.previous for event in chain[1:]] == [event.seal for event in chain[:4]]
    found = verify()
    assert (found.events, found.last, found.broken_at) == (5, chain[4].seal, None)
    kept = AuditEvent.objects.get(sequence=3)
    assert (kept.person, kept.object_type, kept.object_label) == ("alice", "auth.User", "alice")
    assert (kept.before, kept.after) == ({"number": 2}, {"number": 3})


def test_the_seal_is_what_it_is_said_to_be(db: None) -> None:
    event = AuditEvent(
        sequence=1,
        at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
        action=Action.DELETED,
        person="Zoë",
        after=None,
        before={"b": 1, "a": "é"},
        previous=BEGINNING,
    )
    said = (
        '{"action":"deleted","address":"","after":null,"at":"2026-01-02T03:04:05.000006Z",'
        '"before":{"a":"é","b":1},"detail":"","object_id":"","object_label":"","object_type":"",'
        '"person":"Zoë","person_id":null,"previous":"' + BEGINNING + '","request_id":"","sequence":1}'
    )
    assert canonical(event).decode() == said
    # printf '%s\n%s' "$BEGINNING" "$said" | sha256sum
    assert seal_of(event) == hashlib.sha256(f"{BEGINNING}\n{said}".encode()).hexdigest()


@pytest.mark.parametrize(
    ("statement", "broken_at", "reason"),
    [
        ("UPDATE audit_auditevent SET person = 'mallory' WHERE sequence = 3", 3, "was changed after"),
        ("UPDATE audit_auditevent SET after = '{\"number\": 9}' WHERE sequence = 2", 2, "was changed after"),
        ("UPDATE audit_auditevent SET at = '2020-01-01 00:00:00+00' WHERE sequence = 4", 4, "was changed"),
        ("DELETE FROM audit_auditevent WHERE sequence = 3", 3, "Event 3 is missing; the next one there is 4"),
        ("DELETE FROM audit_auditevent WHERE sequence = 1", 1, "Event 1 is missing"),
        ("DELETE FROM audit_auditevent WHERE sequence > 3", 4, "ends at event 3, and 5 were written"),
        ("DELETE FROM audit_auditevent", 1, "ends at event 0, and 5 were written"),
        ("UPDATE audit_audithead SET sequence = 4", 6, "The head stands at event 4"),
    ],
)
def test_tampering_is_found_and_its_place_named(
    database: str, statement: str, broken_at: int, reason: str
) -> None:
    five()
    assert verify().broken_at is None
    tamper(statement)
    found = verify()
    assert (found.broken_at, found.events) == (broken_at, broken_at - 1)
    assert reason in found.reason
    with pytest.raises(CommandError, match=f"broken at event {broken_at}"):
        call_command("verify_audit")


def test_events_that_changed_places_are_found(database: str) -> None:
    five()
    tamper("UPDATE audit_auditevent SET sequence = 99 WHERE sequence = 2")
    tamper("UPDATE audit_auditevent SET sequence = 2 WHERE sequence = 3")
    tamper("UPDATE audit_auditevent SET sequence = 3 WHERE sequence = 99")
    assert verify().broken_at == 2


def test_a_trail_written_anew_is_found_by_what_was_noted_elsewhere(database: str) -> None:
    noted = five()[4]
    tamper("DELETE FROM audit_auditevent")
    AuditHead.objects.all().delete()
    record_all([Happened(Action.CHANGED, detail="another past") for _ in range(6)])
    assert verify().broken_at is None
    assert verify((5, noted.seal)).broken_at == 5
    assert verify((9, noted.seal)).reason == "Event 9 is known from elsewhere, and the chain ends at 6."
    with pytest.raises(CommandError, match="another seal than the one known"):
        call_command("verify_audit", known=f"5:{noted.seal}")


def test_the_command_says_that_it_is_whole(db: None) -> None:
    last = five()[4]
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue() == f"The audit trail is whole: 5 events. The last one is 5:{last.seal}\n"
    call_command("verify_audit", known=f"5:{last.seal}", stdout=said)
    with pytest.raises(CommandError, match="--known takes a number and a seal"):
        call_command("verify_audit", known="five")


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET person = 'x'", "DELETE FROM audit_auditevent"]
)
def test_the_database_refuses_to_change_events(database: str, statement: str) -> None:
    five()
    with pytest.raises(DatabaseError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        AuditEvent.objects.get(sequence=2).delete()
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        AuditEvent.objects.filter(sequence=2).update(detail="x")
    assert verify().events == 5


def test_postgresql_refuses_to_empty_the_table(postgres: Any) -> None:
    five()
    with pytest.raises(DatabaseError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditevent")
    assert verify().events == 5


def test_an_event_goes_with_its_change(database: str) -> None:
    """What was rolled back did not happen, and leaves no gap."""
    five()
    with transaction.atomic():
        record(Action.ADDED, detail="never")
        transaction.set_rollback(True)
    record(Action.ADDED, detail="after it")
    assert events().filter(detail="never").count() == 0
    assert (verify().events, verify().broken_at) == (6, None)


def test_many_at_the_same_moment_make_one_chain(database: str) -> None:
    def write() -> None:
        for _ in range(10):
            record(Action.CHANGED, detail="at once")

    at_once([write] * 8)
    found = verify()
    assert (found.events, found.broken_at) == (80, None)
    assert AuditHead.objects.get().sequence == 80


def test_what_waits_is_sealed_by_whoever_looks_next(database: str) -> None:
    """A process that ended between the commit of a change and the seal of its event."""
    with transaction.atomic():
        record(Action.ADDED, detail="left behind")
        connection.run_on_commit.clear()
    assert (AuditEvent.objects.count(), UnsealedEvent.objects.count()) == (0, 1)
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        UnsealedEvent.objects.update(detail="x")
    assert (verify().events, UnsealedEvent.objects.count()) == (1, 0)
    assert AuditEvent.objects.get().detail == "left behind"


def test_many_events_of_one_change(database: str) -> None:
    record_all(Happened(Action.CHANGED, detail=str(number)) for number in range(1201))
    assert list(AuditEvent.objects.order_by("sequence").values_list("detail", flat=True)) == [
        str(number) for number in range(1201)
    ]
    assert (verify().events, verify().broken_at) == (1201, None)


def test_what_no_database_keeps_alike_is_made_plain(database: str) -> None:
    odd = {
        "money": Decimal("1234567890123456.10"),
        "float": 1e16,
        "small": 1e-7,
        "nul": "a\0b",
        "half": "\ud800",
        "nested": [{"x": 0.1, 3: {"b", "a"}}],
        "large": 10**30,
        "when": datetime(2026, 1, 1, tzinfo=UTC),
        "yes": True,
        "nothing": None,
    }
    record(Action.ADDED, after=odd)
    assert verify().broken_at is None
    kept = events().get().after
    assert kept == {
        "money": "1234567890123456.10",
        "float": "1e+16",
        "small": "1e-07",
        "nul": "a\ufffdb",
        "half": "?",
        "nested": [{"x": "0.1", "3": ["a", "b"]}],
        "large": 10**30,
        "when": "2026-01-01T00:00:00+00:00",
        "yes": True,
        "nothing": None,
    }
    assert json.dumps(plain(kept), sort_keys=True) == json.dumps(kept, sort_keys=True)


def test_secrets_are_not_kept_and_long_texts_shortened(db: None) -> None:
    alice = User.objects.create_user("alice", password="a-long-enough-one")
    kept = fields_of(alice, many=["groups"])
    assert kept["password"] == "(not kept)"
    assert (kept["username"], kept["groups"], kept["is_active"]) == ("alice", [], True)
    company = Company(name="x" * 2001)
    assert fields_of(company)["name"].startswith("x" * 200 + "… (2,001 characters, sha256 ")
    assert len(fields_of(company)["name"]) < 320


def test_an_event_outlives_the_person_and_the_object(db: None) -> None:
    alice = User.objects.create_user("alice")
    key = alice.pk
    record(Action.CHANGED, alice, by=alice)
    alice.delete()
    kept = events().get()
    assert (kept.person_id, kept.person, kept.object_id) == (key, "alice", str(key))
    assert verify().broken_at is None
