"""The text of a report."""

import argparse
import json

from engine.commands.options import reading_options
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.text.reading import read_text, text_reading_to_json


def passages(data: bytes, asked: argparse.Namespace) -> int:
    found = read_text(data, limits=reading_options(asked).limits, ocr_seconds=max(0.0, asked.ocr_seconds))
    if asked.json:
        print(json.dumps(text_reading_to_json(found), ensure_ascii=False))
    else:
        for passage in found.passages:
            print(f"[{passage.page}] {' › '.join(passage.headings)}\n{passage.text}\n")
    return EXIT_READ if found.passages else EXIT_NOTHING_FOUND
