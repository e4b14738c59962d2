"""A web server that plays a source of prices, and the moment at which it is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.http import LocalSite


@pytest.fixture
def site(settings: object, connected: list[tuple[str, int]]) -> Iterator[LocalSite]:
    """The only machine that may be contacted."""
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        yield site
    assert set(connected) <= {("127.0.0.1", site.port)}


@pytest.fixture
def evening() -> datetime:
    """A Thursday evening in New York, when the last prices of the day are out."""
    return datetime(2024, 6, 6, 22, 0, tzinfo=UTC)
