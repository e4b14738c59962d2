"""The services of docker-compose.yml, started one by one without containers, do the main job together."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from demo.serve import server
from tests.deploy.native import NOT_STARTED, Native, Visitor

pytestmark = [pytest.mark.timeout(1500), pytest.mark.long]

HOST = "tenfold.example.org"
ONE_EACH = (
    *("SCRAPING", "EXTRACTION", "COMPILATION", "ORCHESTRATION", "DEFAULT"),
    *("DOCUMENTS", "ANALYSIS", "TRAINING", "MONITORING", "WEB"),
)
START = 400.0  # seconds; thirteen programs start at once, on a machine that may have two cores


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Host and port of the demo company's site."""
    running = server()
    thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()


@pytest.fixture(scope="module")
def native(site: str) -> Iterator[Native]:
    """Everything is up, in the order in which the file lets services wait for each other."""
    told = {"TENFOLD_HOST": HOST, "TENFOLD_ALLOWED_PRIVATE_HOSTS": site, "TENFOLD_CONTACT": "me@example.org"}
    it = Native({**told, **{f"{name}_PROCESSES": "1" for name in ONE_EACH}})
    try:
        for name in ("postgres", "valkey"):
            it.start(name)
        for name in ("postgres", "valkey"):
            it.wait(lambda name=name: it.is_healthy(name), f"{name} answering", 60)  # type: ignore[misc]
        prepared = it.run("prepare")
        assert prepared.returncode == 0, prepared.stderr
        assert json.loads(prepared.stdout.splitlines()[-1]) == {"admin_created": True}
        for name in it.services:
            if name not in (*NOT_STARTED, "postgres", "valkey"):
                it.start(name)
        for name in it.running:
            if "healthcheck" in it.services[name].written:
                it.wait(lambda name=name: it.is_healthy(name), f"{name} being healthy", START)  # type: ignore[misc]
        yield it
    finally:
        it.close()


@pytest.fixture
def visitor(native: Native) -> Visitor:
    """The administrator, signed in."""
    it = Visitor(native.here.ports["web", "8000"], HOST)
    assert it.sign_in("admin", native.secret("admin_password")) == 302
    return it


def fetched(visitor: Visitor, path: str) -> dict:  # type: ignore[type-arg]
    status, body, _ = visitor.ask("GET", path)
    assert status == 200, (path, status, body[:500])
    return dict(json.loads(body))


def test_preparing_again_changes_nothing(native: Native) -> None:
    again = native.run("prepare")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout.splitlines()[-1]) == {"admin_created": False}


