"""What an address may hold at all."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NoNullCharacters:
    """Refuses an address with the character of code 0 with 400: PostgreSQL keeps it in no text and ends
    the query with an error, whichever page it was asked through, and nobody means it."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("The address holds a character that cannot be part of one.")
        return self.answer(request)
