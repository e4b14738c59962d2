"""The sites of the soak's companies: every report of the invented company of many years, under as many
names as are asked for, each copy with a content of its own; slow or cut short while it is told to be."""

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from benchmarks.many_years import YearReport, reports

PORTS = 4  # politeness is kept by host and port, and one port would be the narrowest place of all
SLOW_SECONDS = 1.5


@dataclass
class Manners:
    """How the sites behave now, and how often they were asked for pages and for files."""

    slow: bool = False
    cut_short: bool = False
    broken: bool = False
    asked: dict[str, int] = field(default_factory=lambda: {"pages": 0, "files": 0})


def copy_of(report: YearReport, company: str) -> bytes:
    """The same pages with another content: what follows the end of a PDF is read by nobody."""
    return report.pdf + f"\n% {company}\n".encode()


def page_of(company: str) -> str:
    links = "".join(
        f'<li><a href="/{company}/files/{report.name}.pdf">Annual report {report.period_end:%Y-%m}</a></li>'
        for report in reports()
    )
    return (
        f"<!DOCTYPE html><html lang=en><head><title>Annual reports of {company}</title></head>"
        f"<body><h1>Annual reports</h1><ul>{links}</ul></body></html>"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    manners: Manners

    def do_GET(self) -> None:
        company, _, rest = self.path.strip("/").partition("/")
        if self.manners.slow:
            time.sleep(SLOW_SECONDS)
        if self.path == "/robots.txt":
            return self._answer(200, "text/plain", b"User-agent: *\nAllow: /\n")
        if self.manners.broken:
            return self._answer(503, "text/plain", b"The site is being mended.")
        if rest == "investors":
            self.manners.asked["pages"] += 1
            return self._answer(200, "text/html; charset=utf-8", page_of(company).encode())
        found = next((one for one in reports() if rest == f"files/{one.name}.pdf"), None)
        if found is None:
            return self._answer(404, "text/plain", b"nothing here")
        self.manners.asked["files"] += 1
        self._answer(200, "application/pdf", copy_of(found, company), cut_short=self.manners.cut_short)

    def _answer(self, status: int, kind: str, body: bytes, *, cut_short: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self.wfile.write(body[: len(body) // 2] if cut_short else body)
        except OSError:
            pass  # whoever asked was killed
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: thousands of files are asked for."""


class Sites:
    """The servers, which run while the block does."""

    def __init__(self) -> None:
        self.manners = Manners()
        handler = type("Handler", (_Handler,), {"manners": self.manners})
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(PORTS)]
        for server in self._servers:
            server.daemon_threads = True

    def __enter__(self) -> "Sites":
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def hosts(self) -> list[str]:
        """As settings name hosts that may be contacted."""
        return [f"127.0.0.1:{server.server_address[1]}" for server in self._servers]

    def address(self, number: int) -> str:
        """Where the search for reports of a company begins."""
        return f"http://{self.hosts[number % PORTS]}/company-{number}/investors/"
