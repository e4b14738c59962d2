"""What is read out of a report: its statements, what it is, its lines."""

import argparse

from engine.commands.options import reading_options
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.exchange import reading_to_json, survey_to_json
from engine.reading import read as read_report
from engine.reading import survey as survey_report
from engine.show import show_reading, show_survey


def read(data: bytes, asked: argparse.Namespace) -> int:
    reading = read_report(data, reading_options(asked))
    print(reading_to_json(reading) if asked.json else show_reading(reading))
    return EXIT_READ if reading.statements else EXIT_NOTHING_FOUND


def survey(data: bytes, asked: argparse.Namespace) -> int:
    found = survey_report(data, reading_options(asked))
    print(survey_to_json(found) if asked.json else show_survey(found))
    return EXIT_READ
