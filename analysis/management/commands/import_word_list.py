"""Take in a word list for judging tone, such as the master dictionary of Loughran and McDonald."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.sentiment.word_lists import import_word_list
from engine.errors import BadInput


class Command(BaseCommand):
    help = (
        "Take in a word list (CSV with the columns Word, Negative, Positive) that you have a licence to use."
        " Words the lexicon does not know are judged by it from then on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="", help="under which it is kept; the file's name otherwise")
        parser.add_argument("--only-keep", action="store_true", help="do not use it yet")

    def handle(self, *, file: Path, name: str, only_keep: bool, **_: Any) -> None:
        try:
            kept = import_word_list((name or file.stem)[:60], file.read_bytes(), use=not only_keep)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror or error}") from None
        except BadInput as error:
            raise CommandError(error.message) from None
        used = "in use" if kept.is_active else "kept, not in use"
        self.stdout.write(f"{len(kept.words)} words of “{kept.name}” are {used}.")
