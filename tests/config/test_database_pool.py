"""Threads of a web process share connections; processes of workers do not."""

import threading
from types import SimpleNamespace

import pytest
from django.db import close_old_connections, connection, connections

from config.celery import ConnectionsOfItsOwn
from tests.config.test_settings import loaded
from tests.processes import RunningPostgres, default_database

POOL = {"min_size": 1, "max_size": 3, "timeout": 10, "max_idle": 120}
THREADS = 12


def test_the_setting_makes_a_pool_and_no_setting_none(tmp_path) -> None:  # type: ignore[no-untyped-def]
    address = "postgresql://me:pw@db:5433/tenfold?sslmode=require"
    pooled = loaded(tmp_path, DATABASE_URL=address, TENFOLD_DATABASE_POOL="3")["DATABASES"]["default"]
    assert (pooled["CONN_MAX_AGE"], pooled["OPTIONS"]) == (0, {"sslmode": "require", "pool": POOL})
    plain = loaded(tmp_path, DATABASE_URL=address)["DATABASES"]["default"]
    assert (plain["CONN_MAX_AGE"], plain["OPTIONS"]) == (60, {"sslmode": "require"})
    embedded = loaded(tmp_path, TENFOLD_DATABASE_POOL="3")["DATABASES"]["default"]
    assert "pool" not in embedded["OPTIONS"]


def test_twelve_threads_share_three_connections(postgres_server: RunningPostgres, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    postgres_server.create("pooled")
    entry = {**postgres_server.settings("pooled"), "CONN_MAX_AGE": 0, "OPTIONS": {"pool": dict(POOL)}}
    seen: list[int] = []

    def ask() -> None:
        for _ in range(3):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid(), pg_sleep(0.02)")
                seen.append(cursor.fetchone()[0])
            close_old_connections()

    with django_db_blocker.unblock(), default_database(entry):
        try:
            threads = [threading.Thread(target=ask) for _ in range(THREADS)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        finally:
            connection.close_pool()
    assert len(seen) == 3 * THREADS
    assert len(set(seen)) <= 3
    postgres_server.drop("pooled")


def test_a_worker_takes_no_part(postgres_server: RunningPostgres, django_db_blocker) -> None:  # type: ignore[no-untyped-def]
    entry = {**postgres_server.settings("x"), "CONN_MAX_AGE": 0, "OPTIONS": {"pool": dict(POOL), "a": "b"}}
    with django_db_blocker.unblock(), default_database(entry):
        ConnectionsOfItsOwn(SimpleNamespace())
        settings = connections["default"].settings_dict
        assert (settings["OPTIONS"], settings["CONN_MAX_AGE"]) == ({"a": "b"}, 60)
        assert connections["default"].pool is None


@pytest.mark.parametrize("written", ["-1", "many", "201"])
def test_a_wrong_number_is_refused_by_name(tmp_path, written: str) -> None:  # type: ignore[no-untyped-def]
    from tests.config.test_settings import refused

    address = "postgresql://me:pw@db/x"
    sentence = refused(tmp_path, DATABASE_URL=address, TENFOLD_DATABASE_POOL=written)
    assert "TENFOLD_DATABASE_POOL" in sentence
