"""How to fetch, and what a fetch gives."""

from dataclasses import dataclass, field

from net.addresses import AddressPolicy


@dataclass(frozen=True)
class FetchOptions:
    """How to fetch. Sizes are bytes, times seconds.

    `contact` is an address at which a site's owner reaches the operator; it is part of the
    User-Agent. `longest_turn_wait` is how long a caller waits for its turn at a host before it is
    told to come back later. `minimum_speed` is the average from `speed_grace` seconds on.
    """

    contact: str
    product: str = "Tenfold"
    version: str = "0.1"
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    obey_robots: bool = True
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    page_seconds: float = 60.0
    file_seconds: float = 480.0
    minimum_speed: int = 2000
    speed_grace: float = 20.0
    largest_page: int = 10 * 1024 * 1024
    largest_file: int = 200 * 1024 * 1024
    header_limit: int = 65536
    most_redirects: int = 5
    longest_turn_wait: float = 30.0
    extra_certificates: str | None = None

    def __post_init__(self) -> None:
        if not self.contact.strip() or not self.contact.isprintable():
            raise ValueError("contact: name an e-mail or web address at which a site's owner can reach you")
        if not self.product.isascii() or not self.product.isalnum():
            raise ValueError("product: letters and digits only, because robots.txt is matched by it")
        for name in ("connect_seconds", "idle_seconds", "page_seconds", "file_seconds", "largest_page",
                     "largest_file", "header_limit"):  # fmt: skip
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0")

    @property
    def user_agent(self) -> str:
        return f"{self.product}/{self.version} (+{self.contact})"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body in memory, decoded. `content_type` is as the sender calls it, lower case and with its
    parameters; `media_type` is what the bytes are, "" where they do not tell. With `not_modified`
    there is no body and the copy the caller has is still good."""

    url: str
    final_url: str
    status: int
    content_type: str
    media_type: str
    charset: str | None
    body: bytes
    etag: str
    last_modified: str
    not_modified: bool
    disposition_name: str
    is_whole: bool = True  # False where reading stopped at the start of a document that was not wanted


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body written to the caller's file. `size` and `sha256` are of the bytes written; `head`
    holds the first of them (at most 1,024). `content_type` and `media_type` as in `Fetched`. Without
    `end_known` the sender did not say where the body ends, so that a cut looks like an end."""

    url: str
    final_url: str
    status: int
    content_type: str
    media_type: str
    size: int
    sha256: str
    head: bytes
    etag: str
    last_modified: str
    not_modified: bool
    disposition_name: str
    end_known: bool = True
