"""`./run manage verify_audit`: whether the audit trail is whole."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.chain import verify


class Command(BaseCommand):
    help = (
        "Walk the audit trail from its beginning and name the first link that is broken. Prints the number"
        " and seal of the last event: note it elsewhere, and give it back later with --known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known",
            metavar="NUMBER:SEAL",
            help="an event noted earlier in another place; tells whether the trail was written anew since",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify(_known(options["known"]))
        if found.broken_at is not None:
            raise CommandError(
                f"The audit trail is broken at event {found.broken_at}. {found.reason} The {found.events}"
                " events before it are whole. Restore the table audit_auditevent from a backup beside this"
                " one and compare; trying again does not help."
            )
        events = "1 event" if found.events == 1 else f"{found.events} events"
        self.stdout.write(f"The audit trail is whole: {events}. The last one is {found.events}:{found.last}")


def _known(written: str | None) -> tuple[int, str] | None:
    if not written:
        return None
    number, _, seal = written.partition(":")
    if not (number.isascii() and number.isdigit() and len(seal) == 64):
        raise CommandError("--known takes a number and a seal as this command prints them: 17:9f86d0…")
    return int(number), seal
