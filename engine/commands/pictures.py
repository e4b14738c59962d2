"""Pages of a report as pictures."""

import argparse
import base64
import json
import sys

from engine.commands.status import EXIT_READ
from engine.pdf.contact_sheet import contact_sheet
from engine.pdf.render import render_page


def render(data: bytes, asked: argparse.Namespace) -> int:
    image = render_page(data, asked.page)
    if asked.json:
        print(json.dumps({"png": base64.b64encode(image).decode("ascii")}))
    else:
        sys.stdout.buffer.write(image)
    return EXIT_READ


def sheet(data: bytes, asked: argparse.Namespace) -> int:
    image = contact_sheet(data, asked.first)
    if asked.json:
        print(json.dumps({"jpeg": base64.b64encode(image).decode("ascii")}))
    else:
        sys.stdout.buffer.write(image)
    return EXIT_READ
