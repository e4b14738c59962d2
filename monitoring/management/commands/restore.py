"""`manage.py restore FOLDER`: a backup put back and held against what it says of itself."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from monitoring.backup.manifest import BackupRefused, check
from monitoring.backup.restore import restore


class Command(BaseCommand):
    help = (
        "Put a backup back into a new database, or with --check only read it and hold it against its hashes."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="One backup, such as backups/2026-11-21T231500Z.")
        parser.add_argument("--check", action="store_true", help="Change nothing; say whether it is whole.")
        parser.add_argument("--replace", action="store_true", help="Give up what the database holds now.")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        folder = folder.expanduser().absolute()
        try:
            if options["check"]:
                manifest = check(folder)
                self.stdout.write(
                    f"The backup is whole: {sum(manifest.rows.values())} rows, {manifest.files} files."
                )
                return
            done = restore(folder, replace=options["replace"])
        except (BackupRefused, OSError) as error:
            raise CommandError(str(error)) from error
        manifest = done.manifest
        self.stdout.write(
            f"Restored: {sum(manifest.rows.values())} rows in {len(manifest.rows)} tables, {manifest.files}"
            f" files of which {done.files_written} were missing. The audit trail is whole until"
            f" {manifest.audit_events}:{manifest.audit_seal}."
        )
        if done.migrated:
            self.stdout.write("The schema was brought up to this version.")