def test_the_security_check_finds_nothing(native: Native) -> None:
    done = native.run("web", "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_strangers_get_as_far_as_the_door(native: Native) -> None:
    stranger = Visitor(native.here.ports["web", "8000"], HOST)
    assert stranger.ask("GET", "/livez")[:2] == (200, b"ok\n")
    assert stranger.ask("GET", "/admin/")[0] == 302
    assert stranger.ask("GET", "/admin/flower/")[0] == 302
    assert stranger.ask("GET", "/api/v1/companies/")[0] == 401
    assert stranger.ask("GET", "/metrics")[0] in (401, 403)
    status, _, headers = stranger.ask("GET", "/admin/login/")
    assert status == 200
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload"
    assert "default-src 'none'" in headers["content-security-policy"]
    # Plain HTTP and a foreign name are turned away.
    assert stranger.ask("GET", "/admin/login/", **{"X-Forwarded-Proto": "http"})[0] == 301
    assert stranger.ask("GET", "/admin/login/", Host="elsewhere.example.org")[0] == 400
    assert stranger.sign_in("admin", "guess") == 200


def test_static_files_come_compressed_and_may_be_kept(native: Native) -> None:
    stranger = Visitor(native.here.ports["web", "8000"], HOST)
    status, _, headers = stranger.ask("GET", "/static/tenfold/tenfold.css", **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-encoding"]) == (200, "gzip")


def test_pages_give_up_before_the_database_suffers(native: Native) -> None:
    shown = native.run(
        "web",
        *("python", "manage.py", "shell", "-c"),
        "from django.db import connection as c\n"
        "for name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'):\n"
        "    with c.cursor() as cursor:\n"
        "        cursor.execute(f'SHOW {name}')\n"
        "        print(cursor.fetchone()[0])",
    )
    assert shown.stdout.split()[-3:] == ["30s", "5s", "1min"], shown.stderr


def test_the_broker_and_the_database_want_their_passwords(native: Native) -> None:
    port = native.here.ports["valkey", "6379"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()
    client = redis.Redis(port=port, password=native.secret("valkey_password"))
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host="127.0.0.1", port=native.here.ports["postgres", "5432"], user="tenfold", dbname="tenfold"
        )


def test_the_main_job_survives_the_death_of_a_worker(native: Native, visitor: Visitor, site: str) -> None:
    body = {
        "name": "Harrowmere Instruments plc",
        "slug": "harrowmere",
        "investor_relations_url": f"http://{site}/investors/",
    }
    status, answer, _ = visitor.ask("POST", "/api/v1/companies/", body)
    assert status == 201, answer
    company = json.loads(answer)["id"]
    status, answer, _ = visitor.ask("POST", f"/api/v1/tasks/companies/{company}/extract", {})
    assert status == 202, answer
    task = json.loads(answer)["task_id"]

    def reading() -> bool:
        listed = fetched(visitor, "/api/v1/tasks/?state=STARTED")["results"]
        return any(run["queue"] == "extraction" for run in listed)

    native.wait(reading, "the first report being read", 240)
    native.kill("worker-extraction")

    def ended() -> bool:
        return bool(fetched(visitor, f"/api/v1/tasks/{task}")["status"] in ("SUCCESS", "FAILURE", "REVOKED"))

    native.wait(ended, "the company being done", 600)
    assert native.restarted == ["worker-extraction"]
    found = fetched(visitor, f"/api/v1/tasks/{task}")
    assert found["status"] == "SUCCESS", found
    statements = fetched(visitor, f"/api/v1/compiled-statements/?company={company}&view=latest")["results"]
    assert sorted(statement["statement"] for statement in statements) == [
        "balance_sheet",
        "cash_flow_statement",
        "income_statement",
    ]
    status, page, _ = visitor.ask("GET", "/admin/statements/harrowmere/")
    assert status == 200
    for year in range(2016, 2026):
        assert str(year).encode() in page
    status, table, headers = visitor.ask(
        "GET", f"/api/v1/compiled-statements/{statements[0]['id']}/?format=csv"
    )
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/csv")
    assert len(table.splitlines()) > 10


def test_staff_see_all_workers_in_flower(native: Native, visitor: Visitor) -> None:
    def all_seen() -> bool:
        status, body, _ = visitor.ask("GET", "/admin/flower/api/workers?refresh=1")
        names = {name.partition("@")[0] for name in json.loads(body)} if status == 200 else set()
        return names >= {name.removeprefix("worker-") for name in native.running if "worker-" in name}

    native.wait(all_seen, "Flower seeing all workers", 60)
    assert visitor.ask("GET", "/admin/flower/")[0] == 200


def test_the_system_calls_itself_fit(native: Native, visitor: Visitor) -> None:
    def fit() -> bool:
        status, body, _ = visitor.ask("GET", "/healthcheck")
        return status == 200 and json.loads(body)["status"] in ("healthy", "degraded")

    native.wait(fit, "the system being fit", 120)
    assert fit()


def test_lines_of_the_log_are_json_and_hold_no_secret(native: Native) -> None:
    secrets = [
        native.secret(name)
        for name in ("secret_key", "database_password", "valkey_password", "admin_password", "flower_account")
    ]
    for log in (native.folder / "logs").glob("*.log"):
        said = log.read_text(errors="replace")
        assert [secret for secret in secrets if secret in said] == [], log.name
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().decode(errors="replace")
        except OSError:
            continue
        assert [secret for secret in secrets if secret in words] == []
    lines = [json.loads(line) for line in native.log("web").read_text().splitlines()]
    requests = [line["message"] for line in lines if line["logger"] == "gunicorn.access"]
    assert any(
        line.startswith('203.0.113.9 "GET /admin/statements/harrowmere/ HTTP/1.1" 200') for line in requests
    )


def test_everything_stops_in_its_time(native: Native) -> None:
    names = [name for name in native.running if native.services[name].is_ours]
    # Each in the time that the file gives it. A worker that was told to end ends with 1; its unit knows.
    for name in names:
        assert native.stop(name) in ((0, 1) if name.startswith("worker-") else (0,)), name
    assert native.stop("valkey") == 0
    assert native.stop("postgres") == 0
