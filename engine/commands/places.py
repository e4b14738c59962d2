"""What stands where on the pages of a report."""

import argparse
import json

from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.provenance import Place
from engine.provenance import relocate as relocate_places
from engine.second_reader.lines import printed_lines


def relocate(data: bytes, asked: argparse.Namespace) -> int:
    places = [Place.from_json(values) for values in json.loads(asked.places.read_text("utf-8"))]
    found = relocate_places(data, places)
    if asked.json:
        print(json.dumps({"sha256": found.sha256, "printed": found.printed, "found": found.found}))
    else:
        for place, printed, is_there in zip(places, found.printed, found.found, strict=True):
            print(
                f"{'found' if is_there else 'MISSED'}  page {place.page}: {place.text!r}, printed {printed!r}"
            )
    return EXIT_READ if all(found.found) else EXIT_NOTHING_FOUND


def lines(data: bytes, asked: argparse.Namespace) -> int:
    found = printed_lines(data, asked.pages, asked.read_by)
    if asked.json:
        print(json.dumps({"lines": [line.to_json() for line in found]}))
    else:
        for number, line in enumerate(found, start=1):
            figures = "  ".join(token.text for token in line.tokens)
            print(f"{number}|{'  ' * line.indent}{line.label}  {figures}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND
