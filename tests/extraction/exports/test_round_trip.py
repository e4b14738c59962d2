"""A workbook goes out, is changed, and comes back as proposed corrections."""

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_framework.test import APIClient

from companies.models import Company
from engine.errors import Unreadable
from engine.kinds import CorrectionAction
from extraction.compile import compile_company
from extraction.exports import export_of, to_json, to_workbook
from extraction.models import CompiledStatement, Correction, Fact, ReviewItem, ReviewState
from extraction.review.correct import Place, Wanted, correct
from extraction.review.decide import decide
from extraction.review.replay import replay_company
from extraction.review.workbook_edits import WorkbookRefused, take_in_workbook
from extraction.store import store_reading
from extraction.table.figures import figures_of_stored
from extraction.table.presentation import DisplayUnit, written
from tests.extraction.made import a_company, a_document, a_reading

pytestmark = pytest.mark.django_db

SHEET = "Income statement"
LINES = [
    ("Revenue", "is.revenue", 1, ["1,200.5", "1,100"]),
    ("Cost of sales", "is.cost_of_sales", -1, ["700", "650"]),
    ("Gross profit", "is.gross_profit", 1, ["500.5", "450"]),
    ("Special gain", None, 1, ["–", "20"]),
]
Change = Callable[[openpyxl.Workbook], Any]


@pytest.fixture
def company() -> Company:
    company = a_company()
    document = a_document(company, 2024)
    store_reading(document.current_version, a_reading([2024, 2023], LINES), options_digest="d", task_run=None)
    compile_company(company)
    return company


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", is_staff=True)


def exported(company: Company) -> bytes:
    stored = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    return to_workbook(export_of([written(figures_of_stored(stored), DisplayUnit.MILLIONS)]))


