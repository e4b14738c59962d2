"""The product's application with the tests' tasks; in a worker some calls can be made to die."""

import json
import os
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]

app.conf.imports = [*app.conf.imports, "tests.faults.work"]

if "TESTS_JOBS" in os.environ:
    from django.conf import settings

    settings.JOBS = json.loads(os.environ["TESTS_JOBS"])
if "TESTS_VISIBILITY" in os.environ:
    seconds = float(os.environ["TESTS_VISIBILITY"])
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "visibility_timeout": seconds}
    app.conf.visibility_timeout = seconds
if "TESTS_SYNC_EVERY" in os.environ:
    # The scheduler writes down what it has sent after so many messages.
    app.conf.beat_sync_every = int(os.environ["TESTS_SYNC_EVERY"])


@worker_process_init.connect(weak=False)
def make_mortal(**_: Any) -> None:
    """Let the process be killed between the steps of the product, which has no such points itself."""
    from django.db import connection

    from documents import whole_files
    from jobs import base, execute
    from jobs.run import Run
    from tests.faults.work import die_at

    claim, commit, execute_row, write_down = execute.claim, Run.commit, base.execute_row, whole_files.os.fsync

    def key_of(row: Any) -> str:
        return str(row.arguments.get("key", ""))

    def claim_and_die(*arguments: Any, **named: Any) -> Any:
        row = claim(*arguments, **named)
        if row is not None:
            die_at("after claim", key_of(row))
        return row

    def die_and_commit(run: Run) -> None:
        if connection.in_atomic_block:
            die_at("before commit", key_of(run.row))
        commit(run)

    def execute_and_die(*arguments: Any, **named: Any) -> Any:
        ended, row = execute_row(*arguments, **named)
        if row is not None:
            die_at("after commit", key_of(row))
        return ended, row

    def write_and_die(descriptor: int) -> None:
        write_down(descriptor)
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        if "/.parts/" in path:
            with open(path, "rb") as part:
                die_at("during file rename", part.read(100).decode().removeprefix("content of "))

    execute.claim = claim_and_die
    Run.commit = die_and_commit  # type: ignore[method-assign]
    base.execute_row = execute_and_die
    whole_files.os.fsync = write_and_die  # type: ignore[assignment]
