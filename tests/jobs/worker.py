"""The Celery application of the workers of these tests: the product's, with the tests' tasks."""

import json
import os

from config.celery import app

__all__ = ["app"]

app.conf.imports = [*app.conf.imports, "tests.jobs.work"]

if "TESTS_JOBS" in os.environ:
    from django.conf import settings

    settings.JOBS = json.loads(os.environ["TESTS_JOBS"])
