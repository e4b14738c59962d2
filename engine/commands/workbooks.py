"""Workbooks that come back."""

import argparse
import json

from engine.commands.status import EXIT_READ
from engine.edited_workbook import read_workbook


def edits(data: bytes, asked: argparse.Namespace) -> int:
    cells = read_workbook(data)
    if asked.json:
        print(json.dumps({"cells": [cell.to_json() for cell in cells]}))
    else:
        for cell in cells:
            print(f"{cell.sheet}!{cell.place}  {cell.row} {cell.period_end}: {cell.exported} now {cell.text}")
    return EXIT_READ
