"""Preparing an installation: once, whoever calls, and with what is there."""

import threading
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config import prepare
from tests.processes import RunningPostgres


@pytest.mark.postgres
def test_two_machines_prepare_one_after_the_other(postgres: RunningPostgres) -> None:
    entered = threading.Event()

    def second() -> None:
        try:
            with prepare.alone():
                entered.set()
        finally:
            connection.close()

    with psycopg.connect(postgres.url(), autocommit=True) as first:
        first.execute("SELECT pg_advisory_lock(%s)", [prepare.PREPARING])
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(1)
        first.execute("SELECT pg_advisory_unlock(%s)", [prepare.PREPARING])
        assert entered.wait(20)
        thread.join(20)
        # And lets go of it again.
        assert first.execute("SELECT pg_try_advisory_lock(%s)", [prepare.PREPARING]).fetchone() == (True,)


def test_static_files_are_known_by_their_content(tmp_path: Path) -> None:
    """An image that was passed on has lost the exact times of its files, and must not collect them again."""
    (tmp_path / "static").mkdir()
    (tmp_path / "requirements.txt").write_text("django")
    file = tmp_path / "static" / "page.css"
    file.write_text("a { color: red }")
    before = prepare._static_digest(tmp_path)
    file.touch()
    assert prepare._static_digest(tmp_path) == before
    file.write_text("a { color: tan }")
    assert prepare._static_digest(tmp_path) != before
