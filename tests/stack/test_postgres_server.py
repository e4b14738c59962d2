"""The PostgreSQL that tests run on is real and leaves nothing behind."""

import os
import pwd
from pathlib import Path

import psycopg
import pytest

from tests.processes import USER, RunningPostgres

pytestmark = pytest.mark.timeout(120)


def test_it_is_a_postgresql_on_a_socket_alone(postgres_server: RunningPostgres) -> None:
    with psycopg.connect(host=str(postgres_server.folder), user=USER, dbname="postgres") as connection:
        version = connection.execute("SHOW server_version").fetchone()
        addresses = connection.execute("SHOW listen_addresses").fetchone()
    assert version is not None
    # The wheel of today holds 16; a newer one is as good.
    assert int(version[0].split(".")[0]) in (16, 17, 18, 19)
    assert addresses == ("",)


def test_no_account_is_made_for_it(postgres_server: RunningPostgres) -> None:
    owner = pwd.getpwuid(Path(postgres_server.folder).stat().st_uid).pw_name
    assert owner in ("nobody", pwd.getpwuid(os.getuid()).pw_name)
    assert "pgserver" not in [entry.pw_name for entry in pwd.getpwall()]
