"""`manage.py import_rates FILE`: keep the exchange rates of a CSV file of the European Central Bank."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from companies.rates import import_ecb_rates
from engine.errors import BadInput


class Command(BaseCommand):
    help = (
        "Keep the reference rates of eurofxref-hist.csv or eurofxref.csv, as the European Central Bank"
        " offers them for download. With them statements can be shown in another currency."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            imported = import_ecb_rates(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except BadInput as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{imported.rates} rates of {imported.currencies} currencies from {imported.first} to"
            f" {imported.last}, {imported.new} of them new."
        )
