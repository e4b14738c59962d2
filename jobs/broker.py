"""Telling the broker that a run waits, and asking it how many do.

Nobody may wait for a broker that is down or silent: connections of this module have short timeouts,
and after a failure nothing is tried for a moment. What was not sent stays in the database, and the
dispatcher sends it later.
"""

import logging
import os
import threading
import time
from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models.functions import Now
from kombu import Connection
from kombu.exceptions import ChannelError

from jobs.models import TaskRun
from jobs.registry import find
from jobs.states import State
from jobs.timing import timing

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 1.0


class _Line(threading.local):
    """This thread's connection. A forked process must not use the one of its parent."""

    process = 0
    connection: Connection | None = None


_line = _Line()
_closed_until = 0.0


def is_resting() -> bool:
    """Whether the broker failed a moment ago and is left alone."""
    return time.monotonic() < _closed_until and not current_app.conf.task_always_eager


def refill_all(queues: Iterable[str]) -> int:
    """Refill several queues; returns how many runs were sent."""
    return sum(refill(queue) for queue in sorted(queues))


def refill(queue: str) -> int:
    """Send what waits in a queue, in fair order, as long as the broker has places for it.

    Returns how many were sent. Never raises for a broker that cannot be reached.
    """
    if is_resting():
        return 0
    # As many may wait as run, so that a worker that becomes free finds the next one there.
    most = max(timing().window, TaskRun.objects.running().filter(queue=queue).count())
    candidates = list(TaskRun.objects.unsent().filter(queue=queue).in_fair_order()[:most])
    if not candidates:
        return 0
    free = most - TaskRun.objects.in_broker().filter(queue=queue)[:most].count()
    sent = 0
    for run in candidates[: max(free, 0)]:
        if not _reserve(run):
            continue  # somebody else is sending it
        if not _send_one(run):
            _release(run)
            break
        sent += 1
    return sent


def _reserve(run: TaskRun) -> bool:
    """Marked before it is sent: of many who refill at once, one sends it."""
    unsent = TaskRun.objects.filter(pk=run.pk, state=State.QUEUED, sent_at__isnull=True)
    return bool(unsent.update(sent_at=Now()))


def _release(run: TaskRun) -> None:
    TaskRun.objects.queued().filter(pk=run.pk).update(sent_at=None)


def revoke(run_ids: Iterable[Any]) -> None:
    """Tell workers to drop messages of cancelled runs. Only a courtesy: the row decides."""
    ids = [str(run_id) for run_id in run_ids]
    if current_app.conf.task_always_eager or is_resting() or not ids:
        return
    try:
        # Celery's own way takes a connection of its pool, which waits long for a broker that is down.
        mailbox = current_app.control.mailbox(_connection())
        mailbox.producer_pool = None  # the bound copy's alone
        mailbox.abcast("revoke", {"task_id": ids, "terminate": False, "signal": None})
    except Exception as error:
        _rest(error)


def queue_lengths(queues: Iterable[str]) -> dict[str, int] | None:
    """How many messages wait in each queue, over all priorities; None if the broker does not answer."""
    if is_resting():
        return None
    try:
        channel = _connection().default_channel
        return {queue: _length(channel, queue) for queue in queues}
    except Exception as error:
        _rest(error)
        return None


def ask_workers(question: str, *, expected: int | None = None) -> dict[str, Any] | None:
    """What each worker answers to one of Celery's control commands, by its name; None if the broker
    does not answer. Waits a second, or until `expected` workers have answered."""
    if is_resting():
        return None
    try:
        mailbox = current_app.control.mailbox(_connection())
        mailbox.producer_pool = None  # the bound copy's alone
        replies = mailbox.multi_call(question, timeout=ANSWER_SECONDS, limit=expected)
        return {name: answer for reply in replies or () for name, answer in reply.items()}
    except Exception as error:
        _rest(error)
        return None


def known_queues() -> tuple[str, ...]:
    """The names of all queues of this installation."""
    return tuple(queue.name for queue in settings.CELERY_TASK_QUEUES)


def _length(channel: Any, queue: str) -> int:
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except ChannelError:  # an empty queue does not exist
        return 0


def _send_one(run: TaskRun) -> bool:
    if current_app.conf.task_always_eager:
        find(run.task).celery_task.apply(args=[str(run.pk)], task_id=str(run.pk))
        return True
    try:
        current_app.send_task(
            run.task,
            args=[str(run.pk)],
            task_id=str(run.pk),
            queue=run.queue,
            connection=_connection(),
            retry=False,
        )
    except Exception as error:
        _rest(error)
        return False
    return True


def _connection() -> Connection:
    if _line.connection is None or _line.process != os.getpid():
        seconds = timing().send_timeout
        _line.process = os.getpid()
        _line.connection = current_app.connection_for_write(
            connect_timeout=seconds,
            transport_options={
                "socket_timeout": seconds,
                "socket_connect_timeout": seconds,
                "max_retries": 1,
                "interval_start": 0,
                "interval_step": 0,
                "interval_max": 0,
                "connect_retries_timeout": seconds,
            },
        )
    return _line.connection


def _rest(error: Exception) -> None:
    """Leave a broker that failed alone for a moment; whatever the failure, no caller sees it."""
    global _closed_until
    _closed_until = time.monotonic() + timing().send_pause
    connection, _line.connection = _line.connection, None
    if connection is not None and _line.process == os.getpid():
        try:
            connection.release()
        except Exception:
            logger.debug("closing the broker's connection failed", exc_info=True)
    logger.warning("The broker did not take the message; the dispatcher will send it: %s", error)
