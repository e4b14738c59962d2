"""Whether the broker of an installation that others reach is kept as it has to be.

Whoever can write to the broker can start work, and what the broker throws away is work that nobody hears
of until the dispatcher sends it again. Asked by `manage.py check --deploy`. A missing password and a
certificate that is not looked at stop the start already, by the settings.
"""

import ipaddress
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning, register
from redis.backoff import NoBackoff
from redis.retry import Retry

# Names that only a private network knows: those without a dot, and those of these ends.
_PRIVATE_ENDS = (".internal", ".local", ".localhost", ".svc", ".lan")
_ASK_SECONDS = 2.0


@register("broker", deploy=True)
def broker_is_private_and_keeps_everything(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The addresses, and what the server says of itself."""
    if not settings.PRODUCTION:
        return []
    addresses = {"REDIS_URL": settings.REDIS_URL, "CELERY_BROKER_URL": settings.BROKER.for_client()}
    found = [
        Warning(
            f"{name} reaches {urlsplit(address).hostname} without TLS, beyond the private network.",
            hint="Write rediss:// in front, or call the server by a name of the private network.",
            id="tenfold.W010",
        )
        for name, address in addresses.items()
        if _is_open(address)
    ]
    return [*found, *_of_the_server(addresses["CELERY_BROKER_URL"])]


def _is_open(address: str) -> bool:
    """Whether messages go over a network in plain text that is not a private one."""
    parts = urlsplit(address)
    if parts.scheme != "redis":
        return False
    host = (parts.hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_PRIVATE_ENDS)


def _of_the_server(address: str) -> list[CheckMessage]:
    client = redis.Redis.from_url(
        address,
        socket_timeout=_ASK_SECONDS,
        socket_connect_timeout=_ASK_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with client:
            # The types of the package speak of the asynchronous client as well.
            memory: Any = client.config_get("maxmemory-policy")
            kept: Any = client.config_get("appendonly")
            return _judged({**memory, **kept}, _opens_without_password(address))
    except redis.ResponseError as error:
        return [_unasked(f"does not say how it is set up ({type(error).__name__})")]
    except (redis.RedisError, OSError) as error:
        return [_unasked(f"does not answer ({type(error).__name__})")]


def _opens_without_password(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "unix" or not parts.password:
        return False  # a socket is closed by its folder; an address without password stops the start
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    with redis.Redis.from_url(bare, socket_timeout=_ASK_SECONDS, retry=Retry(NoBackoff(), 0)) as stranger:
        try:
            return bool(stranger.ping())
        except redis.RedisError:
            return False


def _judged(said: Mapping[str, str], is_open_to_all: bool) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if is_open_to_all:
        found.append(
            Warning(
                "The broker lets everybody in who reaches it, without a password.",
                hint="Set requirepass, or accounts with ACL, on the server.",
                id="tenfold.W011",
            )
        )
    if said.get("maxmemory-policy") != "noeviction":
        found.append(
            Warning(
                f"The broker throws messages away when its memory is full ({said.get('maxmemory-policy')}).",
                hint="Set maxmemory-policy noeviction on the server; give the cache a server of its own.",
                id="tenfold.W012",
            )
        )
    if said.get("appendonly") != "yes":
        found.append(
            Warning(
                "The broker forgets what waits when it is started again.",
                hint="Set appendonly yes on the server. What is lost is sent again, only later.",
                id="tenfold.W013",
            )
        )
    return found


def _unasked(why: str) -> CheckMessage:
    return Info(
        f"The broker {why}, so that nobody knows whether it keeps everything.",
        hint="Ask again from a machine that reaches it: manage.py check --deploy --tag broker.",
        id="tenfold.I010",
    )
