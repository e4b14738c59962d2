"""The door to the network, set up from the settings."""

from urllib.parse import urlsplit

import redis
from django.conf import settings

from net.addresses import AddressPolicy
from net.fetch import Fetcher, FetchOptions
from net.limiter import HostLimiter, LocalHostLimiter, RedisHostLimiter

# Hosts that the operator has opened by name are usually the operator's own: politeness towards
# them costs time and spares nobody.
_GAP_AT_OPENED_HOSTS = 0.05


def fetcher_for(url: str) -> Fetcher:
    """A fetcher that shares its politeness with all workers and may contact what settings allow."""
    opened = frozenset(settings.TENFOLD_ALLOWED_PRIVATE_HOSTS)
    gap = _GAP_AT_OPENED_HOSTS if urlsplit(url).netloc in opened else settings.TENFOLD_HOST_GAP_SECONDS
    options = FetchOptions(
        contact=settings.TENFOLD_CONTACT,
        policy=AddressPolicy(allowed_private=opened),
        largest_file=settings.TENFOLD_LARGEST_FILE_BYTES,
    )
    return Fetcher(options, _limiter(gap))


def _limiter(gap_seconds: float) -> HostLimiter:
    """Shared through Redis where there is one, else per process."""
    if not settings.TENFOLD_LIMITER_URL:
        return LocalHostLimiter(gap_seconds)
    return RedisHostLimiter(redis.Redis.from_url(settings.TENFOLD_LIMITER_URL), gap_seconds)
