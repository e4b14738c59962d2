"""Why a request gave nothing, in stable codes.

code                 again?  what happened
bad_url              no      the address cannot be used at all
blocked_address      no      the address leads to a machine that must not be contacted
robots_disallow      no      the site's robots.txt says no; yes while that file cannot be read
blocked_by_site      no      401, 403 or a page that asks for a human being
not_found            no      404, 410
http_4xx             no      any other refusal; yes for 408 and 425
rate_limited         yes     429; `retry_after` says when
http_5xx             yes     the server failed; no for 501 and 505
host_paused          yes     this side holds back: the host asked for a pause, failed often or is busy
name_not_resolved    yes     no machine of that name is known
connection_failed    yes     refused, reset or cut
tls_failed           no      the certificate or the handshake is not acceptable
timeout              yes     nothing came for too long
too_slow             yes     something came, far too slowly
too_large            no      more bytes than allowed, packed or unpacked
wrong_length         yes     the body is not as long as announced
bad_response         no      what came is not proper HTTP
too_many_redirects   no      a circle or a chain that is too long
insecure_redirect    no      a secure address sends on to an insecure one
"""

RETRYABLE_CODES = frozenset(
    {
        "rate_limited",
        "http_5xx",
        "host_paused",
        "name_not_resolved",
        "connection_failed",
        "timeout",
        "too_slow",
        "wrong_length",
    }
)

CODES = RETRYABLE_CODES | {
    "bad_url",
    "blocked_address",
    "robots_disallow",
    "blocked_by_site",
    "not_found",
    "http_4xx",
    "tls_failed",
    "too_large",
    "bad_response",
    "too_many_redirects",
    "insecure_redirect",
}


class FetchFailed(Exception):
    """A request that gave nothing usable.

    `code` is one of `CODES`; `status` the HTTP status where there was one; `retry_after` the
    seconds to wait before trying again, where that is known. `message` is for an operator: what
    happened, what to do, whether trying again helps.
    """

    def __init__(
        self,
        code: str,
        url: str,
        message: str,
        *,
        status: int | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(f"{code!r} is not a code of a failed request")
        super().__init__(message)
        self.code = code
        self.url = url
        self.message = message
        self.status = status
        self.retryable = code in RETRYABLE_CODES if retryable is None else retryable
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (self.code, self.url, self.message, self.status, self.retryable, self.retry_after))


def _rebuilt(
    code: str, url: str, message: str, status: int | None, retryable: bool, retry_after: float | None
) -> FetchFailed:
    """A failure taken apart and put together again, as crossing a process border needs."""
    return FetchFailed(code, url, message, status=status, retryable=retryable, retry_after=retry_after)
