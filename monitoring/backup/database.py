"""A copy of the database as it was in one moment, and the way back.

PostgreSQL is copied by its own `pg_dump`, which sees the same moment as the rows that are counted here;
SQLite by its online backup, which does not mind others that write meanwhile.
"""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from audit.models import AuditHead
from monitoring.backup.manifest import BackupRefused

_BEFORE = "before_restore"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the copied moment holds."""

    server: str
    migrations: list[str]
    rows: dict[str, int]
    audit_events: int
    audit_seal: str


def dump(to: Path) -> Counted:
    """Copy the default database into a file. Raises BackupRefused where that cannot be done."""
    return _dump_postgres(to) if connection.vendor == "postgresql" else _dump_sqlite(to)


def load(file: Path) -> None:
    """Put the copy in the place of the default database, which is left as it was where this fails.

    Raises BackupRefused.
    """
    if connection.vendor == "postgresql":
        _load_postgres(file)
    else:
        _load_sqlite(file)


def is_empty() -> bool:
    """Nothing was ever stored here: a new database."""
    return not connection.introspection.table_names()


def count() -> Counted:
    """What the database holds now."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.django_table_names(only_existing=True))
        rows: dict[str, int] = {}
        for table in [*tables, "django_migrations"]:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows[table] = cursor.fetchone()[0]
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        migrations = [f"{app}.{name}" for app, name in cursor.fetchall()]
    head = AuditHead.objects.first()
    return Counted(
        server=".".join(map(str, connection.get_database_version())),
        migrations=migrations,
        rows=rows,
        audit_events=head.sequence if head else 0,
        audit_seal=head.seal if head else "",
    )


# --- PostgreSQL ----------------------------------------------------------------------------------


def _dump_postgres(to: Path) -> Counted:
    _refuse_older_program()
    connection.close()  # a connection that is in use may have begun a transaction of another kind
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        counted = count()
        _call("pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", f"--file={to}")
    return counted


def _load_postgres(file: Path) -> None:
    others = _other_sessions()
    if others:
        raise BackupRefused(
            f"{others} other {'connection is' if others == 1 else 'connections are'} open to the database."
            " Stop web, workers, dispatcher and beat first; nothing was changed."
        )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {_BEFORE} CASCADE")
        cursor.execute(f"ALTER SCHEMA public RENAME TO {_BEFORE}")
        cursor.execute("CREATE SCHEMA public")
    try:
        _call("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(file))
    except BackupRefused:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {_BEFORE} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {_BEFORE} CASCADE")
    connection.close()


def _other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _call(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on the default database; its password goes by the environment."""
    command, told = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    # As psql is called: the program, options, and the name of the database last.
    *options, name = command[1:]
    done = subprocess.run(
        [_found(program), *options, f"--dbname={name}", *arguments],
        env={**os.environ, **(told or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise BackupRefused(f"{program} could not do its work, and nothing was changed: {said}")


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise BackupRefused(
            f"{program} is not installed. Install the client programs of PostgreSQL, as new as the server,"
            " such as postgresql-client-18."
        )
    return path


def _refuse_older_program() -> None:
    said = subprocess.run([_found("pg_dump"), "--version"], capture_output=True, text=True).stdout
    number = re.search(r"(\d+)", said)
    server = connection.get_database_version()[0]
    if number is None or int(number[1]) < server:
        raise BackupRefused(
            f"pg_dump is of version {number[1] if number else 'unknown'} and the server of version {server},"
            f" which it cannot read. Install postgresql-client-{server}."
        )


# --- SQLite --------------------------------------------------------------------------------------


def _dump_sqlite(to: Path) -> Counted:
    connection.ensure_connection()
    with sqlite3.connect(to) as copy:
        connection.connection.backup(copy)
    copy.close()
    # Counted in the copy: the original goes on.
    with _default_is(to):
        return count()


def _load_sqlite(file: Path) -> None:
    place = Path(connection.settings_dict["NAME"])
    _refuse_running_stack()
    part = place.with_name(f"{place.name}.restored")
    shutil.copyfile(file, part)
    with sqlite3.connect(part) as copy:
        fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
    copy.close()
    if fault != "ok":
        part.unlink()
        raise BackupRefused(f"The copy of the database is damaged ({fault}), and nothing was changed.")
    connection.close()
    # Left behind, they would be read as the end of the new file.
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    os.replace(part, place)


def _refuse_running_stack() -> None:
    try:
        with settings.PLACES.supervisor_lock.open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except OSError:
        raise BackupRefused(
            "./run is running on this database. Stop it first; nothing was changed."
        ) from None


@contextmanager
def _default_is(file: Path) -> Iterator[None]:
    """The default connection leads to another SQLite file until the block ends."""
    before: Any = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(file)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
