"""What a command line asks of the reader."""

import argparse

from engine.kinds import StatementKind
from engine.pdf.open import OpenLimits
from engine.reading import ReadingOptions


def reading_options(asked: argparse.Namespace) -> ReadingOptions:
    kinds = tuple(StatementKind)
    if getattr(asked, "statement", None):
        kinds = (StatementKind(asked.statement),)
    limits = OpenLimits(refuse_copying_forbidden=asked.refuse_copying_forbidden)
    seconds = max(0.0, getattr(asked, "ocr_seconds", 0.0))
    return ReadingOptions(limits=limits, kinds=kinds, pages=getattr(asked, "pages", ()), ocr_seconds=seconds)
