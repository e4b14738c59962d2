"""Creates default schedules that are missing. What people have edited stays as it is."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs.errors import JobsError
from jobs.schedules import sync


class Command(BaseCommand):
    help = "Create the default schedules that are missing, and say which ones have been edited."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            synced = sync(getattr(settings, "SCHEDULES", ()))
        except JobsError as error:
            raise CommandError(error.message) from error
        for name in synced.created:
            self.stdout.write(f"created  {name}")
        for name, changed in synced.edited.items():
            self.stdout.write(f"edited   {name}: {', '.join(changed)} (left as it is)")
        self.stdout.write(f"{len(synced.created)} created, {len(synced.edited)} edited.")
