"""The database goes away, and two schedulers want the same."""

import itertools
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone
from django_celery_results.models import TaskResult

from jobs import broker as broker_door
from jobs.cancel import cancel
from jobs.errors import AlreadyFinished
from jobs.models import TaskRun
from jobs.states import State
from tests.faults.installation import Installation
from tests.faults.work import count


def test_f9_a_database_that_stops_in_the_middle_of_a_task_invents_no_end(
    installation: Installation,
) -> None:
    installation.worker()
    runs = installation.slow(2, seconds=2)
    installation.wait(lambda: count("start") == 2, "the starts")
    connection.close()
    installation.postgres.stop()
    time.sleep(5)
    installation.postgres.launch()
    installation.wait(lambda: not TaskRun.objects.unfinished().exists(), "settling")
    assert {run.state for run in TaskRun.objects.filter(pk__in=[run.pk for run in runs])} == {State.SUCCEEDED}
    # Every process has a connection again: as many runs as there could be old ones.
    installation.slow(8, name="afterwards")
    assert installation.settle() < 60
    assert TaskRun.objects.filter(state=State.SUCCEEDED).count() == 10


def test_f9_a_message_that_expired_ends_no_worker_whose_connection_was_broken(
    installation: Installation,
) -> None:
    """Its main process notes it by a connection of its own, and meets a broken one at the next message."""
    worker = installation.worker(1)

    def expire(number: int) -> None:
        current_app.send_task(
            "tests.faults.slow",
            args=[str(uuid4())],
            queue="default",
            expires=timezone.now() - timedelta(minutes=1),
            connection=broker_door._connection(),
        )
        noted = TaskResult.objects.filter(status="REVOKED")
        installation.wait(lambda: noted.count() == number, "the note")

    expire(1)
    installation.postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    connection.close()
    expire(2)
    installation.slow(2, name="afterwards")
    installation.settle()
    assert worker.process.poll() is None, "it needed no restart"
    assert worker.said().count("Discarding revoked task") == 2
    assert "Unrecoverable error" not in worker.said()


@pytest.mark.long
def test_f10_connections_broken_at_any_moment_leave_nothing_half(installation: Installation) -> None:
    installation.worker()
    for turn in range(40):
        installation.slow(3, name=f"turn {turn}")
        time.sleep(0.05)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
    installation.settle()
    # One that met it at every attempt has failed and says so; none has failed in another way.
    failed = TaskRun.objects.exclude(state=State.SUCCEEDED)
    assert set(failed.values_list("state", "error_code", "attempt")) <= {
        (State.FAILED, "database_unavailable", 3)
    }
    assert failed.count() < 60


def test_f13_two_schedulers_start_one_run_for_a_slot(installation: Installation) -> None:
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    every = IntervalSchedule.objects.create(every=2, period="seconds")
    PeriodicTask.objects.create(
        name="Every two seconds",
        task="jobs.start_scheduled",
        interval=every,
        kwargs='{"schedule": "Every two seconds", "task": "tests.faults.slow", "arguments": {"key": "slot"}}',
        start_time=timezone.now() - timedelta(seconds=2),
    )
    installation.worker()
    words = ("-m", "celery", "-A", "tests.faults.worker", "beat", "--pidfile", "", "--loglevel", "INFO")
    beats = [installation.process(f"beat {number}", *words) for number in (1, 2)]
    installation.wait(lambda: TaskRun.objects.finished().count() >= 5, "five slots")
    for beat in beats:
        beat.terminate()
        beat.wait(timeout=20)
    installation.wait(lambda: installation.broker.client().llen("default") == 0, "taking all messages")
    sent = [
        (installation.folder / f"beat {number}.log").read_text().count("Sending due task")
        for number in (1, 2)
    ]
    installation.settle()
    slots = sorted(TaskRun.objects.values_list("schedule_slot", flat=True))
    assert min(sent) >= 2, "both have sent"
    assert sum(sent) > len(slots), "and more than there are slots"
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(slots)]
    assert min(gaps) >= 1, "a slot is half the period to both sides"
    installation.asked = len(slots)


def cancelled_or_too_late(run: TaskRun) -> bool:
    try:
        return cancel(run) > 0
    except AlreadyFinished:
        return False


def test_f19_a_run_is_cancelled_or_has_succeeded_whenever_it_is_asked_to_stop(
    installation: Installation,
) -> None:
    installation.worker(4)
    stopped = {}
    for number in range(40):
        run = installation.launch("tests.faults.slow", f"race {number}", seconds=0.1)
        time.sleep(0.01 * (number % 20))  # queued, at its start, at each report, at its end
        stopped[run.pk] = cancelled_or_too_late(run)
    installation.settle()
    states = dict(TaskRun.objects.values_list("pk", "state"))
    assert set(states.values()) <= {State.CANCELLED, State.SUCCEEDED}
    late = [run_id for run_id, was_asked in stopped.items() if not was_asked]
    assert {states[run_id] for run_id in late} <= {State.SUCCEEDED}


def test_f19_what_is_cancelled_while_no_worker_is_there_never_runs(installation: Installation) -> None:
    """Not after everything is started again, and neither do the parts."""
    worker = installation.worker()
    family = installation.launch("tests.faults.family", "family", parts=6, seconds=2)
    installation.wait(lambda: count("start") >= 2, "the first parts")
    worker.kill_everything()
    started = count("start")
    single = installation.launch("tests.faults.slow", "single")
    assert cancel(single) == 1
    assert cancel(family) == 7
    installation.broker.kill()
    installation.broker.start()
    installation.worker()
    installation.settle()
    installation.launch("tests.faults.slow", "afterwards")
    installation.settle()
    assert count("start") == started + 1
    states = sorted(TaskRun.objects.values_list("state", flat=True))
    assert states == [State.CANCELLED] * 8 + [State.SUCCEEDED]


def test_families_are_complete_although_a_process_is_killed(installation: Installation) -> None:
    import os
    import signal

    installation.worker()
    families = [
        installation.launch("tests.faults.family", f"family {number}", parts=5) for number in range(3)
    ]
    slow = installation.launch("tests.faults.slow", "killed", seconds=2)
    installation.wait(lambda: count("start", "killed") == 1, "the start")
    with connection.cursor() as cursor:
        cursor.execute("SELECT process FROM faults_event WHERE what = 'start' AND key = 'killed'")
        os.kill(cursor.fetchone()[0], signal.SIGKILL)
    installation.settle()
    slow.refresh_from_db()
    assert slow.fence == 2
    for family in families:
        family.refresh_from_db()
        assert family.result["ended"] == 5
