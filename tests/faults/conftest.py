"""A whole installation of one test: PostgreSQL, broker, dispatcher and workers, all of which may die."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as django_settings

from tests.processes import RunningPostgres

if TYPE_CHECKING:
    # It imports models, which pytest loads settings for only after this file.
    from tests.faults.installation import Installation

# So short that a test can wait for them; the proportions are the product's.
DURATIONS = {
    "lease": 3,
    "heartbeat": 0.8,
    "resend_after": 2,
    "retry_first": 0.2,
    "retry_longest": 0.5,
    "send_pause": 0.5,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need PostgreSQL and time."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.postgres)
            item.add_marker(pytest.mark.timeout(1200 if item.get_closest_marker("long") else 240))


@pytest.fixture
def installation(
    postgres: RunningPostgres,
    settings,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator["Installation"]:
    """Everything but workers, which each test starts itself; the oracle is asked at the end."""
    from jobs import broker as broker_door
    from tests.faults import work
    from tests.faults.installation import Installation
    from tests.jobs.processes import Broker

    settings.JOBS = dict(DURATIONS)
    settings.MEDIA_ROOT = tmp_path
    work.make_tables()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    broker = Broker(folder)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", broker.celery_url)
    monkeypatch.setattr(broker_door, "_closed_until", 0.0)
    monkeypatch.setattr(broker_door._line, "connection", None)
    broker.start()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CELERY_BROKER_WRITE_URL": broker.celery_url,
        "TENFOLD_STATE_DIR": str(folder),
        "TENFOLD_FILES_DIR": str(tmp_path),
        "DATABASE_URL": postgres.url(),
        "REDIS_URL": broker.url,
        "TESTS_JOBS": json.dumps(django_settings.JOBS),
    }
    try:
        with ExitStack() as ended:
            it = Installation(postgres, broker, folder, environment, ended)
            it.start_dispatcher()
            with it.watched():
                yield it
            it.ask_the_oracle()
    finally:
        broker.kill()
        shutil.rmtree(folder, ignore_errors=True)
