"""Writes the table of docs/tasks.md anew from the registered tasks."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.registry import definitions
from monitoring.task_page import with_table


class Command(BaseCommand):
    help = "Write the table of docs/tasks.md anew from the registered tasks."
    # The check that sends people here would not let them in.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "tasks.md"
        definitions()  # imports the modules of all tasks
        page = path.read_text(encoding="utf-8")
        try:
            written = with_table(page, settings.TASK_ROUTES)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if written == page:
            self.stdout.write("The page is up to date.")
            return
        path.write_text(written, encoding="utf-8")
        self.stdout.write(f"Written: {path}")
