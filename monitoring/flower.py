"""Flower's pages, fetched for staff: the only way to them.

Flower itself listens where nobody else reaches it and asks for a password that only the web pages
know. Whoever is signed in as staff and may see runs gets its pages through here, to look at: nothing
that would change something is passed on.
"""

import socket
from base64 import b64encode
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.views.decorators.csrf import csrf_exempt

PREFIX = "/admin/flower/"
SECONDS = 10
LARGEST = 20 * 1024 * 1024
# Flower asks for the rows of its table by POST; it only reads them.
READ_BY_POST = frozenset({"tasks/datatable"})
ASKED = ("Accept", "Content-Type", "If-None-Match", "If-Modified-Since", "X-Requested-With")
ANSWERED = ("Content-Type", "Cache-Control", "ETag", "Expires", "Last-Modified", "Location")
# Its pages hold scripts of their own and no other's.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class _SocketConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("flower", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _page(request: HttpRequest, path: str) -> HttpResponse:
    if not request.user.has_perm("jobs.view_taskrun"):
        raise PermissionDenied
    if not (request.method in ("GET", "HEAD") or (request.method == "POST" and path in READ_BY_POST)):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    try:
        return _fetched(request, path)
    except (OSError, HTTPException, ValueError):
        context = {**admin.site.each_context(request), "title": "Workers"}
        return TemplateResponse(request, "admin/flower_away.html", context, status=503)


# Only reading is passed on, so that no form's token is needed for the table that is read by POST.
_page.csrf_exempt = True  # type: ignore[attr-defined]
flower = csrf_exempt(admin.site.admin_view(_page))


def _fetched(request: HttpRequest, path: str) -> HttpResponse:
    """Raises OSError, HTTPException or ValueError where Flower does not answer as it should."""
    query = request.META.get("QUERY_STRING", "")
    address = PREFIX + quote(path, safe="/@:+,=~!$&'()*;") + (f"?{query}" if query else "")
    headers = {name: request.headers[name] for name in ASKED if name in request.headers}
    if settings.FLOWER_ACCOUNT:
        account = b64encode(settings.FLOWER_ACCOUNT.encode()).decode()
        headers["Authorization"] = f"Basic {account}"
    connection = _connection(settings.FLOWER_URL)
    try:
        connection.request(request.method or "GET", address, body=request.body or None, headers=headers)
        return _answer(connection.getresponse())
    finally:
        connection.close()


def _answer(fetched: HTTPResponse) -> HttpResponse:
    content = fetched.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("The page is too large.")
    if fetched.status == 401:
        raise ValueError("Flower has another password than the web pages.")
    answer = HttpResponse(content, status=fetched.status)
    del answer.headers["Content-Type"]
    for name in ANSWERED:
        if value := fetched.getheader(name):
            answer.headers[name] = value
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _connection(where: str) -> HTTPConnection:
    parts = urlsplit(where)
    if parts.scheme == "unix":
        return _SocketConnection(parts.path)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