def changed(company: Company, change: Change, data: bytes | None = None) -> bytes:
    """The exported workbook as somebody saves it after a change. No program recalculated it: what the
    formulas gave is gone, as it is when a script saves a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(data or exported(company)))
    change(book)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def cell(book: openpyxl.Workbook, label: str, year: int = 2024) -> Any:
    sheet = book[SHEET]
    column = next(c.column for c in sheet[5] if c.value == f"FY{year}")
    row = next(r for r in range(7, 40) if sheet.cell(r, 1).value == label)
    return sheet.cell(row, column)


def put(label: str, value: object, year: int = 2024) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        cell(book, label, year).value = value

    return change


def refused(company: Company, anna: User, change: Change) -> list[tuple[str, str]]:
    edits = take_in_workbook(changed(company, change), "x.xlsx", by=anna)
    assert edits.proposed == ()
    assert ReviewItem.objects.filter(kind="proposed").count() == 0
    return [(one.code, one.place) for one in edits.refused]


def test_it_works(company: Company, anna: User) -> None:
    data = changed(company, put("Cost of sales", -710.25))
    edits = take_in_workbook(data, "statements.xlsx", by=anna)
    (item,) = edits.proposed
    assert (edits.refused, edits.unchanged) == ((), 7)
    assert item.reason == (
        "Income statement, Cost of sales, 2024: 700 is printed, and anna made it 710.25 in “statements.xlsx”."
    )
    assert (item.kind, item.rank, item.details["cell"]) == ("proposed", 40, f"{SHEET}!B8")
    # Nothing changes before somebody accepts it.
    assert Correction.objects.count() == 0
    decide(ReviewItem.objects.filter(pk=item.pk), ReviewState.ACCEPTED, by=anna)
    item.refresh_from_db()
    correction = item.correction
    assert (item.state, correction.number, correction.text) == ("corrected", Decimal("710.25"), "700")
    replay_company(company)
    fact = Fact.objects.get(label="Cost of sales", period_end__year=2024, superseded_at__isnull=True)
    assert (fact.value, fact.entered, fact.correction) == (Decimal("-710250000"), True, correction)


def test_a_workbook_that_was_not_changed_proposes_nothing(company: Company, anna: User) -> None:
    for data in (exported(company), changed(company, lambda book: None)):
        edits = take_in_workbook(data, "x.xlsx", by=anna)
        assert (edits.proposed, edits.refused, edits.unchanged) == ((), (), 8)


def test_a_figure_is_matched_to_its_cell_after_rows_were_moved(company: Company, anna: User) -> None:
    def change(book: openpyxl.Workbook) -> None:
        """As a spreadsheet program puts a row in: what stands below moves, formulas go along."""
        cell(book, "Revenue").value = 1300
        sheet = book[SHEET]
        sheet.move_range("A7:C10", rows=1)
        for line in book["Cells"].iter_rows(min_row=2):
            formula = line[7].value
            for row in range(10, 6, -1):
                formula = formula.replace(f"!B{row})", f"!B{row + 1})").replace(f"!C{row})", f"!C{row + 1})")
            line[7].value = formula

    (item,) = take_in_workbook(changed(company, change), "x.xlsx", by=anna).proposed
    assert (item.details["cell"], item.details["number"]) == (f"{SHEET}!B8", "1300")


def test_a_dash_becomes_a_figure_in_the_unit_of_its_line(company: Company, anna: User) -> None:
    (item,) = take_in_workbook(changed(company, put("Special gain", 12.5)), "x.xlsx", by=anna).proposed
    assert item.details["number"] == "12.5"


def test_uploading_it_twice_asks_once_and_what_was_decided_is_not_asked_again(
    company: Company, anna: User
) -> None:
    data = changed(company, put("Revenue", 1300))
    first = take_in_workbook(data, "x.xlsx", by=anna)
    assert take_in_workbook(data, "y.xlsx", by=anna).proposed == first.proposed
    decide(ReviewItem.objects.filter(kind="proposed"), ReviewState.REJECTED, by=anna)
    again = take_in_workbook(data, "x.xlsx", by=anna)
    assert (again.proposed, [one.code for one in again.refused]) == ((), ["decided_before"])


@pytest.mark.parametrize(("change", "code"), [
    (put("Revenue", "=1+1"), "formula"),
    (put("Revenue", "many"), "not_a_number"),
    (put("Revenue", True), "formula"),
    (put("Revenue", None), "emptied"),
    (put("Gross profit", 501), "calculated"),
])  # fmt: skip
def test_a_cell_that_says_no_figure_is_refused_by_name(
    company: Company, anna: User, change: Change, code: str
) -> None:
    places = {"calculated": f"{SHEET}!B9"}
    assert refused(company, anna, change) == [(code, places.get(code, f"{SHEET}!B7"))]


def test_a_deleted_row_and_a_gap_are_refused_by_name(company: Company, anna: User) -> None:
    document = a_document(company, 2025)
    reading = a_reading([2025, 2024], LINES[:3])
    store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    assert refused(company, anna, put("Special gain", 5, 2025)) == [("gap", f"{SHEET}!B10")]

    def deleted(book: openpyxl.Workbook) -> None:
        for line in book["Cells"].iter_rows(min_row=2):
            if line[1].value == "is.revenue":
                line[7].value = '=IF(ISBLANK(#REF!),"",#REF!)'

    assert refused(company, anna, deleted) == [("gone", f"{SHEET}!?")] * 3


def test_a_stale_version_is_refused_by_name(company: Company, anna: User) -> None:
    data = changed(company, put("Revenue", 1300))
    fact = Fact.objects.get(label="Cost of sales", period_end__year=2024)
    correct(Place.of_figure(fact.observation), Wanted(CorrectionAction.NUMBER, number=Decimal(701)), by=anna)
    replay_company(company)
    compile_company(company)
    edits = take_in_workbook(data, "x.xlsx", by=anna)
    assert [one.code for one in edits.refused] == ["stale_version"]
    assert "version 1 of this statement" in edits.refused[0].says


def test_a_cell_whose_identity_was_changed_is_refused(company: Company, anna: User) -> None:
    def swapped(book: openpyxl.Workbook) -> None:
        """The revenue's line of the hidden sheet names the fact of the costs."""
        lines = {
            line[1].value: line for line in book["Cells"].iter_rows(min_row=2) if "2024" in line[4].value
        }
        lines["is.revenue"][9].value = lines["is.cost_of_sales"][9].value
        cell(book, "Revenue").value = 1300

    assert refused(company, anna, swapped) == [("unknown_cell", f"{SHEET}!B7")]


