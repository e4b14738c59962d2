"""The tone of sentences."""

import argparse

from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.sentiment.sentence import tone_of
from engine.sentiment.show import show_tone, tone_to_json


def sentiment(data: bytes, asked: argparse.Namespace) -> int:
    # Lines end where a shell says they do; a sentence may hold the other signs that Unicode calls line ends.
    lines = data.decode("utf-8", errors="replace").removesuffix("\n").split("\n") if data else []
    for line in lines:
        tone = tone_of(line.rstrip("\r"))
        print(tone_to_json(tone) if asked.json else f"{show_tone(tone)}  {line.strip()}")
    return EXIT_READ if lines else EXIT_NOTHING_FOUND
