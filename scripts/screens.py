"""`./run screens`: pictures of the main pages for docs/screens, light and dark, wide and narrow.
`./run screens tutorial` goes through the tutorial instead, and takes the pictures of its steps.

Starts Tenfold in a folder of its own with the demo company, looks at it with the system's Chromium and
stops it again. `--address` looks at one that runs already; the password is then asked for by its
variable, TENFOLD_ADMIN_PASSWORD.
"""

import argparse
import io
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tutorial import go_through

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ROOT / "docs" / "screens"
STEPS = ROOT / "docs" / "images" / "tutorial"
COMPANY = "harrowmere"
# What is in braces is looked up by the API.
PAGES = {
    "overview": "/admin/",
    "statements": f"/admin/statements/{COMPANY}/",
    "proof": "/admin/statements/figures/{fact}/",
    "coverage": "/admin/coverage/",
    "company": "/admin/companies/company/{company}/change/",
    "document": "/admin/documents/document/{document}/change/",
    "restatements": "/admin/extraction/restatement/",
    "under-way": "/admin/now/",
}
TUTORIAL = "tutorial"
SIZES = {"": (1440, 900), "-390": (390, 844)}
SCHEMES = ("light", "dark")
COLOURS = 200  # of a picture's palette: text and lines need no more
SECONDS = 900  # for the start with the demo, on a machine that is busy with other work


def main() -> int:
    asked = _arguments()
    wanted = asked.only or list(PAGES)
    if unknown := sorted(set(wanted) - {*PAGES, TUTORIAL}):
        print(f"There is no page {', '.join(unknown)}: {', '.join(PAGES)}, {TUTORIAL}.", file=sys.stderr)
        return 2
    SCREENS.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("No chromium on this machine. On Debian: apt-get install chromium.", file=sys.stderr)
        return 1
    options = ["--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with tenfold(asked.address) as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        if TUTORIAL in wanted:
            wanted.remove(TUTORIAL)
            _go_through_the_tutorial(browser, address, password)
        for suffix, size in SIZES.items() if wanted else ():
            for scheme in SCHEMES:
                _take_all(browser, address, password, wanted, scheme, suffix, size)
        browser.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run screens", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="PAGE", help=f"some of: {', '.join(PAGES)}")
    parser.add_argument("--address", help="a Tenfold that runs already, such as http://127.0.0.1:8000")
    return parser.parse_args()


@contextmanager
def tenfold(address: str | None) -> Iterator[tuple[str, str]]:
    """The address and the administrator's password of a Tenfold with the demo company in it."""
    if address:
        yield address.rstrip("/"), os.environ["TENFOLD_ADMIN_PASSWORD"]
        return
    password, port = secrets.token_urlsafe(12), _free_port()
    with tempfile.TemporaryDirectory(prefix="tenfold-screens-") as folder:
        environment = {**os.environ, "TENFOLD_ADMIN_PASSWORD": password, "PYTHONUNBUFFERED": "1"}
        stack = subprocess.Popen(
            [sys.executable, "-m", "stack", "--state", folder, "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            _wait_for_the_demo(stack)
            yield f"http://127.0.0.1:{port}", password
        finally:
            stack.send_signal(signal.SIGINT)
            stack.wait(timeout=60)


def _wait_for_the_demo(stack: "subprocess.Popen[str]") -> None:
    began, lines = time.monotonic(), stack.stdout
    assert lines is not None  # noqa: S101  it was asked for
    for line in lines:
        print(line, end="")
        if "Stop with Ctrl-C" in line:
            return
        if time.monotonic() - began > SECONDS:
            break
    raise SystemExit("Tenfold did not come up with its demo; what it said stands above.")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _take_all(
    browser: Browser,
    address: str,
    password: str,
    wanted: list[str],
    scheme: str,
    suffix: str,
    size: tuple[int, int],
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"{address}/admin/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")
    parts = _parts(page, address)
    for name in wanted:
        page.goto(address + PAGES[name].format(**parts), wait_until="networkidle")
        page.wait_for_timeout(400)
        wide = page.evaluate("document.documentElement.scrollWidth")
        note = f", {wide - size[0]} dots too wide" if wide > size[0] else ""
        file = SCREENS / f"{name}-{scheme}{suffix}.png"
        _keep(page.screenshot(), file)
        print(f"{file.relative_to(ROOT)}, {file.stat().st_size // 1024} kB{note}")
    context.close()


def _go_through_the_tutorial(browser: Browser, address: str, password: str) -> None:
    size = SIZES[""]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="light", reduced_motion="reduce"
    )
    STEPS.mkdir(parents=True, exist_ok=True)
    go_through(
        context.new_page(), address, password, lambda picture, name: _keep(picture, STEPS / f"{name}.png")
    )
    context.close()


def _parts(page: Page, address: str) -> dict[str, int]:
    """The ids that addresses need: of the demo company, its newest report and its newest revenue."""

    def asked(path: str) -> list[dict[str, object]]:
        return list(page.request.get(f"{address}/api/v1/{path}").json()["results"])

    company = next(one["id"] for one in asked("companies/?page_size=200") if one["slug"] == COMPANY)
    facts = asked(f"facts/?company={company}&concept=is.revenue&page_size=200")
    newest = max(facts, key=lambda fact: (str(fact["period_end"]), str(fact["published_on"])))
    return {
        "company": int(str(company)),
        "fact": int(str(newest["id"])),
        "document": int(str(newest["document"])),
    }


def _keep(picture: bytes, file: Path) -> None:
    """As a PNG with a palette, a third as large."""
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)


if __name__ == "__main__":
    sys.exit(main())