@pytest.mark.parametrize(("data", "code"), [
    (b"", "not_a_workbook"), (b"PK\x03\x04 nothing", "not_a_workbook"), (b"%PDF-1.7", "not_a_workbook"),
])  # fmt: skip
def test_what_is_no_workbook_is_refused(anna: User, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        take_in_workbook(data, "x.xlsx", by=anna)
    assert refusal.value.code == code


def test_a_foreign_workbook_is_refused_whole(company: Company, anna: User) -> None:
    other = openpyxl.Workbook()
    output = io.BytesIO()
    other.save(output)
    with pytest.raises(Unreadable) as refusal:
        take_in_workbook(output.getvalue(), "x.xlsx", by=anna)
    assert refusal.value.code == "foreign_workbook"
    data = changed(company, put("Revenue", 1300))
    CompiledStatement.objects.update(content_hash="of another installation")
    with pytest.raises(WorkbookRefused) as gone:
        take_in_workbook(data, "x.xlsx", by=anna)
    assert gone.value.code == "foreign_workbook"


def test_a_hidden_sheet_that_was_tampered_with_is_refused_whole(company: Company, anna: User) -> None:
    def without_a_column(book: openpyxl.Workbook) -> None:
        book["Cells"].delete_cols(3)

    def with_a_word(book: openpyxl.Workbook) -> None:
        book["Cells"]["I2"].value = "many"

    for change in (without_a_column, with_a_word):
        with pytest.raises(Unreadable) as refusal:
            take_in_workbook(changed(company, change), "x.xlsx", by=anna)
        assert refusal.value.code == "changed_structure"
    assert ReviewItem.objects.filter(kind="proposed").count() == 0


def test_over_http_and_on_its_page(company: Company, anna: User, client: Client) -> None:
    def both(book: openpyxl.Workbook) -> None:
        put("Revenue", 1300)(book)
        put("Cost of sales", "=0")(book)

    data = changed(company, both)
    client.force_login(anna)
    page = "/admin/review/workbook/"
    assert client.get(page).status_code == 403
    may = ["view_reviewitem", "view_correction", "add_correction"]
    anna.user_permissions.set(Permission.objects.filter(codename__in=may))
    assert "Upload a changed workbook" in client.get(page).content.decode()
    shown = client.post(page, {"file": SimpleUploadedFile("x.xlsx", data)}).content.decode()
    assert "made it 1,300" in shown
    assert f"{SHEET}!B8" in shown
    assert "It is a formula now." in shown
    wrong = client.post(page, {"file": SimpleUploadedFile("x.xlsx", b"no")})
    assert (wrong.status_code, "is no Excel workbook" in wrong.content.decode()) == (422, True)
    api = APIClient()
    api.force_authenticate(User.objects.get(pk=anna.pk))
    answer = api.post("/api/v1/workbooks/", {"file": SimpleUploadedFile("x.xlsx", data)}, format="multipart")
    body = answer.json()
    assert (answer.status_code, len(body["proposed"]), body["unchanged"]) == (200, 1, 6)
    assert body["refused"] == [
        {"code": "formula", "place": f"{SHEET}!B8", "label": "Cost of sales",
         "says": "It is a formula now. Type the figure as a number."}
    ]  # fmt: skip
    bad = api.post("/api/v1/workbooks/", {"file": SimpleUploadedFile("x.xlsx", b"no")}, format="multipart")
    assert (bad.status_code, bad.json()["code"]) == (400, "not_a_workbook")


def test_a_corrected_figure_says_so_in_the_exports_and_still_says_what_is_printed(
    company: Company, anna: User
) -> None:
    fact = Fact.objects.get(label="Revenue", period_end__year=2024)
    correct(Place.of_figure(fact.observation), Wanted(CorrectionAction.NUMBER, number=Decimal(1210)), by=anna)
    replay_company(company)
    compile_company(company)
    shown = cell(openpyxl.load_workbook(io.BytesIO(exported(company))), "Revenue")
    assert shown.value == 1210
    note = shown.comment.text
    assert "Printed: “1,200.5”\nCorrected by a person; the number is not printed on the page." in note
    stored = CompiledStatement.objects.get(company=company, view="latest", is_current=True)
    revenue = written(figures_of_stored(stored)).rows[0].cells[0]
    assert revenue.hint == (
        "Annual report 2024, page 7: “1,200.5” Corrected by a person; the number is not printed on the page."
    )
    found = json.loads(to_json(export_of([written(figures_of_stored(stored))])))
    rows = {row["key"]: row for row in found["statements"][0]["rows"]}
    source = rows["is.revenue"]["cells"][0]["source"]
    assert (source["printed"], source["method"]) == ("1,200.5", "correction")
    assert source["entered_by_a_person"] is True
    costs = rows["is.cost_of_sales"]["cells"][0]["source"]
    assert (costs["method"], costs["entered_by_a_person"]) == ("reading", False)
