"""`./run docs`: build the documentation into `site/`, strictly, and check every link in it."""

import argparse
import functools
import http.server
import logging
import os
import sys
from pathlib import Path

# The theme's makers advertise a successor of MkDocs at every start.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from handbook.links import check

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = "outside-addresses.txt"


def main(arguments: list[str] | None = None) -> int:
    """Build and check; 0 where nothing was found, 1 where something was."""
    parser = argparse.ArgumentParser(prog="./run docs", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "site", help="folder of the site")
    parser.add_argument(
        "--serve", nargs="?", const=8100, type=int, metavar="PORT", help="show it at 127.0.0.1"
    )
    asked = parser.parse_args(arguments)
    if not build_into(asked.into):
        return 1
    found = check(asked.into)
    (asked.into / OUTSIDE).write_text("".join(f"{address}\n" for address in found.outside))
    outside = f"{len(found.outside)} addresses outside, listed in {OUTSIDE}"
    print(f"{found.pages} pages, {found.links} links inside, {outside}.")
    for problem in found.problems:
        print(problem, file=sys.stderr)
    if found.problems:
        return 1
    print(f"Written: {asked.into}/index.html")
    if asked.serve:
        serve(asked.into, asked.serve)
    return 0


def build_into(folder: Path) -> bool:
    """The site in a folder. False where MkDocs warned of anything; it says so itself."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))
    except Abort as aborted:
        print(aborted, file=sys.stderr)
        return False
    return True


def serve(folder: Path, port: int) -> None:
    """Show the folder until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/  Stop with Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
