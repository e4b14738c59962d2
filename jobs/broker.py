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
from functools import cache
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.db.models.sql import Query
from kombu import Connection
from kombu.exceptions import ChannelError

from jobs.models import TaskRun
from jobs.registry import find
from jobs.statements import Kept, given, select, update
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


def refill_after_commit(queues: Iterable[str]) -> None:
    """Have several queues refilled once the present transaction is committed. Whatever fails then is
    the dispatcher's to make good, not the caller's."""
    # No functools.partial: Django asks a hook that failed for a name, which a partial does not have.
    transaction.on_commit(lambda: refill_all(queues), robust=True)


def refill_all(queues: Iterable[str]) -> int:
    """Refill several queues; returns how many runs were sent."""
    return sum(refill(queue) for queue in sorted(queues))


def refill(queue: str) -> int:
    """Send what waits in a queue, in fair order, where the broker's window of it is half empty.

    Returns how many were sent. Never raises for a broker that cannot be reached.
    """
    window = timing().window
    in_broker = len(_in_broker(window + 1).rows(queue=queue))
    if in_broker * 2 > window or is_resting():
        return 0
    sent = 0
    for run_id, task in _following(window).rows(queue=queue)[: window - in_broker]:
        # Marked as sent before it is: of many who refill at once, one sends it.
        if not _MARK.count(id=run_id):
            continue
        if not _send_one(run_id, task, queue):
            TaskRun.objects.queued().filter(pk=run_id).update(sent_at=None)
            break
        sent += 1
    return sent


@cache
def _in_broker(most: int) -> Kept:
    """The runs of a queue of which the broker was told, so many at most. No COUNT, which would go
    through all of them where there are more."""
    told = TaskRun.objects.in_broker().filter(queue=given(TaskRun, "queue")).order_by()
    return Kept(lambda: select(told.values_list("pk")[:most]))


@cache
def _following(most: int) -> Kept:
    """The runs of a queue whose turn it is to be sent, with their tasks."""
    unsent = TaskRun.objects.unsent().filter(queue=given(TaskRun, "queue")).in_fair_order()
    return Kept(lambda: select(unsent.values_list("pk", "task")[:most]))


def _marking() -> Query:
    # One by its key: given several, a database may rather read all that wait.
    unsent = TaskRun.objects.queued().filter(pk=given(TaskRun, "id"), sent_at__isnull=True)
    # By the clock of the database, which says when it is time to send again.
    return update(unsent, sent_at=Now())


_MARK = Kept(_marking)


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


def _send_one(run_id: Any, task: str, queue: str) -> bool:
    message = {"args": [str(run_id)], "task_id": str(run_id)}
    if current_app.conf.task_always_eager:
        find(task).celery_task.apply(**message)
        return True
    try:
        current_app.send_task(task, queue=queue, connection=_connection(), retry=False, **message)
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
