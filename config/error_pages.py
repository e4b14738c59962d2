"""What somebody sees when a page is not there, not theirs, or failed: what happened, what to do, and
whether trying again helps. Programs that call the API get the same sentence as JSON."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist, loader

# What the framework says by itself tells visitors nothing.
_OF_THE_FRAMEWORK = re.compile(r"Resolver404|Http404|PermissionDenied|No \w[\w ]* matches the given query\.|")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """The status, a heading, what happened if nothing better is known, and what to do."""

    status: int
    title: str
    happened: str
    todo: str


BAD_REQUEST = ErrorPage(
    400,
    "This could not be understood",
    "The address or what was sent along is not in order.",
    "Go back and try it another way; the same again will give the same answer.",
)
DENIED = ErrorPage(
    403,
    "This is not open to you",
    "Your account may not do or see this.",
    "Ask an administrator for the permission, or sign in with another account. Trying again does not help"
    " before that.",
)
FORM_TOO_OLD = ErrorPage(
    403,
    "The form was too old",
    "The page was open for so long, or in so many windows, that nobody can tell whether it was you who sent"
    " the form. Nothing was changed.",
    "Go back, reload the page and send the form again: that usually helps. Cookies have to be allowed.",
)
NOT_FOUND = ErrorPage(
    404,
    "This is not there",
    "There is no page at this address. It may have been deleted, or the address is misspelt.",
    "Look for it from the overview. Trying again does not help.",
)
FAILED = ErrorPage(
    500,
    "Something went wrong here",
    "The page could not be made, which is no fault of yours. What happened stands in the log of the web"
    " server.",
    "Trying again helps if something was away for a moment. If it does not, tell an administrator the time"
    " and the address.",
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # What was wrong with it is not repeated: it may be what somebody wants to have shown.
    return _answer(request, BAD_REQUEST)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, DENIED, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, NOT_FOUND, exception)


def failed(request: HttpRequest) -> HttpResponse:
    return _answer(request, FAILED)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, FORM_TOO_OLD)


def _answer(request: HttpRequest, page: ErrorPage, exception: Exception | None = None) -> HttpResponse:
    happened = _sentence(exception) or page.happened
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": f"{happened} {page.todo}"}, status=page.status)
    # Without the request: what made the page fail may be what tells templates about it.
    context: dict[str, Any] = {"page": page, "happened": happened}
    try:
        return HttpResponse(loader.render_to_string("error.html", context), status=page.status)
    except (TemplateDoesNotExist, ValueError, OSError):
        text = f"{page.title}. {happened} {page.todo}"
        return HttpResponse(text, status=page.status, content_type="text/plain; charset=utf-8")


def _sentence(exception: Exception | None) -> str:
    """What was said where it was raised, unless it is a word of the framework's own."""
    said = exception.args[0] if exception is not None and exception.args else ""
    if not isinstance(said, str) or _OF_THE_FRAMEWORK.fullmatch(said):
        return ""
    return said
