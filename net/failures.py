"""The sentences of failed requests: what happened, what to do, whether trying again helps."""

import http.client
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from net.addresses import Target
from net.connection import HeadersTooLarge, OutOfTime
from net.errors import FetchFailed
from net.retry_after import seconds_to_wait

REFUSED_STATUSES = frozenset({401, 403, 407, 451})
GONE_STATUSES = frozenset({404, 410})
LASTING_SERVER_ERRORS = frozenset({501, 505})
PASSING_REFUSALS = frozenset({408, 425})


def refusal(target: Target, status: int, headers: Mapping[str, str], challenged: bool) -> FetchFailed:
    """The failure that belongs to a status without a usable body."""
    if challenged or status in REFUSED_STATUSES:
        return _blocked_by_site(target, status, challenged)
    if status == 429:
        return _rate_limited(target, status, headers)
    if status in GONE_STATUSES:
        return FetchFailed(
            "not_found",
            target.url,
            f"{target.host} has nothing at this address (status {status}). Look for the new address on "
            "the site; trying again does not help.",
            status=status,
        )
    if status >= 500:
        return _server_error(target, status, headers)
    if status >= 400:
        again = status in PASSING_REFUSALS
        return FetchFailed(
            "http_4xx",
            target.url,
            f"{target.host} refuses the request (status {status}). Check the address; trying again "
            + ("may help." if again else "does not help."),
            status=status,
            retryable=again,
        )
    return FetchFailed(
        "bad_response",
        target.url,
        f"{target.host} answered with status {status}, which carries no document. Trying again does not "
        "help.",
        status=status,
    )


def too_large(target: Target, limit: int, how: str) -> FetchFailed:
    return FetchFailed(
        "too_large",
        target.url,
        f"{target.host} {how} and {limit:,} bytes are allowed. If the file is wanted, an administrator can "
        "raise the limit; trying again does not help.",
    )


def too_slow(target: Target, received: int, seconds: float) -> FetchFailed:
    return FetchFailed(
        "too_slow",
        target.url,
        f"{target.host} sent {received:,} bytes in {seconds:.0f} seconds, which would take too long. Trying "
        "again at another hour may help.",
    )


def wrong_length(target: Target, what: str) -> FetchFailed:
    return FetchFailed(
        "wrong_length",
        target.url,
        f"{target.host} sent {what}, so the file is not whole. Trying again may help.",
    )


def undecodable(target: Target, reason: Exception) -> FetchFailed:
    return FetchFailed(
        "bad_response",
        target.url,
        f"{target.host} packed its answer in a way that is not accepted ({reason}). Trying again does not "
        "help.",
    )


def endless_redirects(url: str, how: str) -> FetchFailed:
    return FetchFailed(
        "too_many_redirects",
        url,
        f"The address never arrives: {how}. Open it in a browser and enter where it ends; trying again does "
        "not help.",
    )


def redirect_without_address(target: Target, status: int) -> FetchFailed:
    return FetchFailed(
        "bad_response",
        target.url,
        f"{target.host} redirects without saying where to. Trying again does not help.",
        status=status,
    )


def insecure_redirect(url: str, start: Target, end: Target, status: int) -> FetchFailed:
    return FetchFailed(
        "insecure_redirect",
        url,
        f"{start.host} is secure and sends on to the insecure address {end.url}, which is not followed. "
        "Enter that address yourself if it is right; trying again does not help.",
        status=status,
    )


def robots_unreadable(target: Target) -> FetchFailed:
    return FetchFailed(
        "robots_disallow",
        target.url,
        f"{target.host} could not say what its robots.txt permits, which counts as a no until it can. "
        "Trying again later helps.",
        retryable=True,
    )


def robots_forbids(target: Target) -> FetchFailed:
    return FetchFailed(
        "robots_disallow",
        target.url,
        f"The robots.txt of {target.host} does not permit this address. Get the file by hand and upload it; "
        "trying again does not help.",
    )


def host_paused(url: str, target: Target, seconds: float, reason: str) -> FetchFailed:
    why = {
        "paused": "it asked for a pause",
        "failing": "it failed several times in a row",
        "busy": "another request to it is under way",
        "gap": "requests to one host are kept apart",
        "unknown": "the server on which workers agree on their turns does not answer",
    }
    return FetchFailed(
        "host_paused",
        url,
        f"{target.host} is left alone for another {seconds:.0f} seconds, because {why[reason]}. Trying again "
        "after that helps.",
        retry_after=seconds,
    )


@contextmanager
def named(target: Target) -> Iterator[None]:
    """Turns what the socket, TLS and the protocol raise into failures with a code."""
    try:
        yield
    except OutOfTime as reason:
        raise FetchFailed(
            "too_slow",
            target.url,
            f"{target.host} did not finish its answer in the time allowed. Trying again at another hour may "
            "help.",
        ) from reason
    except HeadersTooLarge as reason:
        raise FetchFailed(
            "too_large",
            target.url,
            f"{target.host} answered with {reason}. Such an answer is not read; trying again does not help.",
        ) from reason
    except TimeoutError as reason:
        raise FetchFailed(
            "timeout",
            target.url,
            f"{target.host} was silent for too long. Trying again later may help.",
        ) from reason
    except ssl.SSLError as reason:
        raise _tls_failed(target, reason) from reason
    except http.client.IncompleteRead as reason:
        raise wrong_length(target, "a body that breaks off") from reason
    except OSError as reason:
        raise FetchFailed(
            "connection_failed",
            target.url,
            f"The connection to {target.host} failed ({_plain(reason)}). Trying again later may help.",
        ) from reason
    except (http.client.HTTPException, ValueError) as reason:
        raise FetchFailed(
            "bad_response",
            target.url,
            f"{target.host} did not answer in proper HTTP ({_plain(reason)}). Trying again does not help.",
        ) from reason


def _blocked_by_site(target: Target, status: int, challenged: bool) -> FetchFailed:
    how = "asks for a human being" if challenged else f"refuses with status {status}"
    return FetchFailed(
        "blocked_by_site",
        target.url,
        f"{target.host} {how}. Get the file by hand and upload it, or ask the site's owner for access; "
        "trying again does not help.",
        status=status,
    )


def _rate_limited(target: Target, status: int, headers: Mapping[str, str]) -> FetchFailed:
    wait = seconds_to_wait(headers.get("retry-after"), datetime.now(UTC))
    return FetchFailed(
        "rate_limited",
        target.url,
        f"{target.host} asks for fewer requests. It is left alone for {wait:.0f} seconds; trying again after "
        "that helps.",
        status=status,
        retry_after=wait,
    )


def _server_error(target: Target, status: int, headers: Mapping[str, str]) -> FetchFailed:
    again = status not in LASTING_SERVER_ERRORS
    asked = headers.get("retry-after") if status == 503 else None
    return FetchFailed(
        "http_5xx",
        target.url,
        f"{target.host} failed to answer (status {status}). Trying again later "
        + ("may help." if again else "does not help."),
        status=status,
        retryable=again,
        retry_after=None if asked is None else seconds_to_wait(asked, datetime.now(UTC)),
    )


def _tls_failed(target: Target, reason: ssl.SSLError) -> FetchFailed:
    if isinstance(reason, ssl.SSLCertVerificationError):
        what = f"its certificate is not valid: {reason.verify_message}"
    else:
        what = f"no secure connection came about: {reason.reason or 'unknown reason'}"
    return FetchFailed(
        "tls_failed",
        target.url,
        f"{target.host} cannot be trusted, {what}. The site's owner has to repair that; trying again does "
        "not help.",
    )


def _plain(reason: BaseException) -> str:
    """What went wrong without addresses of machines, which are nobody's business but ours."""
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return type(reason).__name__
