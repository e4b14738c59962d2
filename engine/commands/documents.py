"""Which documents a page links to, and what a document is."""

import argparse
from pathlib import Path

from engine.classify.document import classify as classify_clues
from engine.classify.evidence import DocumentClues, with_survey
from engine.classify.packages import with_package
from engine.classify.show import classification_to_json, show_classification
from engine.commands.options import reading_options
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.discover.feeds import links_in
from engine.discover.show import links_to_json, ranked_links, show_links
from engine.kinds import DocumentKind
from engine.reading import survey


def links(data: bytes, asked: argparse.Namespace) -> int:
    page = links_in(data, asked.url)
    found = ranked_links(page, asked.url)
    print(links_to_json(page, found) if asked.json else show_links(page, found))
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def classify(data: bytes, asked: argparse.Namespace) -> int:
    name = "" if asked.file == "-" else Path(asked.file).name
    clues = DocumentClues(url=asked.url, file_name=name)
    found = classify_clues(
        with_package(clues, data) or with_survey(clues, survey(data, reading_options(asked)))
    )
    print(classification_to_json(found) if asked.json else show_classification(found))
    return EXIT_NOTHING_FOUND if found.kind is DocumentKind.UNKNOWN else EXIT_READ
