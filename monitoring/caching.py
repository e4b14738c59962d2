"""What takes long to work out, kept for a while: made by one at a time, and not by all at the same moment.

Of several who find nothing kept, one makes it and the others wait for that. Where something older is at
hand, they take it meanwhile. How long a thing is kept varies by a tenth, so that what was made together
does not run out together. A cache that is away costs the making, never the page.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

T = TypeVar("T")
JITTER = 0.1
LONGEST_MAKING = 60  # seconds: then whoever makes it is taken for dead
LONGEST_WAIT = 3.0
POLL = 0.05


def kept(name: str, seconds: float, make: Callable[[], T], *, stale: float = 0, renew: bool = False) -> T:
    """What the cache holds under a name, made where it holds nothing new enough.

    `stale` is for how many seconds longer it may be shown while somebody makes a newer one. `renew` makes
    it whatever is there, unless somebody is making it already.
    """
    try:
        entry = cache.get(name)
        is_new = entry is not None and time.time() < entry[0]
        if is_new and not renew:
            return _value(entry)
        if not cache.add(_lock(name), 1, LONGEST_MAKING):
            return _from_the_other(name, entry, make)
    except (OSError, RedisError):
        return make()
    try:
        made = make()
        _keep(name, seconds, stale, made)
        return made
    finally:
        with suppress(OSError, RedisError):
            cache.delete(_lock(name))


def _from_the_other(name: str, entry: Any, make: Callable[[], T]) -> T:
    """What there is, or what the one who makes it keeps; made here where that takes too long."""
    until = time.monotonic() + LONGEST_WAIT
    while entry is None and time.monotonic() < until:
        time.sleep(POLL)
        entry = cache.get(name)
    return make() if entry is None else _value(entry)


def _keep(name: str, seconds: float, stale: float, made: object) -> None:
    lasting = seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  spreads load, hides nothing
    with suppress(OSError, RedisError):
        cache.set(name, (time.time() + lasting, made), lasting + stale)


def _value(entry: Any) -> Any:
    return entry[1]


def _lock(name: str) -> str:
    return f"{name}.making"
