"""Many people at once, on a real PostgreSQL: nobody waits for ever, and the chain does not fork."""

from threading import Event, Thread
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from audit.actions import Action
from audit.chain import verify
from audit.models import AuditEvent, AuditHead, UnsealedEvent
from audit.record import record
from companies.models import Company
from jobs.cancel import cancel_all
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import Trigger
from tests.extraction.made import a_company
from tests.simultaneous import at_once


def test_two_who_need_each_others_rows_do_not_wait_for_each_other(postgres: Any) -> None:
    """One has written its event and then changes a row; the other has changed that row and then writes its
    event. If writing an event took a lock until the commit, each would wait for the other."""
    company = a_company()
    has_changed, has_written = Event(), Event()
    failed: list[BaseException] = []

    def first_changes() -> None:
        with transaction.atomic():
            Company.objects.filter(pk=company.pk).update(name="Changed first")
            has_changed.set()
            assert has_written.wait(20)
            record(Action.CHANGED, company, detail="changed, then written")

    def first_writes() -> None:
        assert has_changed.wait(20)
        with transaction.atomic():
            record(Action.CHANGED, company, detail="written, then changed")
            has_written.set()
            Company.objects.filter(pk=company.pk).update(name="Changed last")

    def one(call: Any) -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=one, args=(call,)) for call in (first_changes, first_writes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert Company.objects.get().name == "Changed last"
    details = sorted(AuditEvent.objects.values_list("detail", flat=True))
    assert details == ["changed, then written", "written, then changed"]
    assert (verify().events, verify().broken_at) == (2, None)


def test_people_who_start_and_cancel_the_same_runs(postgres: Any) -> None:
    people = [User.objects.create_user(f"person{number}") for number in range(4)]
    companies = [a_company(f"company-{number}") for number in range(3)]

    def start_and_cancel(person: User) -> None:
        for _ in range(5):
            for company in companies:
                launch(
                    "compile_company_statements", subject=company, by=person, trigger=Trigger.API,
                    company_id=company.pk,
                )  # fmt: skip
            cancel_all(TaskRun.objects.all(), by=person)

    at_once([lambda person=person: start_and_cancel(person) for person in people])
    launched = AuditEvent.objects.filter(action=Action.LAUNCHED)
    assert launched.count() == TaskRun.objects.count() > 0
    assert set(launched.values_list("object_id", flat=True)) == {str(run.pk) for run in TaskRun.objects.all()}
    assert UnsealedEvent.objects.count() == 0
    assert AuditHead.objects.get().sequence == AuditEvent.objects.count()
    assert verify().broken_at is None
