"""Writes the definitions in docs/ratios.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engine.ratios.reference import with_reference


class Command(BaseCommand):
    help = "Write the definitions in docs/ratios.md anew from the registry of ratios."
    # A check of another page need not hold this one up.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "ratios.md"
        page = path.read_text(encoding="utf-8")
        try:
            written = with_reference(page)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if written == page:
            self.stdout.write("The page is up to date.")
            return
        path.write_text(written, encoding="utf-8")
        self.stdout.write(f"Written: {path}")
