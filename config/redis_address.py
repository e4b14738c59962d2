"""One address of a Redis or Valkey server, spelt as each of its users wants it."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, urlsplit


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """A server and the number of a database on it.

    Read from `redis://[user:password@]host[:port][/db]`, `rediss://…` (with TLS),
    `unix:///path/to/socket[?db=0]` or Celery's `redis+socket:///path/to/socket[?virtual_host=0]`.
    """

    url: str
    database: int = 0

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """Raises ValueError with a sentence where the address cannot be used."""
        parts = urlsplit(url)
        if parts.scheme == "unix":
            written = parse_qs(parts.query).get("db", ["0"])[0]
            base = f"unix://{parts.path}"
        elif parts.scheme == "redis+socket":
            written = parse_qs(parts.query).get("virtual_host", ["0"])[0].strip("/") or "0"
            base = f"unix://{parts.path}"
        elif parts.scheme in ("redis", "rediss"):
            if not parts.hostname:
                raise ValueError("it names no host")
            written = parts.path.strip("/") or "0"
            query = f"?{parts.query}" if parts.query else ""
            base = f"{parts.scheme}://{parts.netloc}{{path}}{query}"
        else:
            raise ValueError("write redis://, rediss:// or unix:// in front")
        if not written.isdigit():
            raise ValueError(f"{written!r} is not the number of a database")
        return cls(base, int(written))

    @classmethod
    def parse_for_broker(cls, url: str) -> "RedisAddress":
        """As `parse`, but only as Celery spells it, because Celery reads this variable by itself too."""
        if url.startswith("unix:"):
            raise ValueError("for a socket write redis+socket:///path/to/socket?virtual_host=0")
        return cls.parse(url)

    def with_password(self, password: str) -> "RedisAddress":
        """The same server, opened with a password that stood elsewhere. A socket needs none.

        Raises ValueError where the address holds one already.
        """
        if not password or self.url.startswith("unix://"):
            return self
        parts = urlsplit(self.url)
        if parts.password:
            raise ValueError("it holds a password, and REDIS_PASSWORD is set too. Keep one of them.")
        name, _, server = parts.netloc.rpartition("@")
        # Quoted without exception: the rest of the address knows braces as a place to fill.
        netloc = f"{name.rstrip(':')}:{quote(password, safe='')}@{server}"
        return replace(self, url=self.url.replace(f"//{parts.netloc}", f"//{netloc}", 1))

    def for_broker(self) -> str:
        """As Celery spells it."""
        if self.url.startswith("unix://"):
            path = self.url.removeprefix("unix://")
            return f"redis+socket://{path}?virtual_host={self.database}"
        return self.url.format(path=f"/{self.database}")

    def for_client(self, database: int | None = None) -> str:
        """As redis-py and Django's cache spell it."""
        number = self.database if database is None else database
        if self.url.startswith("unix://"):
            return f"{self.url}?db={number}"
        return self.url.format(path=f"/{number}")

    @property
    def weakness(self) -> str:
        """Why this address must not be used in production; empty where nothing speaks against it."""
        if self.url.startswith("unix://"):
            return ""
        if not urlsplit(self.url).password:
            return "it has no password"
        if "ssl_cert_reqs" in self.url and "none" in self.url.lower():
            return "it does not check the server's certificate"
        return ""
