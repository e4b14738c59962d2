"""Which machines may be contacted.

A name is only text: what it leads to is known when it is resolved, and may be something else a
moment later. So the decision is taken on the resolved address, and the connection is made to
exactly that address (`net.connection`). Spellings such as 2130706433 or 0x7f.1 need no rule of
their own, because the resolver turns them into addresses first.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

import idna

from net.errors import FetchFailed

LONGEST_URL = 4000  # characters; real addresses of reports stay below 1,000
STANDARD_PORTS = frozenset({80, 443})
SCHEMES = {"http": 80, "https": 443}

# Ranges that Python calls global although they carry another address inside, reach machines of
# this network or belong to a relay that anyone may run.
DENIED_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64: the last 32 bits are an IPv4 address
        "64:ff9b:1::/48",  # NAT64 for local use
        "2002::/16",  # 6to4: an IPv4 address inside
        "2001::/32",  # Teredo: an IPv4 address inside
        "fec0::/10",  # site-local, withdrawn and still routed in places
        "::/96",  # IPv4-compatible, withdrawn
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # the host machine of a large cloud, with credentials for its guests
    )
)

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_PORT_OF_PAIR = re.compile(r"\A(?P<host>.+):(?P<port>\d{1,5})\Z")
_HOST_NAME = re.compile(r"\A[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?\Z")
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class AddressPolicy:
    """What may be contacted.

    `ports` are open on public machines. `allowed_private` holds "host:port" pairs, spelt as in the
    address, that may be contacted wherever they lead (an intranet, the demo site); it is the only
    way to a machine that is not public. `denied_hosts` are names that are refused always, for
    instance this system's own.
    """

    allowed_private: frozenset[str] = frozenset()
    ports: frozenset[int] = STANDARD_PORTS
    denied_hosts: frozenset[str] = frozenset()
    _private: frozenset[tuple[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_private", frozenset(_pair(text) for text in self.allowed_private))
        wrong = [port for port in self.ports if not 0 < port < 65536]
        if wrong:
            raise ValueError(f"ports: {wrong[0]} is not a port number")

    def is_opened(self, host: str, port: int) -> bool:
        """True where the pair was named as allowed although private."""
        return (host, port) in self._private


@dataclass(frozen=True)
class Target:
    """A checked address: `host` in ASCII and lower case without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str
    url: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return (self.scheme, self.host, self.port)

    @property
    def host_key(self) -> str:
        """The name under which politeness is kept."""
        return self.host if self.port in STANDARD_PORTS else f"{self.host}:{self.port}"


def is_public(address: IPAddress) -> bool:
    """True for an address on the public internet that leads nowhere else.

    `is_private` is not the opposite: shared address space (100.64.0.0/10, where some clouds keep
    their metadata) is neither private nor global, and multicast counts as global.
    """
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if mapped is not None:
        address = mapped
    if not address.is_global or address.is_multicast:
        return False
    return not any(address in network for network in DENIED_NETWORKS)


def parse_url(url: str) -> Target:
    """Takes an address apart and spells it so that it can be sent.

    Raises:
        FetchFailed: bad_url
    """
    if len(url) > LONGEST_URL:
        raise _bad(url[:80] + "…", f"it has {len(url)} characters, the limit is {LONGEST_URL}")
    if _UNUSABLE.search(url):
        raise _bad(url.encode("unicode_escape").decode("ascii"), "it holds control characters")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as reason:
        raise _bad(url, str(reason)) from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        raise _bad(url, f"only http and https can be fetched, not {scheme or 'a relative address'}")
    if "@" in parts.netloc:
        raise _bad(_without_credentials(parts), "a user name or password in an address is not accepted")
    host = _ascii_host(url, parts.hostname or "")
    number = SCHEMES[scheme] if port is None else port
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if number == SCHEMES[scheme] else f"{shown}:{number}"
    return Target(scheme, host, number, path, f"{scheme}://{netloc}{path}")


def checked_addresses(target: Target, policy: AddressPolicy) -> Sequence[tuple[int, tuple[str, int]]]:
    """The socket addresses, as (family, (address, port)), that may be connected to for `target`.

    One forbidden address among several refuses the host as a whole: a name that leads to the
    outside and the inside at once is either an attack or a split network.

    Raises:
        FetchFailed: blocked_address, name_not_resolved
    """
    if target.host in policy.denied_hosts:
        raise _blocked(target, f"The host {target.host} is on the list of hosts that are never contacted")
    opened = policy.is_opened(target.host, target.port)
    if not opened and target.port not in policy.ports:
        allowed = ", ".join(str(port) for port in sorted(policy.ports))
        raise _blocked(target, f"Port {target.port} is not open; allowed are {allowed}")
    resolved = _resolve(target)
    for _family, address in resolved:
        if not opened and not is_public(ipaddress.ip_address(address[0].partition("%")[0])):
            raise _blocked(target, f"The host {target.host} does not lead to a public machine")
    return resolved


def _resolve(target: Target) -> Sequence[tuple[int, tuple[str, int]]]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as reason:
        raise FetchFailed(
            "name_not_resolved",
            target.url,
            f"No machine named {target.host} is known. Check the spelling; a new try helps only if the "
            "name service was away for a moment.",
        ) from reason
    usable = [
        (int(family), (str(address[0]), int(address[1])))
        for family, _type, _protocol, _name, address in found
        if family in (socket.AF_INET, socket.AF_INET6)
    ]
    return list(dict.fromkeys(usable))


def _ascii_host(url: str, host: str) -> str:
    host = host.lower().rstrip(".")
    if "[" in url.partition("://")[2].partition("/")[0] and ":" not in host:
        raise _bad(url, "what stands in brackets is not an IPv6 address")
    if not host:
        raise _bad(url, "it names no host")
    if ":" in host:  # an IPv6 address, whose brackets urlsplit has taken off
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise _bad(url, "what stands in brackets is not an IPv6 address") from None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise _bad(url, "its host name is not a valid international name") from None
    if len(host) > 253 or not _HOST_NAME.match(host) or ".." in host:
        raise _bad(url, "its host name holds characters that no host name has")
    return host


def _pair(text: str) -> tuple[str, int]:
    found = _PORT_OF_PAIR.match(text.strip().lower())
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ValueError(
            f"allowed_private: {text!r} is not of the form host:port, for instance 127.0.0.1:8031"
        )
    return found["host"].strip("[]"), int(found["port"])


def _without_credentials(parts: SplitResult) -> str:
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _bad(url: str, reason: str) -> FetchFailed:
    return FetchFailed(
        "bad_url", url, f"The address cannot be used: {reason}. Correct it; trying again does not help."
    )


def _blocked(target: Target, reason: str) -> FetchFailed:
    return FetchFailed(
        "blocked_address",
        target.url,
        f"{reason}, so it was not contacted. If it is meant, an administrator can allow this host and port "
        "by name; trying again does not help.",
    )
