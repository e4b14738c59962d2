"""What a site's robots.txt permits, by RFC 9309.

No file (any 4xx) permits everything; a server error forbids everything until the file can be read.
"""

from dataclasses import dataclass
from typing import Protocol

from protego import Protego

LARGEST_ROBOTS = 500 * 1024  # bytes; RFC 9309 asks to read at least so many, the rest is not read
KEPT_SECONDS = 24 * 3600.0
LONGEST_CRAWL_DELAY = 30.0  # seconds; a larger wish would make a crawl of a site impossible


class RobotsMemory(Protocol):
    """Keeps what sites answered to the request for robots.txt, for all workers that share it."""

    def recall(self, origin: str) -> tuple[int, bytes] | None:
        """The status and the body of the last answer, None where none is kept any more."""

    def keep(self, origin: str, status: int, body: bytes, seconds: float) -> None:
        """Keeps an answer for so long."""


@dataclass(frozen=True)
class Robots:
    """The rules of one origin for one agent. `crawl_delay` is in seconds, None where none is asked
    for; `sitemaps` are addresses as written. `readable` is False where the site could not say."""

    agent: str
    rules: Protego | None
    readable: bool
    crawl_delay: float | None
    sitemaps: tuple[str, ...]

    def allows(self, url: str) -> bool:
        """True where the agent may fetch the address."""
        if not self.readable:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, self.agent))


def robots_from(status: int, body: bytes, agent: str) -> Robots:
    """The rules in an answer to the request for robots.txt. `agent` is the product name alone."""
    if 400 <= status < 500:
        return Robots(agent, None, True, None, ())
    if status >= 500:
        return Robots(agent, None, False, None, ())
    rules = Protego.parse(_complete_lines(body).decode("utf-8", errors="replace"))
    delay = rules.crawl_delay(agent)
    return Robots(
        agent,
        rules,
        True,
        None if delay is None else min(max(float(delay), 0.0), LONGEST_CRAWL_DELAY),
        tuple(sitemap for sitemap in list(rules.sitemaps)[:100]),
    )


def _complete_lines(body: bytes) -> bytes:
    """At most the accepted size; a line cut in half could turn into a wider rule, so it is dropped."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    if len(body) <= LARGEST_ROBOTS:
        return body
    kept = body[:LARGEST_ROBOTS]
    return kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
