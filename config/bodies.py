"""How much a request may bring: refused by its announced length, before anything of it is read."""

from collections.abc import Callable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

# Beside the file itself a form holds its other fields and the boundaries between them.
FORM_BYTES = 1024 * 1024


class LargestBody:
    """Answers 413 to a body that is larger than a file that may be uploaded, or, without a file, than
    what is kept in memory. A body that announces no length is not read at all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        is_form = request.content_type == "multipart/form-data"
        most = settings.UPLOAD_MAX_BYTES + FORM_BYTES if is_form else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length.isdecimal() and int(length) <= most:
            return self.get_response(request)
        message = f"The request is too large. At most {most // 1024**2} MB are taken."
        return JsonResponse({"code": "too_large", "message": message}, status=413)


class DepthLimitedJSONParser(JSONParser):
    """The library's, which takes JSON that is nested without end for a defect of ours."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply.") from None
