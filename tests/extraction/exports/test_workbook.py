"""The workbook as a spreadsheet program finds it: exact cells, formulas, notes, links and checks."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from companies.models import Company
from engine.kinds import CompiledView
from extraction.exports import export_of, to_workbook
from extraction.models import CompiledStatement, Fact
from extraction.table.presentation import DisplayUnit
from tests.extraction.exports.made import NAME, northwind, northwind_export

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return northwind()


@pytest.fixture
def workbook(company: Company) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(to_workbook(northwind_export(company))))


@pytest.fixture
def values(company: Company) -> openpyxl.Workbook:
    """The same workbook with the values that are kept beside the formulas."""
    return openpyxl.load_workbook(io.BytesIO(to_workbook(northwind_export(company))), data_only=True)


def line(sheet: Worksheet, label: str) -> tuple[Cell, ...]:
    """The first row with a label."""
    return next(row for row in sheet.iter_rows() if row[0].value == label)


def figures(sheet: Worksheet, label: str) -> list[object]:
    return [cell.value for cell in line(sheet, label)[1:4]]


def test_it_has_a_sheet_per_statement_and_what_belongs_to_them(workbook: openpyxl.Workbook) -> None:
    assert workbook.sheetnames == [
        "About", "Income statement", "Balance sheet", "Cash flow statement", "Restatements",
        "Gaps", "Sources", "Cells",
    ]  # fmt: skip
    assert [sheet.title for sheet in workbook if sheet.sheet_state == "hidden"] == ["Cells"]
    assert workbook.active.title == "Income statement"
    sheet = workbook["Income statement"]
    assert sheet.freeze_panes == "B7"
    assert [cell.value for cell in sheet[5][1:4]] == ["FY2024", "FY2023", "FY2022"]
    assert f"{sheet['B6'].value:%Y-%m-%d}" == "2024-12-31"
    assert sheet["A5"].value == "EUR millions, except per share"


def test_inputs_are_numbers_and_totals_are_formulas(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Income statement"]
    assert figures(sheet, "Revenue") == [1000, 900, 800]
    assert figures(sheet, "Cost of sales") == [-600, -550, -500]
    assert figures(sheet, "Gross profit") == ["=SUM(B7:B8)", "=SUM(C7:C8)", "=SUM(D7:D8)"]
    assert figures(sheet, "Operating profit") == ["=SUM(B9:B11)", "=SUM(C9:C11)", "=SUM(D9:D11)"]
    assert figures(sheet, "Earnings per share, basic") == [1.25, 1.1, None]
    assert line(sheet, "Revenue")[1].data_type == "n"


def test_the_value_of_each_formula_is_kept_beside_it(values: openpyxl.Workbook) -> None:
    assert figures(values["Income statement"], "Operating profit") == [220, 225, 190]
    assert figures(values["Balance sheet"], "Total non-current assets") == [550, 499, 500]
    assert values["Income statement"]["A3"].value == "All 6 checks hold."
    assert values["Balance sheet"]["A3"].value == "2 of 12 checks off beyond rounding: see below."


def test_a_total_off_by_rounding_and_one_that_is_wrong_stay_as_printed(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Balance sheet"]
    assert figures(sheet, "Total current assets") == ["=SUM(B7:B8)", 301, "=SUM(D7:D8)"]
    assert figures(sheet, "Total assets") == ["=SUM(B9:B10)", "=SUM(C9:C10)", 770]
    assert figures(sheet, "Total non-current assets") == ["=B12-B9", "=C12-C9", "=D12-D9"]


def test_the_checks_show_what_is_off(workbook: openpyxl.Workbook, values: openpyxl.Workbook) -> None:
    sheet = values["Balance sheet"]
    rows = {row[0].value: [cell.value for cell in row[1:4]] for row in sheet.iter_rows(min_row=18)}
    assert rows["Total current assets"] == [0, -1, 0]
    assert rows["Rounding allows: Total current assets"] == [1.5, 1.5, 1.5]
    assert rows["As printed: Total current assets"] == [300, 301, 270]
    assert rows["Total assets"] == [0, 0, -70]
    assert rows["Total assets equal equity and liabilities"] == [0, 0, -70]
    formulas = {row[0].value: row[1:4] for row in workbook["Balance sheet"].iter_rows(min_row=18)}
    printed = formulas["As printed: Total assets"][0].coordinate
    assert formulas["Total assets"][0].value == f"=ROUND(SUM(B9:B10)-{printed},6)"
    # A total that is no formula is held against its cell, so that a change of either shows.
    assert formulas["Total assets"][2].value == "=ROUND(SUM(D9:D10)-D12,6)"
    assert formulas["Total assets equal equity and liabilities"][0].value == "=ROUND(B15-B12,6)"
    folded = line(workbook["Balance sheet"], "As printed: Total assets")[0].row
    assert workbook["Balance sheet"].row_dimensions[folded].hidden


def test_identities_between_statements_look_across_sheets(
    workbook: openpyxl.Workbook, values: openpyxl.Workbook
) -> None:
    sheet = workbook["Cash flow statement"]
    profit = "The cash flow statement starts from the profit of the period"
    assert figures(sheet, profit) == [
        "=ROUND(B7-'Income statement'!B12,6)",
        "=ROUND(C7-'Income statement'!C12,6)",
    ]
    assert figures(values["Cash flow statement"], profit) == [0, 0]
    cash = "Closing cash is the cash of the balance sheet, but for restricted cash and overdrafts"
    assert figures(sheet, cash)[0] == "=ROUND(B12-'Balance sheet'!B7,6)"
    before = "Opening cash is the closing cash of the year before"
    assert figures(sheet, before) == ["=ROUND(B11-C12,6)", None]
    assert values["Cash flow statement"]["A3"].value == "All 9 checks hold."


def test_what_is_off_is_red_by_a_condition(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Balance sheet"]
    first = line(sheet, "Total current assets")[0].row
    conditions = {
        str(area.sqref): [rule.formula[0] for rule in rules]
        for area, rules in sheet.conditional_formatting._cf_rules.items()
    }
    checks = [row for row in sheet.iter_rows(min_row=18) if row[0].value == "Total current assets"]
    top = checks[0][0].row
    limit = line(sheet, "Rounding allows: Total current assets")[0].row
    assert conditions[f"B{top}:D{top + 3}"] == [f"ABS(B{top})>B{limit}+0.0000001", f"ABS(B{top})>0"]
    assert "A3" in conditions
    assert first < top


def test_kinds_of_figures_look_different_and_the_legend_shows_them(workbook: openpyxl.Workbook) -> None:
    sheet, about = workbook["Balance sheet"], workbook["About"]
    colours = {
        "reported": line(sheet, "Cash")[1].font.color.rgb,
        "calculated": line(sheet, "Total assets")[1].font.color.rgb,
        "derived": line(sheet, "Total non-current assets")[1].font.color.rgb,
    }
    assert colours == {"reported": "FF1D4ED8", "calculated": "FF111827", "derived": "FF6D28D9"}
    assert line(sheet, "Total assets")[3].font.color.rgb == colours["reported"]
    legend = {
        row[1].value.partition(":")[0].lower(): row[0]
        for row in about.iter_rows()
        if isinstance(row[1].value, str)
    }
    assert {kind: legend[kind].font.color.rgb for kind in colours} == colours
    restated = line(workbook["Income statement"], "Selling and general")[2]
    assert restated.fill.fgColor.rgb == legend["restated"].fill.fgColor.rgb == "FFFDF0C4"


def test_a_note_and_a_link_lead_to_the_page(workbook: openpyxl.Workbook) -> None:
    cell = line(workbook["Income statement"], "Selling and general")[2]
    fact = Fact.objects.get(concept="is.sga", value=-125_000_000)
    assert cell.comment.text.split("\n") == [
        "Annual report 2024, page 7",
        "Printed: “125”",
        "Vintage: published 31 Dec 2024 or later (the period's end)",
        "Restated (silent): -120 before, Annual report 2023, page 7",
    ]
    assert cell.hyperlink.target == f"http://localhost:8000/admin/statements/figures/{fact.pk}/"
    derived = line(workbook["Balance sheet"], "Total non-current assets")[1]
    assert derived.comment.text == "Derived, not printed: Total assets - Total current assets"
    assert derived.hyperlink is None
    calculated = line(workbook["Balance sheet"], "Total assets")[1]
    assert calculated.comment.text.endswith("Calculated: the formula gives what is printed.")
    label = line(workbook["Income statement"], "- of which leases")[0]
    assert label.comment.text == "A line of this company beside the standard ones"


def test_texts_from_documents_are_texts(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["Income statement"]
    label = '=HYPERLINK("http://x.example";"Costs")'
    for text in (NAME, label, "- of which leases", "+1 plan"):
        cell = line(sheet, text)[0]
        assert (cell.data_type, cell.value, cell.style_id and cell.quotePrefix) == ("s", text, True)
    assert figures(sheet, label) == [-30, 0, None]
    # Formulas stand only where this program wrote one: on no sheet is a text one.
    texts = {cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert label in texts
    formulas = [
        cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert [formula for formula in formulas if "HYPERLINK" in formula or "x.example" in formula] == []


def test_a_name_in_a_footer_is_no_command(workbook: openpyxl.Workbook, company: Company) -> None:
    raw = zipfile.ZipFile(io.BytesIO(to_workbook(northwind_export(company)))).read("xl/worksheets/sheet2.xml")
    assert b"&amp;L&amp;8 =Northwind &amp;&amp; S\xc3\xb6hne&amp;C" in raw


def test_gaps_are_empty_and_named_elsewhere(workbook: openpyxl.Workbook) -> None:
    rows = [[cell.value for cell in row] for row in workbook["Gaps"].iter_rows(min_row=5)]
    assert ["Income statement", "Earnings per share, basic", "Not disclosed", "FY2022", 1] in [
        row[:5] for row in rows
    ]
    never = next(row for row in rows if row[1] == "Research and development")
    assert never[2:5] == ["Not disclosed", "All years", 3]
    assert "Research and development" not in [
        row[0].value for row in workbook["Income statement"].iter_rows()
    ]


def test_restatements_and_sources_are_listed(workbook: openpyxl.Workbook, values: openpyxl.Workbook) -> None:
    rows = [[cell.value for cell in row] for row in values["Restatements"].iter_rows(min_row=5)]
    assert [row[2:8] for row in rows] == [
        ["Selling and general", -120, -125, -5, pytest.approx(-5 / 120), "Silent"],
        ["Operating profit", 230, 225, -5, pytest.approx(-5 / 230), "Silent"],
    ]
    assert [row[8:10] for row in rows] == [["Annual report 2023, page 7", "Annual report 2024, page 7"]] * 2
    sources = [[cell.value for cell in row] for row in values["Sources"].iter_rows(min_row=5)]
    assert [(row[0], row[1], row[7]) for row in sources] == [
        ("Annual report 2024", 2024, "test"),
        ("Annual report 2023", 2023, "test"),
    ]
    assert {len(row[9]) for row in sources} == {64}


def test_every_figure_has_an_identity_that_follows_its_cell(
    workbook: openpyxl.Workbook, values: openpyxl.Workbook, company: Company
) -> None:
    head, *rows = [[cell.value for cell in row] for row in values["Cells"].iter_rows()]
    assert head[:8] == [
        "sheet", "row", "period_kind", "period_start", "period_end", "content", "exported", "now",
    ]  # fmt: skip
    entries = [dict(zip(head, row, strict=True)) for row in rows]
    stored = CompiledStatement.objects.get(company=company, view="latest", statement="income_statement")
    fact = Fact.objects.get(concept="is.sga", value=-125_000_000)
    [sga] = [entry for entry in entries if (entry["row"], entry["period_end"]) == ("is.sga", "2023-12-31")]
    assert sga == {
        "sheet": "Income statement",
        "row": "is.sga",
        "period_kind": "duration",
        "period_start": "2023-01-01",
        "period_end": "2023-12-31",
        "content": "reported",
        "exported": -125,
        "now": -125,
        "factor": 1_000_000,
        "fact": fact.pk,
        "statement": stored.pk,
        "version": 1,
        "content_hash": stored.content_hash,
    }
    place = line(workbook["Income statement"], "Selling and general")[2].coordinate
    number = entries.index(sga) + 2
    reference = f"'Income statement'!{place}"
    assert workbook["Cells"][f"H{number}"].value == f'=IF(ISBLANK({reference}),"",{reference})'
    assert len({(entry["sheet"], entry["row"], entry["period_end"]) for entry in entries}) == len(entries)


def test_the_same_version_gives_the_same_bytes(company: Company) -> None:
    assert to_workbook(northwind_export(company)) == to_workbook(northwind_export(company))
    other = to_workbook(northwind_export(company, view=CompiledView.ORIGINAL))
    assert other != to_workbook(northwind_export(company))
    sheet = openpyxl.load_workbook(io.BytesIO(other))["Income statement"]
    assert figures(sheet, "Selling and general")[1] == -120


def test_the_unit_is_stated_and_does_not_touch_per_share_figures(company: Company) -> None:
    data = to_workbook(northwind_export(company, unit=DisplayUnit.THOUSANDS))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Income statement"]
    assert sheet["A5"].value == "EUR thousands, except per share"
    assert figures(sheet, "Revenue") == [1_000_000, 900_000, 800_000]
    assert figures(sheet, "Earnings per share, basic") == [1.25, 1.1, None]


def test_statements_of_different_units_are_brought_into_the_largest(company: Company) -> None:
    """Checks across sheets would compare millions with thousands otherwise."""
    millions = northwind_export(company).tables
    thousands = northwind_export(company, unit=DisplayUnit.THOUSANDS).tables
    export = export_of([thousands[0], millions[1], thousands[2]])
    assert {table.unit for table in export.tables} == {DisplayUnit.MILLIONS}
    assert export.tables == millions
    assert to_workbook(export) == to_workbook(northwind_export(company))


def test_about_says_what_it_is(values: openpyxl.Workbook, company: Company) -> None:
    texts = [cell.value for row in values["About"].iter_rows() for cell in row if cell.value is not None]
    stored = CompiledStatement.objects.get(company=company, view="latest", statement="balance_sheet")
    assert stored.content_hash in texts
    assert "latest: each figure from the newest report that gives it" in texts
    assert "Tenfold, engine 0.1.0" in texts
    assert "2 of 12 checks off beyond rounding: see below." in texts


def test_it_needs_few_queries(company: Company, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(16):  # type: ignore[operator]
        to_workbook(northwind_export(company))
