"""`manage.py verify_provenance`: find every stored figure again in its file, and name each miss."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from extraction.provenance import verify_provenance


class Command(BaseCommand):
    help = "Look every stored figure up in its file by hash, page, box and text; fail below 100 percent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--company", default="", metavar="SLUG", help="Only the files of this company.")

    def handle(self, *args: Any, company: str, **options: Any) -> None:
        files = observations = missed = 0
        for verified in verify_provenance(company):
            files += 1
            observations += verified.observations
            missed += len(verified.misses)
            found = verified.observations - len(verified.misses)
            self.stdout.write(f"{verified.document}: {found} of {verified.observations} found")
            for miss in verified.misses:
                self.stdout.write(
                    f"  MISSED {miss.statement}, {miss.label!r}, page {miss.page}: {miss.text!r}; {miss.why}"
                )
        self.stdout.write(f"{files} files, {observations} figures, {observations - missed} found again")
        if missed:
            raise CommandError(
                f"{missed} of {observations} figures do not stand where they are said to stand. Read their"
                " documents again, or restore the files from a backup."
            )
