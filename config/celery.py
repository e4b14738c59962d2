"""The Celery application."""

import os

from celery import Celery
from celery.bootsteps import Step
from celery.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class OnlyPrefork(Step):
    """Refuses worker pools other than prefork.

    The PDF library may be used by one thread of a process only, and time limits work in prefork
    children alone: a thread pool would crash or hang instead of refusing.
    """

    def __init__(self, parent, **options):  # type: ignore[no-untyped-def]
        super().__init__(parent, **options)
        pool = parent.pool_cls.__module__
        if pool != "celery.concurrency.prefork":
            raise ImproperlyConfigured(
                f"The worker pool {pool!r} cannot be used: reading PDFs needs processes."
                " Start with --pool prefork."
            )


app = Celery("tenfold")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(OnlyPrefork)
