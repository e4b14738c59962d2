"""One HTTP/1.1 connection to an address that has been checked.

Python's own client is used because the socket has to be in our hands: the address is checked and
connected to in one step, every read ends by one deadline (a server that sends a byte now and then
never trips an ordinary timeout), and the size of the headers is known while they arrive.
"""

import functools
import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Any, cast

import certifi

from net.addresses import Target

END_OF_HEADERS = (b"\n\r\n", b"\n\n")


class OutOfTime(TimeoutError):
    """The whole exchange took longer than it may, whatever arrived in between."""


class HeadersTooLarge(OSError):
    """The answer began with more header bytes than are accepted."""


class _Watched:
    """What both kinds of socket add: a deadline for the exchange and a count of header bytes."""

    deadline = float("inf")
    idle_seconds = 30.0
    header_limit = 65536
    received = 0
    header_size = -1  # -1 while the headers have not ended
    body_length: int | None = None  # as announced, once that is known
    has_surplus = False  # more has arrived than was announced
    _head = b""

    def _seconds_left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime("the exchange took too long")
        return min(left, self.idle_seconds)

    def _note(self, data: bytes) -> None:
        self.received += len(data)
        if self.header_size >= 0:
            if self.body_length is not None and self.received - self.header_size >= self.body_length:
                self.has_surplus = self.has_surplus or self._more_is_waiting()
            return
        self._head += data
        ends = [self._head.find(mark) + len(mark) for mark in END_OF_HEADERS if mark in self._head]
        if ends:
            self.header_size = min(ends) + (self.received - len(self._head))
            if self._head[9:12] == b"100":  # "go on"; the headers proper are still to come
                self._head, self.header_size = self._head[min(ends) :], -1
                self._note(b"")
                return
            self._head = b""
        if self.header_size > self.header_limit or len(self._head) > self.header_limit:
            raise HeadersTooLarge(f"more than {self.header_limit} bytes of headers")

    def _more_is_waiting(self) -> bool:
        """True where further bytes have arrived already; nothing is waited for."""
        raise NotImplementedError


class WatchedSocket(_Watched, socket.socket):
    """A plain socket."""

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self._seconds_left())
        try:
            count = super().recv_into(buffer, nbytes, flags)
        except TimeoutError:
            self._seconds_left()  # says so where it was the deadline that came first
            raise
        self._note(bytes(memoryview(buffer)[:count]))
        return count

    def _more_is_waiting(self) -> bool:
        self.settimeout(0)
        try:
            return bool(self.recv(1, socket.MSG_PEEK))
        except OSError:
            return False


class WatchedTlsSocket(_Watched, ssl.SSLSocket):
    """A socket that speaks TLS."""

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self._seconds_left())
        try:
            count = super().recv_into(buffer, nbytes, flags)
        except TimeoutError:
            self._seconds_left()  # says so where it was the deadline that came first
            raise
        self._note(bytes(memoryview(buffer)[:count]))
        return count

    def _more_is_waiting(self) -> bool:
        return self.pending() > 0


class CheckedConnection(http.client.HTTPConnection):
    """Connects to the given socket addresses, in turn, and to nothing else.

    The name in the address stays in the Host header and in the TLS handshake, so that a shared
    server answers for the right site and its certificate is held against the right name.
    """

    def __init__(
        self,
        target: Target,
        addresses: Sequence[tuple[int, tuple[str, int]]],
        *,
        deadline: float,
        connect_seconds: float,
        idle_seconds: float,
        header_limit: int,
        tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.scheme == "https" else 80  # decides whether Host names the port
        self._addresses = addresses
        self._deadline = deadline
        self._connect_seconds = connect_seconds
        self._idle_seconds = idle_seconds
        self._header_limit = header_limit
        self._tls = tls if target.scheme == "https" else None
        self.watched: _Watched | None = None

    def connect(self) -> None:
        plain = self._connected()
        watched: WatchedSocket | WatchedTlsSocket = plain
        if self._tls is not None:
            try:
                watched = cast(
                    WatchedTlsSocket, self._tls.wrap_socket(plain, server_hostname=self.host.rstrip("."))
                )
            except BaseException:
                plain.close()
                raise
        watched.deadline = self._deadline
        watched.idle_seconds = self._idle_seconds
        watched.header_limit = self._header_limit
        self.sock = self.watched = watched

    def _connected(self) -> WatchedSocket:
        failure: OSError = OSError("the name leads to no address")
        for family, address in self._addresses:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise OutOfTime("the exchange took too long")
            candidate = WatchedSocket(family, socket.SOCK_STREAM)
            candidate.settimeout(min(left, self._connect_seconds))
            try:
                candidate.connect(address)
            except OSError as reason:
                candidate.close()
                failure = reason
                continue
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return candidate
        raise failure


@functools.cache
def tls_context(extra_certificates: str | None = None) -> ssl.SSLContext:
    """Certificates are verified against the bundled authorities and those of the machine.

    `extra_certificates` is a file with further authorities, as an intranet may need.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    if extra_certificates is not None:
        context.load_verify_locations(cafile=extra_certificates)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = WatchedTlsSocket
    return context
