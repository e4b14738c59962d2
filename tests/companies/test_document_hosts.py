"""Further hosts of a company, as they are entered."""

import pytest
from django.core.exceptions import ValidationError

from companies.models import Company, validate_hosts


def test_hosts_one_in_each_line() -> None:
    northwind = Company(name="Northwind", slug="northwind")
    northwind.document_hosts = "reports.example.com\nnorthwind.platform.example\n"
    cleaned = Company._meta.get_field("document_hosts").clean(northwind.document_hosts, northwind)
    assert cleaned.split() == ["reports.example.com", "northwind.platform.example"]


@pytest.mark.parametrize(
    "wrong", ["https://reports.example.com", "reports.example.com/northwind", "localhost", "a..b", "-a.com"]
)
def test_what_names_no_host_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError, match="is no host"):
        validate_hosts(f"reports.example.com\n{wrong}")
