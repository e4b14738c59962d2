"""No file that leaves the system holds a formula that somebody else wrote (CWE-1236)."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from analysis.ratios.calculate import calculate_ratios
from companies.models import Company
from documents.models import Document
from extraction.models import Restatement
from tests.conftest import ROOT
from tests.extraction.exports.made import northwind

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
HOSTILE = '=HYPERLINK("http://x.example";"Look");=1+1'

# Every address that gives a file for a spreadsheet program. `{slug}` is the company's short name.
CSV = (
    "/admin/statements/{slug}/export.csv?statement=income_statement",
    "/admin/ratios/{slug}/export.csv",
    "/admin/extraction/restatement/export.csv",
    "/api/v1/compiled-statements/?company={pk}&type=income_statement&format=csv",
)
WORKBOOKS = (
    "/admin/statements/{slug}/export.xlsx",
    "/admin/ratios/{slug}/export.xlsx",
    "/api/v1/compiled-statements/?company={pk}&format=xlsx",
)


@pytest.fixture
def company(db: None) -> Company:
    """One whose name, documents and explanations begin like formulas."""
    company = northwind()
    company.name = HOSTILE
    company.save()
    Document.objects.update(title=HOSTILE)
    Restatement.objects.update(explanation=HOSTILE, label=HOSTILE, row_key="+row")
    calculate_ratios(company, at=timezone.now())
    return company


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("stella"))
    return client


def _content(client: Client, address: str, company: Company) -> bytes:
    answer = client.get(address.format(slug=company.slug, pk=company.pk))
    assert answer.status_code == 200, address
    return answer.getvalue()


@pytest.mark.parametrize("address", CSV)
@pytest.mark.parametrize("separator", [",", ";"])
def test_no_cell_of_csv_is_a_formula_in_any_country(
    staff: Client, company: Company, address: str, separator: str
) -> None:
    text = _content(staff, address, company).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text), delimiter=separator) for cell in line]
    assert len(cells) > 10
    assert [cell for cell in cells if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell)] == []
    negative = [cell for cell in cells if cell.startswith("-")] if separator == "," else ["-1"]
    assert all(float(cell) < 0 for cell in negative)  # our own figures stay figures


@pytest.mark.parametrize("address", WORKBOOKS)
def test_formulas_of_workbooks_are_ours(staff: Client, company: Company, address: str) -> None:
    book = load_workbook(io.BytesIO(_content(staff, address, company)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [str(cell.value) for cell in cells if cell.data_type == "f"]
    assert [formula for formula in formulas if "x.example" in formula or "1+1" in formula] == []
    links = [cell.hyperlink.target or "" for cell in cells if cell.hyperlink]
    assert [link for link in links if "x.example" in link] == []
    assert any(cell.data_type == "n" for cell in cells)


def test_the_hostile_words_are_in_the_files_at_all(staff: Client, company: Company) -> None:
    """Otherwise the tests above would look at nothing."""
    assert "'=HYPERLINK" in _content(staff, CSV[2], company).decode("utf-8-sig")
    book = load_workbook(io.BytesIO(_content(staff, WORKBOOKS[0], company)))
    assert HOSTILE in {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}


WRITES_TABLES = re.compile(r"csv\.writer|csv\.DictWriter|xlsxwriter|openpyxl import Workbook")
EXEMPT = {
    "extraction/exports/workbook": "writes texts through the parts of it that take `plain`, each as a text",
}


def test_whatever_writes_tables_knows_of_harmless_texts() -> None:
    apps = ("analysis", "audit", "companies", "documents", "extraction", "jobs", "market", "monitoring")
    writers = [
        path for app in apps for path in (ROOT / app).rglob("*.py") if WRITES_TABLES.search(path.read_text())
    ]
    assert len(writers) >= 4
    ignorant = [
        str(path.relative_to(ROOT))
        for path in writers
        if "safe_text" not in path.read_text()
        and not any(str(path.relative_to(ROOT)).startswith(exempt) for exempt in EXEMPT)
    ]
    assert ignorant == [], "Cells of texts go through extraction.exports.safe_text."
