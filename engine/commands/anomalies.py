"""What is unusual in a series."""

import argparse

from engine.anomaly.csv_series import findings_to_json, read_csv, show_findings
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ, EXIT_WRONG_ARGUMENTS, complain
from engine.errors import BadInput, NotEnoughData


def anomalies(data: bytes, asked: argparse.Namespace) -> int:
    try:
        series = read_csv(data)
        print(findings_to_json(series) if asked.json else show_findings(series))
    except BadInput as error:
        return complain(error.message, EXIT_WRONG_ARGUMENTS, error.code, asked.json)
    except NotEnoughData as error:
        return complain(error.message, EXIT_NOTHING_FOUND, error.code, asked.json)
    return EXIT_READ
