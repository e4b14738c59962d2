"""`manage.py backup FOLDER`: the database and every stored file, checked by hash."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.backup.make import make_backup
from monitoring.backup.manifest import BackupRefused


class Command(BaseCommand):
    help = "Back up the database and every stored file into a new folder below FOLDER, while all goes on."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="The folder of all backups, best on another disk.")
        parser.add_argument("--keep", type=int, help="Keep so many of the newest backups, and remove others.")

    def handle(self, *args: Any, folder: Path, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep has to be at least 1.")
        try:
            made = make_backup(folder.expanduser().absolute(), keep=keep)
        except (BackupRefused, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        manifest = made.manifest
        self.stdout.write(
            f"{made.folder}: {sum(manifest.rows.values())} rows, {manifest.files} files of"
            f" {manifest.bytes / 1024**2:.1f} MB, audit trail until"
            f" {manifest.audit_events}:{manifest.audit_seal}"
        )
        if made.removed:
            self.stdout.write(f"Removed: {', '.join(made.removed)}")
