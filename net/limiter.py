"""Politeness per host, shared by all workers.

One request at a time reaches a host, and the next begins no sooner than the gap after the last has
ended. A host that asked for a pause (Retry-After) or failed several times in a row is left alone
for a while; other hosts are not affected.

A turn is a lease: a worker that dies in the middle of a request blocks the host only until the
lease runs out.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 24 * 3600.0  # seconds; a site that asks for more is asked again after a day
FAILURES_BEFORE_BREAK = 5
FIRST_BREAK = 60.0  # seconds, doubled with every further failure
LONGEST_BREAK = 3600.0
POLL_SECONDS = 0.25  # how often a busy host is looked at again
WAIT_WITHOUT_SERVER = 30.0  # seconds after which workers that cannot agree on turns ask again


@dataclass(frozen=True, slots=True)
class Turn:
    """The answer to a wish to contact a host. `token` is "" where the turn was not granted; `wait`
    is then the number of seconds after which asking again makes sense, and `reason` is gap, busy,
    paused, failing or, where nobody knows when the host was contacted last, unknown."""

    token: str
    wait: float
    reason: str

    @property
    def granted(self) -> bool:
        return self.token != ""


class HostUnavailable(Exception):
    """The host may not be contacted within the time the caller can wait. `seconds` is how long."""

    def __init__(self, host: str, seconds: float, reason: str) -> None:
        super().__init__(f"{host} may be contacted again in {seconds:.0f} s ({reason})")
        self.host = host
        self.seconds = seconds
        self.reason = reason


class HostLimiter(Protocol):
    """Keeps requests to one host apart. All times are seconds."""

    def begin(self, host: str, *, gap: float, lease: float) -> Turn:
        """Asks for the host. A granted turn must be given back with `end`."""

    def end(self, host: str, token: str, *, gap: float) -> None:
        """Gives the turn back; the next one starts `gap` seconds later. An expired turn is ignored."""

    def pause(self, host: str, seconds: float) -> None:
        """Leaves the host alone for so long; a longer pause that is already set stays."""

    def failed(self, host: str) -> None:
        """Counts a failure of the host itself: no connection, no answer, a server error."""

    def succeeded(self, host: str) -> None:
        """The host answered: earlier failures are forgotten."""

    @property
    def gap_seconds(self) -> float:
        """The usual gap, for hosts that ask for none."""


@contextmanager
def turn_at(
    limiter: HostLimiter,
    host: str,
    *,
    gap: float,
    lease: float,
    longest_wait: float,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Waits for a turn at the host and holds it.

    Raises:
        HostUnavailable: the turn would come later than `longest_wait` seconds from now
    """
    give_up_at = time.monotonic() + longest_wait
    while not (turn := limiter.begin(host, gap=gap, lease=lease)).granted:
        # How long a busy host stays busy is not known: its lease is only the longest it can be.
        pause = min(turn.wait, POLL_SECONDS) if turn.reason == "busy" else turn.wait
        if time.monotonic() + pause > give_up_at:
            raise HostUnavailable(host, turn.wait, turn.reason)
        sleep(pause)
    try:
        yield
    finally:
        limiter.end(host, turn.token, gap=gap)


def break_seconds(failures: int) -> float:
    """How long a host is left alone after so many failures in a row; 0 below the threshold."""
    if failures < FAILURES_BEFORE_BREAK:
        return 0.0
    return min(LONGEST_BREAK, FIRST_BREAK * 2.0 ** min(failures - FAILURES_BEFORE_BREAK, 20))


@dataclass(slots=True)
class _HostState:
    next_start: float = 0.0
    lease_until: float = 0.0
    token: str = ""
    paused_until: float = 0.0
    broken_until: float = 0.0
    failures: int = 0


