"""Make a backup, and let go of old ones."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from monitoring.backup import database, files
from monitoring.backup.manifest import (
    DATABASE,
    MANIFEST,
    NAME,
    BackupRefused,
    Manifest,
    StoredFile,
    hash_of,
    read_files,
    write_files,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A new backup, and the names of the old ones that were let go."""

    folder: Path
    manifest: Manifest
    removed: tuple[str, ...]


def make_backup(backups: Path, *, keep: int | None = None, now: datetime | None = None) -> Made:
    """Back up the database and every stored file below `backups`; keep the newest `keep` backups, or all.

    Others may go on working: files are copied before and after the database, so that every file the
    copied rows name is there. Raises BackupRefused.
    """
    _refuse_own_files(backups)
    backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(backups):
        folder = backups / f"{now or datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            raise BackupRefused(f"{folder} is there already. Try again in a second.") from None
        try:
            manifest = _fill(backups, folder)
        except BaseException:
            shutil.rmtree(folder)
            raise
        return Made(folder, manifest, _let_go(backups, keep) if keep else ())


def _fill(backups: Path, folder: Path) -> Manifest:
    stored: dict[str, StoredFile] = {}
    files.keep(backups, stored)
    counted = database.dump(folder / DATABASE)
    files.keep(backups, stored)
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        kind=connection.vendor,
        server=counted.server,
        database_sha256=hash_of(folder / DATABASE),
        files_sha256=write_files(folder, list(stored.values())),
        files=len(stored),
        bytes=sum(file.size for file in stored.values()),
        migrations=counted.migrations,
        rows=counted.rows,
        audit_events=counted.audit_events,
        audit_seal=counted.audit_seal,
    )
    manifest.write(folder)
    return manifest


def _let_go(backups: Path, keep: int) -> tuple[str, ...]:
    """Remove all but the newest; what was broken off goes too."""
    folders = sorted(path for path in backups.iterdir() if path.is_dir() and NAME.match(path.name))
    complete = [folder for folder in folders if (folder / MANIFEST).is_file()]
    kept = complete[-keep:]
    removed = [folder for folder in folders if folder not in kept]
    for folder in removed:
        shutil.rmtree(folder)
    files.forget(backups, {file.sha256 for folder in kept for file in read_files(folder)})
    return tuple(folder.name for folder in removed)


def _refuse_own_files(backups: Path) -> None:
    for name, own in (("TENFOLD_FILES_DIR", settings.MEDIA_ROOT), ("static files", settings.STATIC_ROOT)):
        if backups.absolute().is_relative_to(own):
            raise BackupRefused(
                f"{backups} lies in the folder of {name}, which is backed up or emptied itself. Name a folder"
                " elsewhere, best on another disk."
            )


@contextmanager
def _alone(backups: Path) -> Iterator[None]:
    with (backups / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupRefused(f"Another backup into {backups} is under way. Wait for its end.") from None
        yield
