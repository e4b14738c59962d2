"""A report that opens for anyone and forbids copying: read and marked, or turned away by a setting."""

import io
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from reportlab.lib.pdfencrypt import StandardEncryption

from companies.models import Company
from documents.models import Document
from documents.upload import accept_upload
from extraction.extract import extract
from extraction.models import ExtractionRun
from tests.engine.makepdf import balance, cash_flow, income, report
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(files: Path) -> Company:
    return a_company()


def uploaded(company: Company) -> Document:
    locked = StandardEncryption("", ownerPassword="owner", canPrint=1, canCopy=0, strength=128)
    data = report([income(), balance(), cash_flow()], encrypt=locked)
    return accept_upload(company, io.BytesIO(data), "annual-report-2024.pdf").document


def test_it_is_read_and_marked(company: Company, admin_client: Client) -> None:
    document = uploaded(company)
    version = document.current_version
    assert (version.encrypted, version.copying_forbidden, version.page_count) == (True, True, 3)
    assert extract(document).run.status == "succeeded"
    page = admin_client.get(reverse("admin:documents_document_change", args=[document.pk]))
    assert "its author forbids copying" in page.content.decode()
    listed = admin_client.get(reverse("admin:documents_document_changelist"))
    assert "its author forbids copying" in listed.content.decode()


def test_a_setting_turns_it_away(company: Company, settings: object) -> None:
    settings.REFUSE_COPYING_FORBIDDEN = True  # type: ignore[attr-defined]
    document = uploaded(company)
    version = document.current_version
    assert (version.encrypted, version.copying_forbidden, version.page_count) == (True, True, None)
    assert extract(document).code == "copying_forbidden"
    document.refresh_from_db()
    assert (document.status, document.failure_code) == ("failed", "copying_forbidden")
    assert "the settings turn such files away" in document.failure_message


def test_changing_the_setting_reads_it_again(company: Company, settings: object) -> None:
    document = uploaded(company)
    assert extract(document).run.status == "succeeded"
    settings.REFUSE_COPYING_FORBIDDEN = True  # type: ignore[attr-defined]
    assert extract(document).code == "copying_forbidden"
    assert ExtractionRun.objects.get(is_current=True).error_code == "copying_forbidden"
