"""How often somebody may call the API.

The counters live in the shared cache, so that all web processes count together. A cache that does
not answer must close nobody out and hold nobody up: for a while each process then counts by itself.
"""

import logging
import time
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # The views load the classes of this module.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

REST_SECONDS = 10.0
_shared_closed_until = 0.0


class SharedCounter(SimpleRateThrottle):
    """A throttle that goes on counting in this process while the shared cache is away."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        global _shared_closed_until
        if time.monotonic() >= _shared_closed_until:
            try:
                return self._allowed(request, view, "default")
            except (RedisError, OSError) as error:
                _shared_closed_until = time.monotonic() + REST_SECONDS
                logger.warning("The shared cache does not answer; calls are counted by process: %s", error)
        return self._allowed(request, view, "process")

    def _allowed(self, request: Request, view: "APIView", cache: str) -> bool:
        self.cache = caches[cache]
        return bool(super().allow_request(request, view))


class PerPerson(SharedCounter, UserRateThrottle):
    """Calls of one account, by whichever of its tokens or sessions."""


class PerStranger(SharedCounter, AnonRateThrottle):
    """Calls of one address that nobody has signed in from."""


class LaunchesPerPerson(SharedCounter, UserRateThrottle):
    """Calls that start background work."""

    scope = "launch"


class PerAddress(SharedCounter):
    """Attempts to sign in from one address, whoever it says it is."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
