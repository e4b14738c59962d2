"""`python -m demo.serve`: the demo company's investor-relations site on a local port.

Standard library alone. Pages come from `demo/site`, reports from the addresses in `site/files.json`.
Answers GET and HEAD with ETag and Last-Modified, and 304 where the caller already has the file.
"""

import argparse
import hashlib
import json
import mimetypes
import signal
import sys
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).parent
SITE = HERE / "site"
UNLISTED = {"files.json"}
NAMES_ITSELF = {"robots.txt", "sitemap.xml"}  # "{origin}" in them becomes the address asked for
TEXT_TYPES = ("text/", "application/xml", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class Resource:
    """A file as it is served."""

    body: bytes
    content_type: str
    etag: str
    modified: float


class Site:
    """The files behind the addresses. Nothing outside `demo/` can be reached."""

    def __init__(self, folder: Path = HERE) -> None:
        self.folder = folder
        listed = json.loads((folder / "site" / "files.json").read_text(encoding="utf-8"))
        self.reports: dict[str, str] = listed

    def find(self, path: str, origin: str = "") -> Resource | None:
        """The resource at a path, None where there is none. `origin` is the address of the site as
        the caller wrote it."""
        if path in self.reports:
            return self._load(self.folder / self.reports[path], "application/pdf")
        root = (self.folder / "site").resolve()
        file = (root / path.lstrip("/")).resolve()
        if not file.is_relative_to(root) or file.name in UNLISTED:
            return None
        if path.endswith("/"):
            file = file / "index.html"
        if not file.is_file():
            return None
        return self._load(file, mimetypes.guess_type(file.name)[0] or "application/octet-stream", origin)

    def is_folder(self, path: str) -> bool:
        """Whether the same path with a slash at its end is a page."""
        return self.find(f"{path}/") is not None

    @staticmethod
    def _load(file: Path, content_type: str, origin: str = "") -> Resource:
        body = file.read_bytes()
        if file.name in NAMES_ITSELF:
            body = body.replace(b"{origin}", origin.encode("ascii", "ignore"))
        if content_type.startswith(TEXT_TYPES):
            content_type = f"{content_type}; charset=utf-8"
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return Resource(body, content_type, etag, file.stat().st_mtime)


class Handler(BaseHTTPRequestHandler):
    """Answers one request; `site` is set by `serve`."""

    server_version = "HarrowmereDemo"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        resource = self.site.find(path, f"http://{self.headers.get('Host', '')}")
        if resource is None and not path.endswith("/") and self.site.is_folder(path):
            self._redirect(f"{path}/")
        elif resource is None:
            self._not_found(with_body=with_body)
        elif self._is_known(resource):
            self._not_modified(resource)
        else:
            self._send(HTTPStatus.OK, resource, with_body=with_body)

    def _is_known(self, resource: Resource) -> bool:
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return resource.etag in known or "*" in known
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return int(resource.modified) <= parsedate_to_datetime(since).timestamp()
        except (TypeError, ValueError):
            return False

    def _validators(self, resource: Resource) -> None:
        self.send_header("ETag", resource.etag)
        self.send_header("Last-Modified", formatdate(resource.modified, usegmt=True))
        self.send_header("Cache-Control", "no-cache")

    def _send(self, status: HTTPStatus, resource: Resource, *, with_body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", resource.content_type)
        self.send_header("Content-Length", str(len(resource.body)))
        self._validators(resource)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(resource.body)

    def _not_modified(self, resource: Resource) -> None:
        self.send_response(HTTPStatus.NOT_MODIFIED)
        self._validators(resource)
        self.end_headers()

    def _redirect(self, path: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _not_found(self, *, with_body: bool) -> None:
        page = self.site.find("/404.html")
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._send(HTTPStatus.NOT_FOUND, page, with_body=with_body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: the site is asked for a page every few milliseconds while it is scraped."""


class Server(ThreadingHTTPServer):
    """Threads end with the process; the address is free again at once."""

    daemon_threads = True
    allow_reuse_address = True


def server(host: str = "127.0.0.1", port: int = 0, folder: Path = HERE) -> Server:
    """A server that is bound and not yet running; port 0 takes a free one."""
    handler = type("SiteHandler", (Handler,), {"site": Site(folder)})
    return Server((host, port), handler)


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Serves until terminated. Exit status 1 where the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m demo.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8031)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args(arguments)
    try:
        running = server(options.host, options.port)
    except OSError as error:
        sys.stderr.write(
            f"The demo site cannot listen on {options.host}:{options.port} ({error.strerror}). "
            "Choose another port with --port.\n"
        )
        return 1
    signal.signal(signal.SIGTERM, _stop)
    sys.stdout.write(f"The demo site is at http://{options.host}:{running.server_address[1]}/investors/\n")
    sys.stdout.flush()
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        running.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
