"""The door to the network, set up from the settings, for every app that asks other machines."""

import logging
from typing import cast
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.cache import cache

from net.addresses import AddressPolicy
from net.fetch import Fetcher
from net.limiter import HostLimiter, LocalHostLimiter, RedisHostLimiter
from net.values import FetchOptions

logger = logging.getLogger(__name__)

# Seconds between two requests to one host.
_GAP = 1.0
# Said honestly to the sites visited while the operator has not set an address.
_NO_CONTACT = "operator has not set a contact address"
# Hosts that the operator has opened by name are usually the operator's own: politeness towards
# them costs time and spares nobody.
_GAP_AT_OPENED_HOSTS = 0.05


def fetcher_for(url: str, *, obey_robots: bool = True) -> Fetcher:
    """A fetcher that shares its politeness with all workers and may contact what settings allow.

    Only what an operator has set up by its address, such as the interface of a data vendor, is asked
    without looking at robots.txt, which speaks to those who search a site.
    """
    opened = frozenset(settings.ALLOWED_PRIVATE_HOSTS)
    gap = _GAP_AT_OPENED_HOSTS if urlsplit(url).netloc in opened else _GAP
    options = FetchOptions(
        contact=settings.CONTACT or _NO_CONTACT,
        policy=AddressPolicy(allowed_private=opened, denied_hosts=settings.OWN_HOSTS),
        obey_robots=obey_robots,
        largest_page=settings.PAGE_MAX_BYTES,
        largest_file=settings.DOWNLOAD_MAX_BYTES,
    )
    return Fetcher(options, _limiter(gap), CachedRobots())


class CachedRobots:
    """robots.txt of the sites visited, kept in the cache that all workers share, so that a hundred
    downloads from a site ask it once. A cache that is away costs a question more."""

    def recall(self, origin: str) -> tuple[int, bytes] | None:
        try:
            return cast(tuple[int, bytes] | None, cache.get(_robots_key(origin)))
        except (redis.RedisError, OSError):
            logger.warning("The cache does not answer; %s is asked for its robots.txt again", origin)
            return None

    def keep(self, origin: str, status: int, body: bytes, seconds: float) -> None:
        try:
            cache.set(_robots_key(origin), (status, body), timeout=seconds)
        except (redis.RedisError, OSError):
            logger.warning("The cache does not answer; the robots.txt of %s is not kept", origin)


def _robots_key(origin: str) -> str:
    return f"robots:{origin}"


def _limiter(gap_seconds: float) -> HostLimiter:
    """Shared by all workers beside the cache, or per process where the cache is in memory."""
    location = settings.CACHES["default"].get("LOCATION")
    if not location:
        return LocalHostLimiter(gap_seconds)
    # A server that hangs must not hang the worker; without it no turn is given, which says so.
    client = redis.Redis.from_url(location, socket_timeout=5, socket_connect_timeout=5)
    return RedisHostLimiter(client, gap_seconds)
