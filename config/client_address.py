"""Which machine a request comes from, for counting tries by address."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address of the connection; behind a proxy of ours the one which that proxy has added.

    Whatever stands before that in the header was written by the visitor.
    """
    if settings.REST_FRAMEWORK["NUM_PROXIES"]:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        last = forwarded.rpartition(",")[2].strip()
        if last:
            return last
    return str(request.META.get("REMOTE_ADDR", ""))
