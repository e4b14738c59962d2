"""Put a backup back, after every byte of it has been looked at, and prove that all of it is there."""

from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit.chain import verify
from monitoring.backup import database, files
from monitoring.backup.manifest import DATABASE, BackupRefused, Manifest, check, read_files


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now. `files_written` of the manifest's files were missing or different before."""

    manifest: Manifest
    files_written: int
    migrated: bool


def restore(folder: Path, *, replace: bool = False) -> Restored:
    """Put the database and the files of a backup in place, and bring the schema up to this version.

    Raises BackupRefused before anything was changed where the backup is not whole, belongs to another kind
    of database or to a newer version, or something is here already and `replace` was not asked for.
    """
    manifest = check(folder)
    _refuse_wrong_one(manifest)
    if not replace and not database.is_empty():
        raise BackupRefused(
            "The database holds something already, and nothing was changed. Restore into a new database, or"
            " say --replace to give up what is there."
        )
    database.load(folder / DATABASE)
    _hold_against(manifest)
    written = sum(files.put_back(folder.parent, file) for file in read_files(folder))
    applied = set(manifest.migrations)
    is_older = any(f"{app}.{name}" not in applied for app, name in _known())
    if is_older:
        call_command("migrate", verbosity=0, interactive=False)
    return Restored(manifest, written, is_older)


def _refuse_wrong_one(manifest: Manifest) -> None:
    if manifest.kind != connection.vendor:
        raise BackupRefused(
            f"This is a backup of {_NAMES[manifest.kind]}, and DATABASE_URL leads to"
            f" {_NAMES[connection.vendor]}. Set DATABASE_URL to a database of the same kind."
        )
    known = {f"{app}.{name}" for app, name in _known()}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupRefused(
            f"The backup was made by a newer version: this one does not know {unknown[0]}. Install that"
            " version, and restore with it."
        )


_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def _known() -> set[tuple[str, str]]:
    """All migrations of this version, those that were squashed too."""
    loader = MigrationLoader(None)
    return set(loader.disk_migrations)


def _hold_against(manifest: Manifest) -> None:
    """Raises BackupRefused where the database does not hold what was counted, or the trail is broken."""
    found = database.count()
    differing = sorted(
        table
        for table in {*found.rows, *manifest.rows}
        if found.rows.get(table, 0) != manifest.rows.get(table, 0)
    )
    if differing:
        table = differing[0]
        raise BackupRefused(
            f"After restoring, {table} holds {found.rows.get(table, 0)} rows and the backup says"
            f" {manifest.rows.get(table, 0)}. Do not start Tenfold on it; restore another backup."
        )
    if "audit_auditevent" not in manifest.rows:
        return
    known = (manifest.audit_events, manifest.audit_seal) if manifest.audit_events else None
    trail = verify(known)
    if trail.broken_at is not None:
        raise BackupRefused(
            f"The audit trail of the backup is broken at event {trail.broken_at}. {trail.reason} It was"
            " broken when the backup was made; look into an older one."
        )
