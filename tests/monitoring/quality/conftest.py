"""What the tests of quality share."""

import pytest
from django.db import connection


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db), "postgresql"])
def both_databases(request: pytest.FixtureRequest) -> None:
    """The test runs on SQLite and on a PostgreSQL of its own."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    assert connection.vendor == request.param
