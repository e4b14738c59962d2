"""Two machines with nothing of each other's but the database, the broker and the bucket."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from documents.models import Document, DocumentText
from extraction.models import Fact
from jobs import broker as broker_door
from jobs.launch import launch
from jobs.models import TaskAttempt, TaskRun
from jobs.states import State
from tests.extraction.made import a_company
from tests.extraction.printed_reports import Flow, upload
from tests.file_service import FileService, file_service
from tests.jobs.processes import Broker, running_worker
from tests.journeys.waiting import wait_until_finished
from tests.processes import RunningPostgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]
YEARS = (2020, 2021, 2022, 2023)
BEFORE = Flow(900, 560, 20, 70)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[Broker]:  # type: ignore[no-untyped-def]
    settings.JOBS = {}  # the durations of the product
    folder = Path(tempfile.mkdtemp(prefix="machines-"))
    broker = Broker(folder)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", broker.celery_url)
    monkeypatch.setattr(broker_door, "_closed_until", 0.0)
    monkeypatch.setattr(broker_door._line, "connection", None)
    broker.start()
    yield broker
    broker.kill()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def service(settings, tmp_path: Path) -> Iterator[FileService]:  # type: ignore[no-untyped-def]
    with file_service() as running:
        settings.STORAGES = {**settings.STORAGES, "default": running.storages()}
        settings.MEDIA_ROOT = tmp_path / "of-the-web-machine"
        yield running


def test_they_share_the_work_and_no_folder(
    postgres: RunningPostgres, broker: Broker, service: FileService, tmp_path: Path
) -> None:
    company = a_company()
    documents = [
        upload(company, 12, date(year, 12, 31), date(year + 1, 3, 1), Flow(year, 600, 20, 80), BEFORE)
        for year in YEARS
    ]
    states = [tmp_path / "one", tmp_path / "two"]
    for state in states:
        state.mkdir()

    def machine(state: Path):  # type: ignore[no-untyped-def]
        own = {"TENFOLD_STATE_DIR": str(state), "TENFOLD_DATABASE_POOL": "4", **service.environment()}
        return running_worker(broker, postgres.url(), processes=1, application="config", **own)

    with machine(states[0]) as first, machine(states[1]):
        runs = [
            launch("extraction.process_document", subject=document, document_id=document.pk).run
            for document in documents
        ]
        for run in runs:
            wait_until_finished(run, first, seconds=300)

    assert {run.state for run in TaskRun.objects.all()} == {State.SUCCEEDED}
    assert len(set(TaskAttempt.objects.values_list("worker", flat=True))) == 2
    revenue = Fact.objects.filter(concept="is.revenue", superseded_at__isnull=True)
    assert {int(value) for value in revenue.values_list("value", flat=True)} == {
        900_000_000, *(year * 1_000_000 for year in YEARS),
    }  # fmt: skip
    assert len(service.names()) == Document.objects.count() == 4
    assert DocumentText.objects.count() in (0, 4)
    for state in (*states, tmp_path / "of-the-web-machine"):
        assert [path for path in state.rglob("*") if path.is_file()] == []
