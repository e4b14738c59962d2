"""`manage.py seed_companies [FILE]`: create the companies of a seed file that are missing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from companies.seed import SEED_FILE, seed_companies


class Command(BaseCommand):
    help = "Create the companies of a seed file that do not exist yet; change nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SEED_FILE)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        seeded = seed_companies(file)
        self.stdout.write(
            f"Created {len(seeded.created)} companies, {len(seeded.existing)} were there already."
        )
