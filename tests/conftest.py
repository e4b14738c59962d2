"""The environment of the tests, and what many of them need: broker, worker, PostgreSQL, samples.

Every test process has its own folder for state, so that processes side by side do not meet. The
settings are the product's; only the environment differs.
"""

import atexit
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from tests.processes import RunningPostgres, RunningWorker

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"
STATE = Path(tempfile.mkdtemp(prefix="tenfold-tests-"))
(STATE / "static").mkdir()
# Not by pytest's own temporary folders: their long names leave no room for a socket's path.
atexit.register(shutil.rmtree, STATE, ignore_errors=True)

for _name in (
    *("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"),
    *("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"),
    *("TENFOLD_PRODUCTION", "DEBUG", "ALLOWED_HOSTS", "TENFOLD_S3_BUCKET", "TENFOLD_DATABASE_POOL"),
):
    os.environ.pop(_name, None)
os.environ.update(
    TENFOLD_ENV_FILE=os.devnull,
    TENFOLD_STATE_DIR=str(STATE),
    SECRET_KEY="only-for-tests-and-long-enough-to-be-accepted",
    TENFOLD_CACHE="memory",
)

# Every connection of this process to an address of the internet, as (address, port), from any library.
_CONNECTED: list[tuple[str, int]] = []


def _note_connection(event: str, arguments: tuple[Any, ...]) -> None:
    """No test leaves this machine: the interpreter itself asks here before a socket connects."""
    if event != "socket.connect" or arguments[0].family not in (socket.AF_INET, socket.AF_INET6):
        return
    address, port = arguments[1][:2]
    _CONNECTED.append((address, port))
    if address != "localhost" and not ip_address(address).is_loopback:
        raise RuntimeError(f"A test opened a connection to {address}, port {port}.")


sys.addaudithook(_note_connection)


@pytest.fixture
def connected() -> list[tuple[str, int]]:
    """The connections opened since the test began, as (address, port); it fills while the test runs."""
    _CONNECTED.clear()
    return _CONNECTED


def pytest_configure(config: pytest.Config) -> None:
    """Load the settings under the environment above, before the plugin for Django looks for them."""
    if config.pluginmanager.hasplugin("django") and _need_django(config):
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        from django.conf import settings

        settings.DATABASES["default"]["TEST"] = {"NAME": str(STATE / "test.sqlite3")}
        # Processes started for parallel tests load the settings by themselves, with their own folder.
        del os.environ["DJANGO_SETTINGS_MODULE"]


def _need_django(config: pytest.Config) -> bool:
    """False where only tests were chosen that have to pass without it."""
    free = [ROOT / "tests" / name for name in ("engine", "net", "stack")]
    chosen = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return not all(any(path.is_relative_to(folder) for folder in free) for path in chosen)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test marked `postgres` runs on PostgreSQL without asking for it again."""
    for item in items:
        if item.get_closest_marker("postgres") and "postgres" not in getattr(item, "fixturenames", ()):
            item.fixturenames.insert(0, "postgres")  # type: ignore[attr-defined]
        if item.get_closest_marker("samples") and not SAMPLES.is_dir():
            item.add_marker(pytest.mark.skip(reason="the folder with real reports is not there"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing: every process has its own database file already."""


@pytest.fixture(scope="session", autouse=True)
def _emptying_spares_no_events(request: pytest.FixtureRequest) -> None:
    """Tests that empty their database may do what the database refuses to everybody else."""
    if not _need_django(request.config) or not request.config.pluginmanager.hasplugin("django"):
        return
    from django.db import connection
    from django.test import TransactionTestCase

    from audit.protection import protect, unprotect

    empty = TransactionTestCase._fixture_teardown

    def unprotected(case: TransactionTestCase) -> None:
        unprotect(connection)
        try:
            empty(case)
        finally:
            protect(connection)

    TransactionTestCase._fixture_teardown = unprotected  # type: ignore[method-assign]


@pytest.fixture
def files(tmp_path: Path, settings) -> Path:  # type: ignore[no-untyped-def]
    """An empty folder for stored files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder with real reports; the test skips where it is not there."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder with real reports is not there")
    return SAMPLES


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """The address of a real broker of this test process, which the settings name already."""
    from stack import valkey
    from stack.places import Places

    places = Places(STATE)
    with valkey.running(places):
        yield f"unix://{places.socket}"


@pytest.fixture
def worker(transactional_db: None, broker: str, files: Path) -> Iterator[RunningWorker]:
    """A real worker for all queues in its own process, on this test's database, broker and files."""
    with RunningWorker.start(ROOT, STATE, database=f"sqlite:///{STATE / 'test.sqlite3'}", files=files) as it:
        yield it


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[RunningPostgres]:
    """A real PostgreSQL without a network port."""
    with RunningPostgres.start() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_template(postgres_server: RunningPostgres, django_db_blocker) -> str:  # type: ignore[no-untyped-def]
    """The name of a migrated database, from which each test gets a copy."""
    from django.core.management import call_command

    from tests.processes import default_database

    postgres_server.create("template_tenfold")
    with django_db_blocker.unblock(), default_database(postgres_server.settings("template_tenfold")):
        call_command("migrate", verbosity=0, interactive=False)
    return "template_tenfold"


@pytest.fixture
def postgres(
    postgres_server: RunningPostgres,
    _migrated_template: str,
    django_db_blocker,  # type: ignore[no-untyped-def]
) -> Iterator[RunningPostgres]:
    """The default database of this test is a fresh PostgreSQL database. Do not ask for `db` beside it."""
    from tests.processes import default_database

    postgres_server.create("tenfold_test", template=_migrated_template)
    with django_db_blocker.unblock(), default_database(postgres_server.settings("tenfold_test")):
        yield postgres_server
    postgres_server.drop("tenfold_test")


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable
