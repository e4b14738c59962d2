"""Posting JSON to a service that the operator has named, such as a language model.

The same gates as for fetching: the address is judged and connected to in one step, the whole exchange
has one deadline, headers and body have limits, no proxy and nothing of the environment takes part.
Redirects are not followed, because the request carries a key that belongs to one host alone.
robots.txt says nothing about services and is not asked.
"""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from net import failures
from net.addresses import AddressPolicy, Target, checked_addresses, parse_url
from net.connection import CheckedConnection, tls_context
from net.headers import header_value, joined

READ_SIZE = 65536


@dataclass(frozen=True)
class PostOptions:
    """How to post. `seconds` are for the whole exchange, `idle_seconds` for silence within it."""

    policy: AddressPolicy = field(default_factory=AddressPolicy)
    seconds: float = 120.0
    idle_seconds: float = 120.0
    connect_seconds: float = 10.0
    largest_answer: int = 4 * 1024 * 1024
    header_limit: int = 65536
    user_agent: str = "Tenfold/0.1"


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back, whatever its status. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post_json(url: str, body: bytes, headers: Mapping[str, str], options: PostOptions) -> Posted:
    """Sends the body and reads the whole answer.

    Raises:
        FetchFailed: bad_url, blocked_address, name_not_resolved, connection_failed, tls_failed,
            timeout, too_slow, too_large, wrong_length or bad_response. No status is a failure here.
    """
    target = parse_url(url)
    connection = CheckedConnection(
        target,
        checked_addresses(target, options.policy),
        deadline=time.monotonic() + options.seconds,
        connect_seconds=options.connect_seconds,
        idle_seconds=options.idle_seconds,
        header_limit=options.header_limit,
        tls=tls_context() if target.scheme == "https" else None,
    )
    sent = {
        "User-Agent": options.user_agent,
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Connection": "close",
        **{name: header_value(value) for name, value in headers.items()},
    }
    try:
        with failures.named(target):
            connection.connect()
            connection.request("POST", target.path, body=body, headers=sent)
            response = connection.getresponse()
            return Posted(response.status, joined(response), _body(target, response, options))
    finally:
        connection.close()


def _body(target: Target, response: http.client.HTTPResponse, options: PostOptions) -> bytes:
    pieces, size = [], 0
    while piece := response.read1(READ_SIZE):
        size += len(piece)
        if size > options.largest_answer:
            raise failures.too_large(target, options.largest_answer, "sends more")
        pieces.append(piece)
    if response.length:
        raise failures.wrong_length(target, f"{response.length:,} bytes fewer than announced")
    return b"".join(pieces)
