"""What was backed up is there again after a restore, row by row and byte by byte, on both databases."""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from audit.actions import Action
from audit.chain import verify
from audit.record import record
from companies.models import Company
from documents.storage import store_content
from monitoring.backup.make import make_backup
from monitoring.backup.manifest import BackupRefused, check
from monitoring.backup.restore import restore
from tests.conftest import STATE
from tests.processes import default_database, postgres_programs

NOW = datetime(2026, 11, 21, 23, 15, tzinfo=UTC)
REPORT = b"%PDF-1.7 a report"


class Place:
    """Two databases of one kind: the one that is backed up, and empty ones to restore into."""

    def __init__(self, kind: str, empty: Callable[[], AbstractContextManager[None]]) -> None:
        self.kind = kind
        self.empty = empty


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db(transaction=True)), "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, files: Path, monkeypatch) -> Iterator[Place]:  # type: ignore[no-untyped-def]
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        programs, _ = postgres_programs(tmp_path)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")

        @contextmanager
        def empty() -> Iterator[None]:
            connection.close()
            server.create("restored")
            try:
                with default_database(server.settings("restored")):
                    yield
            finally:
                server.drop("restored")

        yield Place("postgresql", empty)
        return
    with request.getfixturevalue("django_db_blocker").unblock():
        with sqlite3.connect(STATE / "test.sqlite3") as source, sqlite3.connect(tmp_path / "a.sqlite3") as to:
            source.backup(to)

        def entry(name: str) -> dict[str, Any]:
            return {**connection.settings_dict, "NAME": str(tmp_path / name), "TEST": {}}

        @contextmanager
        def empty() -> Iterator[None]:
            with default_database(entry("b.sqlite3")):
                yield
            (tmp_path / "b.sqlite3").unlink(missing_ok=True)

        with default_database(entry("a.sqlite3")):
            yield Place("sqlite", empty)


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def fill() -> None:
    """Rows of several apps, events of the trail, and files."""
    alice = User.objects.create_user("alice")
    company = Company.objects.create(name="Straße & Söhne plc", slug="strasse")
    for name in ("first", "second", "third"):
        record(Action.CHANGED, company, by=alice, before={"name": name}, after={"name": name.upper()})
    store_content(BytesIO(REPORT))
    default_storage.save("models/notes.json", ContentFile(b'{"a": 1}'))


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(
            [*connection.introspection.django_table_names(only_existing=True), "django_migrations"]
        ):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


def all_files() -> dict[str, str]:
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and ".parts" not in path.parts
    }


