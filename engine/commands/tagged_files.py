"""What is tagged for machines, lists of filings and rates of exchange."""

import argparse
import json

from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ
from engine.currency import read_ecb
from engine.errors import BadInput, Unreadable
from engine.xbrl.listing import read_listing
from engine.xbrl.read import read_tagged
from engine.xbrl.show import show_tagged


def tagged(data: bytes, asked: argparse.Namespace) -> int:
    found = read_tagged(data)
    print(json.dumps(found.to_json(), ensure_ascii=False) if asked.json else show_tagged(found))
    return EXIT_READ if found.facts else EXIT_NOTHING_FOUND


def filings(data: bytes, asked: argparse.Namespace) -> int:
    found = read_listing(data)
    if asked.json:
        print(json.dumps({"filings": [filing.to_json() for filing in found]}))
    else:
        for filing in found:
            print(f"{filing.filed_on}  {filing.form:8}  {filing.period_end}  {filing.accession}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND


def rates(data: bytes, asked: argparse.Namespace) -> int:
    try:
        found = list(read_ecb(data))
    except BadInput as error:
        raise Unreadable(error.message, code=error.code) from None
    if asked.json:
        print(json.dumps({"rates": [[one.currency, one.day.isoformat(), str(one.rate)] for one in found]}))
    else:
        for one in found:
            print(f"{one.day}  1 EUR = {one.rate} {one.currency}")
    return EXIT_READ if found else EXIT_NOTHING_FOUND
