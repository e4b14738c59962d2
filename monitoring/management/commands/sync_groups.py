"""Gives the three groups the permissions that are new. What people have edited stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand

from monitoring.roles import give_permissions


class Command(BaseCommand):
    help = "Give the groups viewer, analyst and operator the permissions they have not been given before."

    def handle(self, *args: Any, **options: Any) -> None:
        done = give_permissions()
        for role in done.made:
            self.stdout.write(f"created  {role}")
        for role, permissions in done.given.items():
            self.stdout.write(f"given    {role}: {', '.join(permissions)}")
        if not done.given:
            self.stdout.write("The groups are up to date.")