def test_everything_is_there_again(place: Place, backups: Path, files: Path) -> None:
    fill()
    rows, contents = all_rows(), all_files()
    assert len(contents) == 2
    made = make_backup(backups, now=NOW)
    assert made.folder.name == "2026-11-21T231500Z"
    assert (made.manifest.kind, made.manifest.files, made.manifest.audit_events) == (place.kind, 2, 3)
    assert made.manifest.rows == {table: len(found) for table, found in rows.items()}
    assert check(made.folder) == made.manifest
    shutil.rmtree(files)
    with place.empty():
        done = restore(made.folder)
        assert (done.files_written, done.migrated) == (2, False)
        assert all_rows() == rows
        assert all_files() == contents
        assert (verify().broken_at, verify().events) == (None, 3)
        # It goes on from there: numbers go on, and the database still refuses to change the trail.
        assert Company.objects.create(name="Next", slug="next").pk > Company.objects.get(slug="strasse").pk
        record(Action.CHANGED, None, by=User.objects.get())
        assert (verify().broken_at, verify().events) == (None, 4)
        with pytest.raises(Exception, match="never changed or deleted"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM audit_auditevent")


def test_what_is_there_is_given_up_only_when_that_is_asked_for(place: Place, backups: Path) -> None:
    fill()
    folder = make_backup(backups, now=NOW).folder
    rows = all_rows()
    Company.objects.create(name="Later", slug="later")
    later = all_rows()
    with pytest.raises(BackupRefused, match="The database holds something already, and nothing was changed"):
        restore(folder)
    assert all_rows() == later
    out = StringIO()
    call_command("restore", str(folder), "--replace", stdout=out)
    assert all_rows() == rows
    assert "The audit trail is whole until 3:" in out.getvalue()
    # A restored database is backed up and restored like any other.
    again = make_backup(backups, now=NOW + timedelta(hours=1)).folder
    assert restore(again, replace=True).files_written == 0
    assert all_rows() == rows


def test_a_content_is_kept_once_and_let_go_with_its_last_backup(place: Place, backups: Path) -> None:
    fill()
    make_backup(backups, now=NOW)
    contents = {path.name: path.stat().st_ino for path in (backups / "contents").glob("*/*")}
    assert len(contents) == 2
    default_storage.delete("models/notes.json")
    store_content(BytesIO(b"%PDF-1.7 another"))
    second = make_backup(backups, now=NOW + timedelta(days=1))
    assert (second.manifest.files, second.removed) == (2, ())
    after = {path.name: path.stat().st_ino for path in (backups / "contents").glob("*/*")}
    assert len(after) == 3
    assert {name: after[name] for name in contents} == contents
    (backups / "2026-11-20T000000Z").mkdir()  # one that was broken off
    third = make_backup(backups, keep=2, now=NOW + timedelta(days=2))
    assert third.removed == ("2026-11-20T000000Z", "2026-11-21T231500Z")
    assert len(list((backups / "contents").glob("*/*"))) == 2
    for folder in (second.folder, third.folder):
        check(folder)


def damaged_database(folder: Path) -> None:
    with (folder / "database.dump").open("r+b") as file:
        file.seek(200)
        file.write(b"\0\1\2\3")


def missing_database(folder: Path) -> None:
    (folder / "database.dump").unlink()


def damaged_content(folder: Path) -> None:
    path = folder.parent / "contents" / hashlib.sha256(REPORT).hexdigest()[:2]
    next(path.iterdir()).write_bytes(REPORT.replace(b"a", b"b"))


def missing_content(folder: Path) -> None:
    shutil.rmtree(folder.parent / "contents")


def shorter_list(folder: Path) -> None:
    lines = (folder / "files.jsonl").read_text().splitlines(keepends=True)
    (folder / "files.jsonl").write_text("".join(lines[:-1]))


def changed_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"files": 2', '"files": 1'))


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def newer_format(folder: Path) -> None:
    content = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**content, "format": 2}))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (damaged_database, "The backup is damaged: .*database.dump is not what was written. Use another"),
        (missing_database, "The backup is damaged: .*database.dump is not what was written"),
        (damaged_content, "The backup is damaged: .*contents/.* is not what was written"),
        (missing_content, "is not complete: the content of .* is not under"),
        (shorter_list, "The backup is damaged: .*files.jsonl is not what was written"),
        (changed_manifest, "The backup is damaged: .*manifest.json is not what was written"),
        (no_manifest, "is no complete backup: it has no manifest.json"),
        (newer_format, "was made by a newer version of Tenfold"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_changed(
    place: Place, backups: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    fill()
    folder = make_backup(backups, now=NOW).folder
    rows, contents = all_rows(), all_files()
    damage(folder)
    with pytest.raises(CommandError, match=sentence):
        call_command("restore", str(folder), "--check")
    with pytest.raises(CommandError, match=sentence):
        call_command("restore", str(folder), "--replace")
    assert (all_rows(), all_files()) == (rows, contents)


def resealed(folder: Path, **changed: Any) -> None:
    """A manifest that says something else and is sealed again, as a program with a fault would write it."""
    from dataclasses import replace

    from monitoring.backup.manifest import Manifest

    replace(Manifest.read(folder), **changed).write(folder)


def test_a_backup_that_does_not_belong_here_is_refused(place: Place, backups: Path) -> None:
    fill()
    folder = make_backup(backups, now=NOW).folder
    rows = all_rows()
    other = "sqlite" if place.kind == "postgresql" else "postgresql"
    resealed(folder, kind=other)
    with pytest.raises(BackupRefused, match="Set DATABASE_URL to a database of the same kind"):
        restore(folder, replace=True)
    resealed(folder, kind=place.kind, migrations=["companies.0001_initial", "companies.9999_later"])
    with pytest.raises(BackupRefused, match=r"this one does not know companies\.9999_later"):
        restore(folder, replace=True)
    assert all_rows() == rows


def test_fewer_rows_than_were_counted_are_told(place: Place, backups: Path) -> None:
    fill()
    folder = make_backup(backups, now=NOW).folder
    manifest = check(folder)
    resealed(folder, rows={**manifest.rows, "companies_company": 7})
    with pytest.raises(BackupRefused, match=r"companies_company holds 1 rows and the backup says 7\. Do not"):
        restore(folder, replace=True)
    resealed(folder, audit_seal="0" * 64)
    with pytest.raises(BackupRefused, match="companies_company"):
        restore(folder, replace=True)
    resealed(folder, rows=manifest.rows)
    with pytest.raises(BackupRefused, match="The audit trail of the backup is broken at event"):
        restore(folder, replace=True)


def test_a_backup_is_not_made_where_it_would_eat_itself(place: Place, files: Path) -> None:
    with pytest.raises(CommandError, match=r"No backup was made. .* lies in the folder of TENFOLD_FILES_DIR"):
        call_command("backup", str(files / "backups"))
    with pytest.raises(CommandError, match="--keep has to be at least 1"):
        call_command("backup", str(files.parent / "backups"), "--keep", "0")


def test_one_that_breaks_off_leaves_nothing(place: Place, backups: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    fill()

    def full(*arguments: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("monitoring.backup.make.write_files", full)
    with pytest.raises(CommandError, match=r"No backup was made. .*No space left on device"):
        call_command("backup", str(backups))
    assert [path.name for path in backups.iterdir() if path.name.startswith("20")] == []


def test_two_at_once_are_not_made(place: Place, backups: Path) -> None:
    import fcntl

    backups.mkdir()
    with (backups / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupRefused, match=r"Another backup into .* is under way"):
            make_backup(backups)


@pytest.mark.postgres
def test_a_database_in_use_is_not_replaced(
    postgres, backups: Path, files: Path, tmp_path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    import psycopg

    programs, _ = postgres_programs(tmp_path)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    fill()
    folder = make_backup(backups, now=NOW).folder
    rows = all_rows()
    with (
        psycopg.connect(postgres.url()),
        pytest.raises(BackupRefused, match=r"1 other connection is open to the database. Stop web"),
    ):
        restore(folder, replace=True)
    assert all_rows() == rows


@pytest.mark.postgres
def test_a_pg_dump_that_is_missing_or_too_old_is_named(
    postgres, backups: Path, files, tmp_path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match=r"pg_dump is not installed. Install the client programs"):
        make_backup(backups)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    with pytest.raises(BackupRefused, match=r"pg_dump is of version 9 and the server of version \d+, which"):
        make_backup(backups)
