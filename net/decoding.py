"""Unpacking a body with a bound on what comes out.

A few bytes can unpack into gigabytes, so the bound is kept while unpacking and not afterwards.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

PIECE = 65536
_GZIP = 31
_ZLIB = 15
_RAW = -15


class TooManyBytes(Exception):
    """More came out than allowed."""


class WrongEncoding(Exception):
    """The coding is unknown, stacked or damaged."""


class Decoder(Protocol):
    """Turns raw bytes into the body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that came out, in order."""

    @property
    def is_complete(self) -> bool:
        """False while the packed data have not come to their end."""


def decoder_for(content_encoding: str, most_bytes: int) -> Decoder:
    """A decoder for a Content-Encoding header that lets at most `most_bytes` out.

    Raises:
        WrongEncoding: an unknown coding, or more than one
    """
    codings = [coding.strip().lower() for coding in content_encoding.split(",") if coding.strip()]
    real = [coding for coding in codings if coding != "identity"]
    if not real:
        return _Plain(most_bytes)
    if len(real) > 1:
        raise WrongEncoding(f"{len(real)} codings on top of one another")
    if real[0] in ("gzip", "x-gzip"):
        return _Packed(most_bytes, (_GZIP,))
    if real[0] == "deflate":  # meant is zlib; some servers leave its header out
        return _Packed(most_bytes, (_ZLIB, _RAW))
    raise WrongEncoding("an unknown coding")


class _Plain:
    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._left -= len(data)
        if self._left < 0:
            yield data[: self._left]
            raise TooManyBytes
        yield data

    @property
    def is_complete(self) -> bool:
        return True


class _Packed:
    """gzip, also of several members in a row, or deflate."""

    def __init__(self, most_bytes: int, windows: tuple[int, ...]) -> None:
        self._left = most_bytes
        self._windows = windows
        self._unpack = zlib.decompressobj(windows[0])
        self._began = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._unpack.eof:
                if self._windows[0] != _GZIP or data.strip(b"\0") == b"":
                    return  # padding after the end
                self._unpack = zlib.decompressobj(_GZIP)
            piece = self._unpacked(data)
            data = self._unpack.unused_data if self._unpack.eof else self._unpack.unconsumed_tail
            self._left -= len(piece)
            if self._left < 0:
                raise TooManyBytes
            if piece:
                yield piece

    def _unpacked(self, data: bytes) -> bytes:
        try:
            piece = self._unpack.decompress(data, PIECE)
        except zlib.error as reason:
            if self._began or len(self._windows) == 1:
                raise WrongEncoding("damaged compressed data") from reason
            self._windows = self._windows[1:]
            self._unpack = zlib.decompressobj(self._windows[0])
            return self._unpacked(data)
        self._began = True
        return piece

    @property
    def is_complete(self) -> bool:
        return self._unpack.eof or not self._began
