"""The request that is being answered, for those who write down what it changes."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

_REQUEST: ContextVar[HttpRequest | None] = ContextVar("audit_request", default=None)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from. Outside of a request all is empty."""

    person: Any = None
    request_id: str = ""
    address: str = ""


class AuditContext:
    """Middleware that keeps the request at hand while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _REQUEST.set(request)
        try:
            return self.get_response(request)
        finally:
            _REQUEST.reset(token)


def origin(request: HttpRequest | None = None) -> Origin:
    """Of this request, or of the one being answered."""
    request = request or _REQUEST.get()
    if request is None:
        return Origin()
    # Of the API's own kind the one inside: asking that for its person would check the password again.
    request = getattr(request, "_request", request)
    return Origin(
        # Asked for now and not at the beginning: the API knows the person only after its own check.
        person=getattr(request, "user", None),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        address=import_string(settings.AUDIT_CLIENT_ADDRESS)(request),
    )
