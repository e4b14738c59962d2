"""Forecasts of series of figures."""

import argparse
import os
import sys

from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ, EXIT_WRONG_ARGUMENTS, complain
from engine.errors import BadInput


def forecast(data: bytes, asked: argparse.Namespace) -> int:
    # Before the libraries of statistics are loaded: threads that share the cores slow small sums down.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from engine.forecast.lines import forecast_lines, show_forecast
    from engine.forecast.values import ForecastOptions

    try:
        options = ForecastOptions(asked.horizon, asked.season)
    except BadInput as error:
        return complain(error.message, EXIT_WRONG_ARGUMENTS, error.code, asked.json)
    status = EXIT_NOTHING_FOUND
    for number, found in enumerate(forecast_lines(data, options, asked.processes), start=1):
        if found.error:
            print(f"line {number}: {found.error}", file=sys.stderr)
        print(found.to_json() if asked.json else show_forecast(number, found), flush=True)
        status = EXIT_READ if found.forecast and found.forecast.steps else status
    return status
