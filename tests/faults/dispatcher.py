"""The product's dispatcher with the durations of the test, several times a second."""

import json
import os

import django
from django.conf import settings
from django.core.management import call_command

django.setup()
settings.JOBS = json.loads(os.environ["TESTS_JOBS"])

if __name__ == "__main__":
    import tests.faults.work  # noqa: F401  # a dispatcher knows every task, or their runs would fail

    if marked := os.environ.get("TESTS_MARKED"):
        from types import SimpleNamespace

        from jobs.management.commands import dispatch_runs

        dispatch_runs.LOOK_EVERY = 1.0
        settings.SCHEDULES = (SimpleNamespace(name=marked, even_without_scheduler=True),)
    call_command("dispatch_runs", every=0.3)