class LocalHostLimiter:
    """For one process: tests, the command line, a notebook."""

    def __init__(self, gap_seconds: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        if gap_seconds < 0:
            raise ValueError("gap_seconds must not be negative")
        self._gap = gap_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._hosts: dict[str, _HostState] = {}

    @property
    def gap_seconds(self) -> float:
        return self._gap

    def begin(self, host: str, *, gap: float, lease: float) -> Turn:
        with self._lock:
            state = self._hosts.setdefault(host, _HostState())
            now = self._clock()
            for reason, until in (
                ("paused", state.paused_until),
                ("failing", state.broken_until),
                ("busy", state.lease_until if state.token else 0.0),
                ("gap", state.next_start),
            ):
                if until > now:
                    return Turn("", until - now, reason)
            state.token, state.lease_until = secrets.token_hex(8), now + lease
            return Turn(state.token, 0.0, "")

    def end(self, host: str, token: str, *, gap: float) -> None:
        with self._lock:
            state = self._hosts.setdefault(host, _HostState())
            if state.token == token:
                state.token = ""
                state.next_start = self._clock() + gap

    def pause(self, host: str, seconds: float) -> None:
        with self._lock:
            state = self._hosts.setdefault(host, _HostState())
            until = self._clock() + min(seconds, LONGEST_PAUSE)
            state.paused_until = max(state.paused_until, until)

    def failed(self, host: str) -> None:
        with self._lock:
            state = self._hosts.setdefault(host, _HostState())
            state.failures += 1
            state.broken_until = self._clock() + break_seconds(state.failures)

    def succeeded(self, host: str) -> None:
        with self._lock:
            state = self._hosts.setdefault(host, _HostState())
            state.failures, state.broken_until = 0, 0.0


# All times are milliseconds of the server's own clock, so that workers whose clocks differ agree.
# A hash per host: next, lease, token, paused, broken, failures.
_BEGIN = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'paused', 'broken', 'lease', 'next', 'token')
local token = state[5] or ''
local reasons = {'paused', 'failing', 'busy', 'gap'}
for place = 1, 4 do
  local till = tonumber(state[place] or '0')
  if place == 3 and token == '' then till = 0 end
  if till > now then return {0, till - now, reasons[place]} end
end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'lease', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1, 0, ''}
"""

_END = """
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSET', KEYS[1], 'token', '', 'next', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""

_PAUSE = """
local clock = redis.call('TIME')
local till = clock[1] * 1000 + math.floor(clock[2] / 1000) + ARGV[1]
if till > tonumber(redis.call('HGET', KEYS[1], 'paused') or '0') then
  redis.call('HSET', KEYS[1], 'paused', till)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return till
"""

_FAILED = """
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
local over = failures - ARGV[1]
if over >= 0 then
  local clock = redis.call('TIME')
  local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  local rest = math.min(ARGV[2] * 2 ^ math.min(over, 20), tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], 'broken', string.format('%d', now + rest))
end
return failures
"""

_SUCCEEDED = "return redis.call('HDEL', KEYS[1], 'failures', 'broken')"


class RedisHostLimiter:
    """For all workers that share one Redis or Valkey server.

    `client` is a redis-py client made by the caller; every decision is one script on the server.
    """

    def __init__(self, client: Any, gap_seconds: float = 1.0, prefix: str = "tenfold:host:") -> None:
        if gap_seconds < 0:
            raise ValueError("gap_seconds must not be negative")
        self._client = client
        self._gap = gap_seconds
        self._prefix = prefix
        self._begin = client.register_script(_BEGIN)
        self._end = client.register_script(_END)
        self._pause = client.register_script(_PAUSE)
        self._failed = client.register_script(_FAILED)
        self._succeeded = client.register_script(_SUCCEEDED)

    @property
    def gap_seconds(self) -> float:
        return self._gap

    def begin(self, host: str, *, gap: float, lease: float) -> Turn:
        token = secrets.token_hex(8)
        arguments = [token, _milliseconds(lease), _KEPT]
        try:
            granted, wait, reason = self._begin(keys=[self._key(host)], args=arguments)
        except RedisError:
            logger.warning("No turn at %s: the server that keeps the turns does not answer", host)
            return Turn("", WAIT_WITHOUT_SERVER, "unknown")
        if granted:
            return Turn(token, 0.0, "")
        return Turn("", int(wait) / 1000, reason.decode() if isinstance(reason, bytes) else str(reason))

    def end(self, host: str, token: str, *, gap: float) -> None:
        self._tell(self._end, host, token, _milliseconds(gap), _KEPT)

    def pause(self, host: str, seconds: float) -> None:
        self._tell(self._pause, host, _milliseconds(min(seconds, LONGEST_PAUSE)), _KEPT)

    def failed(self, host: str) -> None:
        arguments = [
            FAILURES_BEFORE_BREAK,
            _milliseconds(FIRST_BREAK),
            _milliseconds(LONGEST_BREAK),
            _KEPT,
        ]
        self._tell(self._failed, host, *arguments)

    def succeeded(self, host: str) -> None:
        self._tell(self._succeeded, host)

    def _tell(self, script: Any, host: str, *arguments: object) -> None:
        """What cannot be told is not worth losing a fetched report for: the lease ends by itself."""
        try:
            script(keys=[self._key(host)], args=list(arguments))
        except RedisError:
            logger.warning("The server that keeps the turns did not hear of %s", host)

    def _key(self, host: str) -> str:
        return self._prefix + host


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


_KEPT = _milliseconds(2 * LONGEST_PAUSE)  # a host not contacted for so long is forgotten
