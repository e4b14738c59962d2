"""A web server on this machine for tests, and a small investor-relations site to put on it.

with LocalSite() as site:
    site.add("/page", b"<html>…", content_type="text/html")
    site.add_raw("/cut", lambda connection: connection.sendall(b"HTTP/1.1 200 OK\\r\\n…"))
    fetcher(site).get(site.url("/page"))
    assert [request.path for request in site.requests] == ["/robots.txt", "/page"]
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Reply:
    """What the server answers. `headers` go out as given, in order, after the standard ones."""

    body: bytes = b""
    status: int = 200
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None  # a Content-Length other than the true one


@dataclass
class Request:
    """What arrived. `began` and `ended` are readings of the monotonic clock; `ended` is infinite
    while the answer is under way."""

    path: str
    headers: dict[str, str]
    began: float
    ended: float


Answering = Callable[["Request"], Reply]
Speaking = Callable[[socket.socket], Any]


class LocalServer:
    """A server on a port of its own that answers in a thread while its block runs."""

    def _prepare(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def pair(self) -> str:
        """As an address policy wants it."""
        return f"127.0.0.1:{self.port}"


@dataclass
class LocalSite(LocalServer):
    """Routes by path with query; a path without a route is a 404, robots.txt included."""

    requests: list[Request] = field(default_factory=list)
    tls: ssl.SSLContext | None = None

    def __post_init__(self) -> None:
        self._answers: dict[str, Answering] = {}
        self._raw: dict[str, Speaking] = {}
        self._lock = threading.Lock()
        self._prepare(self._handler())
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def add(
        self,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        content_type: str = "text/html; charset=utf-8",
        headers: tuple[tuple[str, str], ...] = (),
        length: int | None = None,
    ) -> None:
        reply = Reply(body, status, content_type, headers, length)
        self._answers[path] = lambda _request: reply

    def add_answer(self, path: str, answer: Answering) -> None:
        """Decides per request."""
        self._answers[path] = answer

    def add_raw(self, path: str, speak: Speaking) -> None:
        """Writes to the connection byte by byte, headers included."""
        self._raw[path] = speak

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        self.add(path, status=status, headers=(("Location", to),))

    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [request.path for request in self.requests if request.path != "/robots.txt"]

    def wait(self, seconds: float) -> None:
        """Sleeps, but not beyond the end of the test."""
        self._stopping.wait(seconds)

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                began = time.monotonic()
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.path, headers, began, float("inf"))
                with site._lock:
                    site.requests.append(request)
                try:
                    if self.path in site._raw:
                        site._raw[self.path](self.connection)
                        self.close_connection = True
                    else:
                        answer = site._answers.get(self.path)
                        self._reply(answer(request) if answer else Reply(b"nothing here", 404, "text/plain"))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True
                finally:
                    request.ended = time.monotonic()

            def _reply(self, reply: Reply) -> None:
                self.send_response(reply.status)
                if reply.content_type:
                    self.send_header("Content-Type", reply.content_type)
                for name, value in reply.headers:
                    self.send_header(name, value)
                length = len(reply.body) if reply.length is None else reply.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                if reply.status != 304:
                    self.wfile.write(reply.body)
                self.close_connection = True

            def log_message(self, *_arguments: object) -> None:
                """Keeps the test's output clean."""

        return Handler


def small_pdf(*lines: str) -> bytes:
    """A valid PDF of one page with these lines of text, the same bytes for the same lines."""
    drawn = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    content = f"BT /F1 12 Tf 14 TL 72 760 Td {drawn} ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


ROBOTS = b"""User-agent: *
Disallow: /private/
Sitemap: /sitemap.xml
"""

HOME = """<html><head><title>Northwind Instruments</title></head><body>
<nav><a href="/about.html">About us</a> <a href="/investors/">Investors</a>
<a href="/careers">Careers</a></nav>
<p>Instruments for laboratories.</p>
<footer><a href="/privacy.pdf">Privacy policy</a></footer></body></html>"""

INVESTORS = """<html><head><title>Investor relations</title></head><body><h1>Investor relations</h1>
<ul><li><a href="reports.html">Reports and presentations</a></li>
<li><a href="/investors/archive.html">Report archive</a></li>
<li><a href="calendar.html?month=2024-05">Financial calendar</a></li>
<li><a href="/private/board.html">Board papers</a></li></ul></body></html>"""

REPORTS = """<html><head><title>Reports</title></head><body><h1>Reports</h1>
<h2>2024</h2><table><tr><th>Document</th><th>File</th></tr>
<tr><td>Annual report 2024</td><td><a href="/files/ar-2024.pdf">PDF</a></td></tr>
<tr><td>Half-year report 2024</td><td><a href="/files/hy-2024.pdf">PDF</a></td></tr>
<tr><td>Results presentation 2024</td><td><a href="/files/pres-2024.pdf">PDF</a></td></tr></table>
<h2>2023</h2><table><tr><td>Annual report 2023</td><td><a href="/files/ar-2023.pdf">PDF</a></td></tr></table>
</body></html>"""

ARCHIVE = """<html><head><title>Archive</title></head><body><h1>Annual reports</h1>
<p>2022 <a href="/files/ar-2022.pdf?utm_source=site">Annual report 2022</a></p>
<p>2021 <a href="/files/ar-2021.pdf">Annual report 2021</a></p>
<p>2020 <a href="/files/withheld.pdf">Annual report 2020</a></p></body></html>"""


def add_investor_site(site: LocalSite) -> dict[str, bytes]:
    """Puts the site of an invented company on the server and returns its PDF files by path.

    One report is refused with 403, one directory is closed by robots.txt, and a calendar would lead
    on for ever.
    """
    site.add("/robots.txt", ROBOTS, content_type="text/plain")
    for path, page in {
        "/": HOME,
        "/investors/": INVESTORS,
        "/investors/reports.html": REPORTS,
        "/investors/archive.html": ARCHIVE,
    }.items():
        site.add(path, page.encode())
    files = {
        f"/files/ar-{year}.pdf": small_pdf("Northwind Instruments", f"Annual report {year}")
        for year in (2021, 2022, 2023, 2024)
    }
    files["/files/hy-2024.pdf"] = small_pdf("Northwind Instruments", "Half-year report 2024")
    files["/files/pres-2024.pdf"] = small_pdf("Northwind Instruments", "Results presentation 2024")
    for path, body in files.items():
        site.add(path, body, content_type="application/pdf", headers=(("ETag", f'"{len(body)}"'),))
    site.add(
        "/files/ar-2022.pdf?utm_source=site", files["/files/ar-2022.pdf"], content_type="application/pdf"
    )
    site.add("/files/withheld.pdf", b"members only", status=403)
    for month in range(1, 13):
        following = f'<a href="calendar.html?month=2024-{month % 12 + 1:02}">Next month</a>'
        site.add(f"/investors/calendar.html?month=2024-{month:02}", following.encode())
    return files


@contextmanager
def investor_site() -> Iterator[LocalSite]:
    """The invented company's site, running."""
    with LocalSite() as site:
        add_investor_site(site)
        yield site
