"""The Celery application."""

import os

from celery import Celery
from celery.bootsteps import Step
from celery.exceptions import ImproperlyConfigured
from django_structlog.celery.steps import DjangoStructLogInitStep

from config.queues import PARSING_QUEUES, TASKS_PER_PARSING_CHILD

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class OnlyPrefork(Step):
    """Refuses worker pools other than prefork.

    The PDF library may be used by one thread of a process only, and time limits work in prefork
    children alone: a thread pool would crash or hang instead of refusing.
    """

    def __init__(self, parent, **options):
        super().__init__(parent, **options)
        pool = parent.pool_cls.__module__
        if pool != "celery.concurrency.prefork":
            raise ImproperlyConfigured(
                f"The worker pool {pool!r} cannot be used: reading PDFs needs processes."
                " Start with --pool prefork."
            )


class FewerTasksWhereFilesAreRead(Step):
    """Replaces the processes of a worker that takes from a parsing queue sooner than others."""

    def __init__(self, parent, **options):
        super().__init__(parent, **options)
        if PARSING_QUEUES & set(parent.app.amqp.queues.consume_from):
            allowed = parent.max_tasks_per_child or TASKS_PER_PARSING_CHILD
            parent.max_tasks_per_child = min(allowed, TASKS_PER_PARSING_CHILD)


class ConnectionsOfItsOwn(Step):
    """Takes no part in pools of database connections: the threads of a pool do not survive the fork of
    a worker's processes, and each of these does one thing at a time on one connection."""

    def __init__(self, parent, **options):
        super().__init__(parent, **options)
        from django.db import connections

        for database in connections.settings.values():
            if database.get("OPTIONS", {}).pop("pool", None):
                database["CONN_MAX_AGE"] = 60


app = Celery("tenfold")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(OnlyPrefork)
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add(ConnectionsOfItsOwn)
app.steps["worker"].add(FewerTasksWhereFilesAreRead)
app.steps["worker"].add("jobs.liveness:SignOfLife")
