"""What two workers do at the same moment, on a real PostgreSQL."""

import functools
from pathlib import Path

import pytest

from companies.models import Company
from documents.download import download
from documents.models import Document
from tests.http import LocalSite, small_pdf
from tests.simultaneous import at_once

REPORT = small_pdf("Northwind", "Annual report 2024")


@pytest.mark.postgres
def test_copies_fetched_at_the_same_time_become_one_document(settings: object, files: Path) -> None:
    company = Company.objects.create(name="Northwind", slug="northwind")
    with LocalSite() as site:
        settings.ALLOWED_PRIVATE_HOSTS = frozenset({site.pair})  # type: ignore[attr-defined]
        reports = []
        for number in range(6):
            site.add(f"/{number}.pdf", REPORT)
            url = site.url(f"/{number}.pdf")
            reports.append(Document.objects.create(company=company, url=url, url_normalised=url))
        at_once([functools.partial(download, report) for report in reports])
    (kept,) = Document.objects.not_duplicates()
    assert set(Document.objects.exclude(pk=kept.pk).values_list("duplicate_of", flat=True)) == {kept.pk}
