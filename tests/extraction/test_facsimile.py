"""Pages of stored files as pictures."""

import io
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from documents.upload import accept_upload
from extraction.table.facsimile import page_image
from tests.engine import makepdf
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db


def test_a_page_is_rendered_once_and_kept_for_all_its_figures(files: Path, admin_client: Client) -> None:
    cache.clear()
    content = makepdf.report([makepdf.income()])
    document = accept_upload(a_company(), io.BytesIO(content), "report.pdf").document
    version = document.current_version
    assert version is not None
    first = page_image(version.pk, 1)
    assert first is not None
    assert first.startswith(b"\x89PNG")
    for stored in files.rglob("*.pdf"):
        stored.unlink()
    assert page_image(version.pk, 1) == first
    cache.clear()
    gone = admin_client.get(f"/admin/statements/pages/{version.pk}/1.png")
    assert gone.status_code == 410
    assert gone.content.decode() == "The stored file is gone. Download the report again, or upload it."


def test_a_page_that_is_not_there_is_none(files: Path) -> None:
    document = accept_upload(
        a_company(), io.BytesIO(makepdf.report([makepdf.income()])), "report.pdf"
    ).document
    version = document.current_version
    assert version is not None
    assert page_image(version.pk, 2) is None
    assert page_image(version.pk + 1, 1) is None
