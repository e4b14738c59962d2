"""Fetching: one request with all its limits.

    get      a page, a feed, a sitemap: the body in memory
    stream   a report: the body into a file, hashed on the way

Every hop of a redirect passes the same gates: address, robots.txt, a turn at the host. No cookies,
credentials, proxies or settings of the environment take part.
"""

import http.client
import io
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO
from urllib.parse import urljoin

from net import failures
from net.addresses import Target, checked_addresses, parse_url
from net.challenges import is_challenge
from net.connection import CheckedConnection, tls_context
from net.content import SNIFFED_BYTES, media_type_of
from net.errors import FetchFailed
from net.filenames import name_in_disposition
from net.headers import charset, header_value, joined, read_as_utf8, short
from net.limiter import HostLimiter, HostUnavailable, turn_at
from net.receiving import READ_SIZE, CannotWrite, Digest, naming_decoder, refusal_head
from net.robots import KEPT_SECONDS, LARGEST_ROBOTS, Robots, RobotsMemory, robots_from
from net.values import Fetched, FetchOptions, Streamed

REMEMBERED_ORIGINS = 500
SOON = 60.0  # seconds after which a site that could not say what it permits is asked again
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BODY_STATUSES = frozenset({200, 203})
FAILURES_OF_HOST = frozenset({"connection_failed", "timeout", "too_slow", "http_5xx"})


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one request asks for."""

    url: str
    seconds: float
    most_bytes: int
    accept: str
    accept_encoding: str
    etag: str | None = None
    last_modified: str | None = None
    start_suffices: bool = False  # an answer that is too long is read as far as allowed
    documents_unwanted: bool = False  # of a document only the first bytes are read
    proves_health: bool = True  # an answer makes earlier failures of the host forgotten


@dataclass(frozen=True, slots=True)
class _Answer:
    """Where a request ended and how long the exchange took."""

    target: Target
    status: int
    headers: Mapping[str, str]
    seconds: float = 0.0
    is_whole: bool = True
    end_known: bool = True

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").strip().lower()[:200]


class Fetcher:
    """Fetches by one set of options. Not for use by several threads at once.

    `robots_memory` spares sites the same question from every worker and every download.
    """

    def __init__(
        self, options: FetchOptions, limiter: HostLimiter, robots_memory: RobotsMemory | None = None
    ) -> None:
        self.options = options
        self.limiter = limiter
        self._robots_memory = robots_memory
        self._robots: OrderedDict[tuple[str, str, int], tuple[float, Robots]] = OrderedDict()

    def get(
        self,
        url: str,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
        documents_unwanted: bool = False,
    ) -> Fetched:
        """Fetches a page into memory. With `documents_unwanted` an address that turns out to lead to a
        document costs only its first bytes; `media_type` then says what it is.

        Raises:
            FetchFailed: any of its codes
        """
        buffer = io.BytesIO()
        wish = _Wish(
            url,
            self.options.page_seconds,
            max_bytes or self.options.largest_page,
            "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.5",
            "gzip, deflate",
            etag,
            last_modified,
            documents_unwanted=documents_unwanted,
        )
        digest, answer = self._fetch(wish, buffer)
        return Fetched(
            url=url,
            final_url=answer.target.url,
            status=answer.status,
            content_type=answer.content_type,
            media_type=media_type_of(digest.head),
            charset=charset(answer.content_type),
            body=buffer.getvalue(),
            etag=short(answer.headers, "etag"),
            last_modified=short(answer.headers, "last-modified"),
            not_modified=answer.not_modified,
            disposition_name=name_in_disposition(answer.headers.get("content-disposition")),
            is_whole=answer.is_whole,
        )

    def stream(
        self,
        url: str,
        write_to: BinaryIO,
        etag: str | None = None,
        last_modified: str | None = None,
        max_bytes: int | None = None,
    ) -> Streamed:
        """Fetches a file into `write_to`. On failure the file may hold a part; the caller drops it.

        Raises:
            FetchFailed: any of its codes
            OSError: `write_to` cannot take the bytes, for instance because the disk is full
        """
        wish = _Wish(
            url,
            self.options.file_seconds,
            max_bytes or self.options.largest_file,
            "application/pdf,application/zip,application/xhtml+xml,*/*;q=0.5",
            "identity",
            etag,
            last_modified,
        )
        try:
            digest, answer = self._fetch(wish, write_to)
        except CannotWrite as failure:
            raise failure.reason from None
        return Streamed(
            url=url,
            final_url=answer.target.url,
            status=answer.status,
            content_type=answer.content_type,
            media_type=media_type_of(digest.head),
            size=digest.size,
            sha256=digest.sha256,
            head=digest.head,
            etag=short(answer.headers, "etag"),
            last_modified=short(answer.headers, "last-modified"),
            not_modified=answer.not_modified,
            disposition_name=name_in_disposition(answer.headers.get("content-disposition")),
            end_known=answer.end_known,
        )

    def robots_for(self, url: str) -> Robots:
        """The rules of the site that `url` belongs to, kept for a day.

        Raises:
            FetchFailed: the site cannot be reached at all
        """
        target = parse_url(url)
        kept = self._robots.get(target.origin)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        origin = target.url.removesuffix(target.path)
        answered = self._robots_memory.recall(origin) if self._robots_memory else None
        if answered is None:
            answered = self._asked_for_robots(origin)
            if self._robots_memory:
                self._robots_memory.keep(origin, *answered, _lasting(answered[0]))
            lasting = _lasting(answered[0])
        else:
            lasting = SOON  # how old the shared answer is, only its keeper knows
        robots = robots_from(*answered, self.options.product)
        self._robots[target.origin] = (time.monotonic() + lasting, robots)
        while len(self._robots) > REMEMBERED_ORIGINS:
            self._robots.popitem(last=False)
        return robots

    def _fetch(self, wish: _Wish, write_to: BinaryIO) -> tuple[Digest, _Answer]:
        """Follows the redirects of a request to its end."""
        target = parse_url(wish.url)
        seen = {target.url}
        seconds_left = wish.seconds  # of exchanges; waiting for a turn does not count
        for _hop in range(self.options.most_redirects + 1):
            gap = self._permitted_gap(target)
            digest = Digest(write_to)
            answer = self._exchange(target, wish, digest, seconds_left, gap)
            seconds_left -= answer.seconds
            if answer.status not in REDIRECTS:
                return digest, answer
            target = _next_target(answer, wish)
            if target.url in seen:
                raise failures.endless_redirects(wish.url, f"{target.url} leads back to itself")
            seen.add(target.url)
        raise failures.endless_redirects(wish.url, f"more than {self.options.most_redirects} redirects")

    def _permitted_gap(self, target: Target) -> float:
        """The gap that holds at the host, once its robots.txt permits the address."""
        if not self.options.obey_robots:
            return self.limiter.gap_seconds
        robots = self.robots_for(target.url)
        if not robots.readable:
            raise failures.robots_unreadable(target)
        if not robots.allows(target.url):
            raise failures.robots_forbids(target)
        return max(self.limiter.gap_seconds, robots.crawl_delay or 0.0)

    def _asked_for_robots(self, origin: str) -> tuple[int, bytes]:
        """The status and the body that count as the site's answer."""
        options = replace(self.options, obey_robots=False)
        asking = Fetcher(options, self.limiter)
        buffer = io.BytesIO()
        wish = _Wish(
            f"{origin}/robots.txt",
            options.page_seconds,
            LARGEST_ROBOTS,
            "text/plain,*/*;q=0.5",
            "identity",
            start_suffices=True,
            proves_health=False,  # often a front server's answer, while the pages behind it fail
        )
        try:
            _digest, answer = asking._fetch(wish, buffer)
        except FetchFailed as failure:
            if failure.code == "too_large":  # what was read of it counts
                return 200, buffer.getvalue()
            if failure.code == "too_many_redirects":  # RFC 9309, 2.3.1.2: as if there were none
                return 404, b""
            if failure.code == "rate_limited" or failure.status is None:
                raise
            return failure.status, b""
        return answer.status, buffer.getvalue()

    def _exchange(self, target: Target, wish: _Wish, digest: Digest, seconds: float, gap: float) -> _Answer:
        """One request and its answer, within a turn at the host, which learns how it went."""
        try:
            with turn_at(
                self.limiter,
                target.host_key,
                gap=gap,
                lease=seconds + self.options.connect_seconds,
                longest_wait=self.options.longest_turn_wait,
            ):
                try:
                    answer = self._spoken(target, wish, digest, seconds)
                except FetchFailed as failure:
                    self._remember(target, wish, failure)
                    raise
        except HostUnavailable as refusal:
            raise failures.host_paused(wish.url, target, refusal.seconds, refusal.reason) from None
        if wish.proves_health:
            self.limiter.succeeded(target.host_key)
        return answer

    def _remember(self, target: Target, wish: _Wish, failure: FetchFailed) -> None:
        if failure.retry_after is not None:
            self.limiter.pause(target.host_key, failure.retry_after)
        if failure.code in FAILURES_OF_HOST:
            self.limiter.failed(target.host_key)
        elif failure.status is not None and wish.proves_health:
            self.limiter.succeeded(target.host_key)

    def _spoken(self, target: Target, wish: _Wish, digest: Digest, seconds: float) -> _Answer:
        """The request sent, the headers judged and the body, if any, written to `digest`."""
        began = time.monotonic()
        addresses = checked_addresses(target, self.options.policy)
        connection = CheckedConnection(
            target,
            addresses,
            deadline=began + max(seconds, 1.0),
            connect_seconds=self.options.connect_seconds,
            idle_seconds=self.options.idle_seconds,
            header_limit=self.options.header_limit,
            tls=tls_context(self.options.extra_certificates) if target.scheme == "https" else None,
        )
        try:
            with failures.named(target):
                connection.connect()
                connection.request("GET", target.path, headers=self._headers(wish))
                response = connection.getresponse()
                answer = _Answer(target, response.status, joined(response))
                if answer.status not in REDIRECTS and not answer.not_modified:
                    self._judge_status(answer, wish, response)
                    whole = self._read_body(answer, wish, response, connection, digest)
                    end_known = response.chunked or answer.headers.get("content-length") is not None
                    answer = replace(answer, is_whole=whole, end_known=end_known)
            return replace(answer, seconds=time.monotonic() - began)
        finally:
            connection.close()

    def _headers(self, wish: _Wish) -> dict[str, str]:
        headers = {
            "User-Agent": self.options.user_agent,
            "Accept": wish.accept,
            "Accept-Encoding": wish.accept_encoding,
            "Connection": "close",
        }
        if wish.etag:
            headers["If-None-Match"] = header_value(wish.etag)
        if wish.last_modified:
            headers["If-Modified-Since"] = header_value(wish.last_modified)
        return headers

    def _judge_status(self, answer: _Answer, wish: _Wish, response: http.client.HTTPResponse) -> None:
        """Raises unless the answer carries the thing asked for."""
        status = answer.status
        if status in BODY_STATUSES and not is_challenge(status, answer.headers, b""):
            return
        head = refusal_head(answer.headers.get("content-encoding", ""), response)
        challenged = is_challenge(status, answer.headers, head)
        raise failures.refusal(answer.target, status, answer.headers, challenged)

    def _read_body(
        self,
        answer: _Answer,
        wish: _Wish,
        response: http.client.HTTPResponse,
        connection: CheckedConnection,
        digest: Digest,
    ) -> bool:
        """Writes the body to `digest`; False where it is a document of which only the start was read."""
        announced = response.length
        too_large = announced is not None and announced > wish.most_bytes and not wish.start_suffices
        if too_large and not wish.documents_unwanted:
            raise failures.too_large(answer.target, wish.most_bytes, f"announces {announced:,} bytes")
        watched = connection.watched
        assert watched is not None  # noqa: S101  the headers have come through it
        watched.body_length = announced
        decoder = naming_decoder(answer.target, answer.headers.get("content-encoding", ""), wish.most_bytes)
        raw = 0
        for data in self._arriving(answer.target, response):
            raw += len(data)
            before = digest.size
            for piece in decoder.feed(data):
                digest.write(piece)
            if wish.documents_unwanted and before < SNIFFED_BYTES and digest.is_document:
                return False
            if too_large and digest.size >= SNIFFED_BYTES:
                raise failures.too_large(answer.target, wish.most_bytes, f"announces {announced:,} bytes")
        if response.length:
            raise failures.wrong_length(answer.target, f"{response.length:,} bytes fewer than announced")
        if announced is not None and (watched.has_surplus or watched.received > watched.header_size + raw):
            raise failures.wrong_length(answer.target, "more bytes than announced")
        if not decoder.is_complete:
            raise failures.wrong_length(answer.target, "compressed data that end in the middle")
        return True

    def _arriving(self, target: Target, response: http.client.HTTPResponse) -> Iterator[bytes]:
        """The raw body as it comes, as long as it comes fast enough."""
        began, total = time.monotonic(), 0
        while data := response.read1(READ_SIZE):
            total += len(data)
            yield data
            passed = time.monotonic() - began
            if passed > self.options.speed_grace and total < self.options.minimum_speed * passed:
                raise failures.too_slow(target, total, passed)


def _lasting(status: int) -> float:
    """How long an answer about robots.txt holds: a server's failure may last only a moment."""
    return SOON if status >= 500 else KEPT_SECONDS


def _next_target(answer: _Answer, wish: _Wish) -> Target:
    """Where a redirect leads, unless it may not be followed."""
    location = answer.headers.get("location", "")
    if not location:
        raise failures.redirect_without_address(answer.target, answer.status)
    try:
        target = parse_url(urljoin(answer.target.url, read_as_utf8(location)))
    except ValueError:
        raise FetchFailed("bad_url", wish.url, "It leads on to an address that cannot be used.") from None
    if answer.target.scheme == "https" and target.scheme == "http":
        raise failures.insecure_redirect(wish.url, answer.target, target, answer.status)
    return target
