"""Which machine a request comes from, for counting tries by address."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address of the connection; behind proxies of ours the one which the outermost of them has added.

    Whatever stands before that in the header was written by the visitor.
    """
    if proxies := settings.REST_FRAMEWORK["NUM_PROXIES"]:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        added = forwarded[-min(proxies, len(forwarded))].strip()
        if added:
            return added
    return str(request.META.get("REMOTE_ADDR", ""))
