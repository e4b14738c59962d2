"""The door to the network, set up from the settings."""

from urllib.parse import urlsplit

import redis
from django.conf import settings

from net.addresses import AddressPolicy
from net.fetch import Fetcher
from net.limiter import HostLimiter, LocalHostLimiter, RedisHostLimiter
from net.values import FetchOptions

# Seconds between two requests to one host.
_GAP = 1.0
# Said honestly to the sites visited while the operator has not set an address.
_NO_CONTACT = "operator has not set a contact address"
# Hosts that the operator has opened by name are usually the operator's own: politeness towards
# them costs time and spares nobody.
_GAP_AT_OPENED_HOSTS = 0.05


def fetcher_for(url: str) -> Fetcher:
    """A fetcher that shares its politeness with all workers and may contact what settings allow."""
    opened = frozenset(settings.ALLOWED_PRIVATE_HOSTS)
    gap = _GAP_AT_OPENED_HOSTS if urlsplit(url).netloc in opened else _GAP
    options = FetchOptions(
        contact=settings.CONTACT or _NO_CONTACT,
        policy=AddressPolicy(allowed_private=opened),
        largest_page=settings.PAGE_MAX_BYTES,
        largest_file=settings.DOWNLOAD_MAX_BYTES,
    )
    return Fetcher(options, _limiter(gap))


def _limiter(gap_seconds: float) -> HostLimiter:
    """Shared by all workers beside the cache, or per process where the cache is in memory."""
    location = settings.CACHES["default"].get("LOCATION")
    if not location:
        return LocalHostLimiter(gap_seconds)
    return RedisHostLimiter(redis.Redis.from_url(location), gap_seconds)
