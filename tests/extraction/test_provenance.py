"""`manage.py verify_provenance` on reports of the demo company, sound and tampered with."""

import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from documents.models import Document
from documents.upload import accept_upload
from extraction.extract import extract
from extraction.models import Observation
from tests.extraction.made import a_company

REPORTS = Path(__file__).resolve().parents[2] / "demo" / "reports"
YEARS = (2022, 2025)

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(files: Path) -> list[Document]:
    company = a_company("harrowmere")
    found = []
    for year in YEARS:
        name = f"annual-report-{year}.pdf"
        with (REPORTS / name).open("rb") as file:
            uploaded = accept_upload(company, file, name)
        extract(uploaded.document)
        found.append(uploaded.document)
    return found


def verified(*arguments: str) -> tuple[str, str]:
    """What the command printed, and its complaint."""
    output = io.StringIO()
    try:
        call_command("verify_provenance", *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def test_every_figure_of_the_demo_reports_is_found_again(documents: list[Document]) -> None:
    figures = Observation.objects.count()
    output, complaint = verified()
    assert figures == 356
    assert output.splitlines()[-1] == f"2 files, {figures} figures, {figures} found again"
    assert complaint == ""


def test_a_box_that_was_moved_is_named(documents: list[Document]) -> None:
    observation = Observation.objects.filter(state="value").order_by("pk")[3]
    observation.box = [corner + 40 for corner in observation.box]
    observation.save()
    output, complaint = verified()
    assert output.count("MISSED") == 1
    assert f"{observation.row.label!r}, page {observation.page}: {observation.text!r}" in output
    assert complaint.startswith("1 of 356 figures do not stand where")


def test_a_figure_that_was_changed_is_named(documents: list[Document]) -> None:
    observation = Observation.objects.filter(state="value").order_by("pk")[3]
    printed, observation.text = observation.text, "987,654"
    observation.save()
    output, complaint = verified()
    assert f"'987,654'; printed there: {printed!r}" in output
    assert complaint.startswith("1 of 356")


def test_a_file_that_was_changed_is_named(documents: list[Document]) -> None:
    name = documents[0].current_version.storage_name
    with default_storage.open(name, "ab") as file:
        file.write(b"\n% changed\n")
    output, complaint = verified()
    assert output.count("the stored file has another hash") == 176
    assert complaint.startswith("176 of 356")


def test_a_file_that_is_gone_is_named(documents: list[Document]) -> None:
    default_storage.delete(documents[0].current_version.storage_name)
    output, complaint = verified()
    assert output.count("the stored file is gone") == 176
    assert "180 of 180 found" in output
    assert complaint.startswith("176 of 356")


def test_one_company_alone(documents: list[Document]) -> None:
    assert verified("--company", "somebody-else") == ("0 files, 0 figures, 0 found again\n", "")
