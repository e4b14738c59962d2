"""A real spreadsheet program opens the workbook, recalculates it and finds the same figures."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User

from companies.models import Company
from extraction.exports import to_workbook
from extraction.review.workbook_edits import take_in_workbook
from tests.extraction.exports.made import northwind, northwind_export

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed"),
]

Values = dict[str, dict[str, object]]


@pytest.fixture
def company() -> Company:
    return northwind()


@pytest.fixture
def saved_again(tmp_path: Path) -> Callable[[bytes], bytes]:
    """A workbook as LibreOffice saves it."""

    def convert(content: bytes) -> bytes:
        source = tmp_path / "book.xlsx"
        source.write_bytes(content)
        subprocess.run(
            [
                "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
                "--convert-to", "xlsx", "--outdir", str(tmp_path / "made"), str(source),
            ],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
        return (tmp_path / "made" / "book.xlsx").read_bytes()

    return convert


@pytest.fixture
def recalculated(saved_again: Callable[[bytes], bytes]) -> Callable[[bytes], Values]:
    """What LibreOffice makes of a workbook: by sheet and address."""
    return lambda content: values_of(saved_again(content))


def values_of(content: bytes) -> Values:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book
    }


def changed(content: bytes, changes: dict[tuple[str, str], object]) -> bytes:
    """The workbook with other inputs and, since openpyxl keeps none, without the values of formulas: the
    program that opens it has to calculate."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for (sheet, address), value in changes.items():
        book[sheet][address] = value
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def test_it_recalculates_to_the_same_values(
    company: Company, recalculated: Callable[[bytes], Values]
) -> None:
    exported = to_workbook(northwind_export(company))
    before = values_of(exported)
    without_values = changed(exported, {})
    assert "A3" not in values_of(without_values)["Income statement"]
    after = recalculated(without_values)
    for sheet, cells in before.items():
        numbers = {place: value for place, value in cells.items() if isinstance(value, int | float)}
        found = {place: after[sheet].get(place) for place in numbers}
        assert found == pytest.approx(numbers, abs=1e-9), sheet
    assert after["Income statement"]["A3"] == "All 6 checks hold."
    assert after["Balance sheet"]["A3"] == "2 of 12 checks off beyond rounding: see below."
    # Texts that begin like formulas came through as texts.
    labels = {value for place, value in after["Income statement"].items() if place.startswith("A")}
    assert {'=HYPERLINK("http://x.example";"Costs")', "- of which leases", "+1 plan"} <= labels


def test_a_changed_figure_shows_in_its_totals_its_checks_and_its_identity(
    company: Company, recalculated: Callable[[bytes], Values]
) -> None:
    exported = to_workbook(northwind_export(company))
    sheet = openpyxl.load_workbook(io.BytesIO(exported))["Income statement"]
    assert (sheet["A8"].value, sheet["B8"].value) == ("Cost of sales", -600)
    after = recalculated(changed(exported, {("Income statement", "B8"): -605}))
    income = after["Income statement"]
    places = {}
    for row in sheet.iter_rows(min_row=7):
        places.setdefault(row[0].value, []).append(row[0].row)
    total, check = places["Operating profit"][:2]
    assert (income[f"B{total}"], income[f"C{total}"]) == (215, 225)
    assert (income[f"B{check}"], income[f"C{check}"]) == (-5, 0)
    gross = places["Gross profit"]
    assert (income[f"B{gross[0]}"], income[f"B{gross[1]}"]) == (395, -5)
    assert income["A3"] == "2 of 6 checks off beyond rounding: see below."
    about = after["About"]
    [changed_row] = [place[1:] for place, value in about.items() if value == "Figures changed since"]
    assert about[f"B{changed_row}"] == 1
    cells = after["Cells"]
    [identity] = [
        place[1:]
        for place, value in cells.items()
        if place.startswith("B") and value == "is.cost_of_sales" and cells[f"E{place[1:]}"] == "2024-12-31"
    ]
    assert (cells[f"G{identity}"], cells[f"H{identity}"]) == (-600, -605)


def test_it_can_be_printed(company: Company, tmp_path: Path) -> None:
    source = tmp_path / "book.xlsx"
    source.write_bytes(to_workbook(northwind_export(company)))
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), str(source),
        ],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    import pypdfium2

    document = pypdfium2.PdfDocument(tmp_path / "book.pdf")
    texts = [page.get_textpage().get_text_bounded() for page in document]
    # One page each and two of gaps; the sheet of identities is hidden.
    assert len(texts) == 8
    assert "Operating profit" in texts[1]
    assert "FY2024" in texts[1]


def test_a_figure_changed_in_it_comes_back_as_the_one_proposal(
    company: Company, saved_again: Callable[[bytes], bytes]
) -> None:
    """Saving alone changes nothing: no figure is taken for another because of how it is written."""
    anna = User.objects.create_user("anna")
    workbook = to_workbook(northwind_export(company))
    untouched = take_in_workbook(saved_again(workbook), "book.xlsx", by=anna)
    assert (untouched.proposed, untouched.refused) == ((), ())
    cells = values_of(workbook)
    address = next(at for at, value in cells["Income statement"].items() if value == "Revenue")
    place = address.replace("A", "B")
    was = cells["Income statement"][place]
    edited = changed(workbook, {("Income statement", place): float(str(was)) + 1})
    edits = take_in_workbook(saved_again(edited), "book.xlsx", by=anna)
    assert [item.details["cell"] for item in edits.proposed] == [f"Income statement!{place}"]
    assert (edits.refused, edits.unchanged) == ((), untouched.unchanged - 1)
