"""The product's dispatcher with the durations of the test, several times a second."""

import json
import os

import django
from django.conf import settings
from django.core.management import call_command

django.setup()
settings.JOBS = json.loads(os.environ["TESTS_JOBS"])

if __name__ == "__main__":
    call_command("dispatch_runs", every=0.3)
