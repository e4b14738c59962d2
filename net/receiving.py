"""What arrives: unpacked within bounds, hashed and written while it comes."""

import hashlib
import http.client
from collections.abc import Iterator
from typing import BinaryIO

from net import failures
from net.addresses import Target
from net.content import SNIFFED_BYTES, media_type_of
from net.decoding import Decoder, TooManyBytes, WrongEncoding, decoder_for

READ_SIZE = 65536
REFUSAL_BYTES = 65536  # how much of a refusal is read to see what kind it is
DOCUMENTS = frozenset({"application/pdf", "application/zip"})


class CannotWrite(Exception):
    """The caller's file does not take the bytes; kept apart from failures of the connection."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Digest:
    """Writes to a file and keeps the hash, the size and the first bytes."""

    def __init__(self, write_to: BinaryIO) -> None:
        self._file = write_to
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as reason:
            raise CannotWrite(reason) from reason
        self._hash.update(data)
        self.size += len(data)
        if len(self.head) < SNIFFED_BYTES:
            self.head = (self.head + data)[:SNIFFED_BYTES]

    @property
    def is_document(self) -> bool:
        """True where the first bytes are those of a file rather than of a page."""
        return media_type_of(self.head) in DOCUMENTS

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def refusal_head(content_encoding: str, response: http.client.HTTPResponse) -> bytes:
    """The first bytes of a refusal, unpacked; a refusal that cannot be read says nothing."""
    try:
        decoder = decoder_for(content_encoding, REFUSAL_BYTES)
        pieces: list[bytes] = []
        while sum(map(len, pieces)) < REFUSAL_BYTES and (data := response.read1(READ_SIZE)):
            pieces.extend(decoder.feed(data))
    except (TooManyBytes, WrongEncoding, OSError, http.client.HTTPException, ValueError):
        return b""
    return b"".join(pieces)


def naming_decoder(target: Target, content_encoding: str, most_bytes: int) -> "NamingDecoder":
    """A decoder that lets at most `most_bytes` out and names what goes wrong.

    Raises:
        FetchFailed: bad_response, for a coding that is not accepted
    """
    try:
        decoder = decoder_for(content_encoding, most_bytes)
    except WrongEncoding as reason:
        raise failures.undecodable(target, reason) from reason
    return NamingDecoder(decoder, target, most_bytes)


class NamingDecoder:
    """A decoder whose failures are named for the address they happened at."""

    def __init__(self, decoder: Decoder, target: Target, most_bytes: int) -> None:
        self._decoder = decoder
        self._target = target
        self._most_bytes = most_bytes

    def feed(self, data: bytes) -> Iterator[bytes]:
        try:
            yield from self._decoder.feed(data)
        except TooManyBytes:
            raise failures.too_large(self._target, self._most_bytes, "sends more") from None
        except WrongEncoding as reason:
            raise failures.undecodable(self._target, reason) from reason

    @property
    def is_complete(self) -> bool:
        return self._decoder.is_complete
