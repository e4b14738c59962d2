"""Whole reports: from bytes to tables with places, units and checks."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine.concluding import conclude_again
from engine.errors import Unreadable
from engine.kinds import CellState, CheckOutcome, RowKind, Scope, StatementKind
from engine.pdf.open import OpenLimits
from engine.reading import ReadingOptions, read, survey
from engine.statement import Reading, StatementTable
from engine.values import Unit
from tests.engine.makepdf import (
    ASSETS,
    INCOME,
    LIABILITIES,
    NOTES,
    PROSE,
    Sheet,
    balance,
    cash_flow,
    income,
    report,
)

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
DEMO = Path(__file__).resolve().parents[2] / "demo"
GERMAN = (
    "Der Bericht beschreibt die Geschäfte des Konzerns in dem Jahr und was der Vorstand von dem nächsten "
    "Jahr für die Gesellschaft und ihre Aktionäre erwartet. "
) * 6
FRENCH = (
    "Le rapport présente les activités du groupe pour l’exercice et les perspectives que la direction "
    "envisage pour les prochaines années de la société. "
) * 6


def table_of(reading: Reading, kind: StatementKind) -> StatementTable:
    return next(s.table for s in reading.statements if s.table.kind is kind)


def figures(table: StatementTable) -> dict[str, list[str | None]]:
    return {
        row.label: [None if c is None else str(c.number) for c in row.cells]
        for row in table.rows
        if row.kind is not RowKind.HEADING
    }


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read(report([PROSE, income(), balance(), cash_flow()]))


def test_the_three_statements_are_found_on_their_pages(reading):
    assert [(s.table.kind.value, s.table.pages) for s in reading.statements] == [
        ("income_statement", (2,)),
        ("balance_sheet", (3,)),
        ("cash_flow_statement", (4,)),
    ]
    assert reading.abstentions == ()
    assert reading.warnings == ()


class Listener:
    """Remembers how many pages were looked at."""

    def __init__(self) -> None:
        self.pages = 0

    def __call__(self, step: str, done: int = 0, total: int = 0, message: str = "") -> None:
        self.pages = max(self.pages, done if step == "text" else 0)


def test_the_notes_behind_statements_that_prove_themselves_are_not_looked_at():
    front, whole = Listener(), Listener()
    notes = [PROSE] * 56
    proven = read(report([PROSE, income(), balance(), cash_flow(), *notes]), report=front)
    sheet = balance(rows=(*ASSETS[:-1], ("Total assets", "", "1,001.0", "951.0"), *LIABILITIES))
    doubtful = read(report([PROSE, income(), sheet, cash_flow(), *notes]), report=whole)
    assert (front.pages, whole.pages) == (10, 60)
    assert [s.table.pages for s in proven.statements] == [(2,), (3,), (4,)]
    assert [s.table.pages for s in doubtful.statements] == [(2,), (3,), (4,)]
    assert proven.survey.pages == 60


def test_every_figure_is_read_with_its_sign(reading):
    table = table_of(reading, StatementKind.INCOME_STATEMENT)
    assert figures(table) == {
        "Revenue": ["1234.5", "1150.0"],
        "Cost of sales": ["-700.0", "-650.0"],
        "Gross profit": ["534.5", "500.0"],
        "Administrative expenses": ["-200.0", "-180.0"],
        "Other operating income": ["0", "12.0"],
        "Operating profit": ["334.5", "332.0"],
        "Finance costs": ["-34.5", "-32.0"],
        "Profit before tax": ["300.0", "300.0"],
        "Income tax expense": ["-75.0", "-70.0"],
        "Profit for the year": ["225.0", "230.0"],
        "Basic (€)": ["1.25", "1.28"],
        "Diluted (€)": ["1.24", "1.27"],
    }


def test_a_dash_is_nil_and_notes_are_no_figures(reading):
    rows = {row.label: row for row in table_of(reading, StatementKind.INCOME_STATEMENT).rows}
    assert rows["Other operating income"].cells[0].state is CellState.NIL
    assert rows["Other operating income"].cells[0].number == Decimal(0)
    assert rows["Administrative expenses"].note == "5"
    assert rows["Basic (€)"].section == "Earnings per share"
    assert rows["Basic (€)"].kind is RowKind.PER_SHARE
    assert rows["Basic (€)"].unit == Unit("EUR", 1)


def test_periods_units_and_scope(reading):
    table = table_of(reading, StatementKind.INCOME_STATEMENT)
    assert table.unit == Unit("EUR", 1_000_000)
    assert table.scope is Scope.CONSOLIDATED
    assert [(c.period.start.isoformat(), c.period.end.isoformat()) for c in table.columns] == [
        ("2022-07-01", "2023-06-30"),
        ("2021-07-01", "2022-06-30"),
    ]
    sheet = table_of(reading, StatementKind.BALANCE_SHEET)
    assert [(c.period.start, c.period.end.isoformat()) for c in sheet.columns] == [
        (None, "2023-06-30"),
        (None, "2022-06-30"),
    ]


def test_every_cell_has_its_place_on_the_page(reading):
    cell = table_of(reading, StatementKind.INCOME_STATEMENT).rows[0].cells[0]
    assert (cell.text, cell.page) == ("1,234.5", 2)
    assert cell.box.x1 == pytest.approx(430.0, abs=0.5)
    assert 842 - 780 < cell.box.y0 < cell.box.y1 < 842 - 700


def test_the_identities_hold_on_what_was_read(reading):
    outcomes = {c.outcome for s in reading.statements for c in s.checks}
    assert CheckOutcome.HOLDS in outcomes
    assert CheckOutcome.FAILS not in outcomes


def test_a_balance_sheet_on_two_pages_is_one_table():
    pages = [
        PROSE,
        income(),
        balance(rows=ASSETS),
        balance(rows=LIABILITIES, title="Consolidated balance sheet (continued)"),
        cash_flow(),
    ]
    table = table_of(read(report(pages)), StatementKind.BALANCE_SHEET)
    assert table.pages == (3, 4)
    assert figures(table)["Total assets"] == ["1000.0", "950.0"]
    assert figures(table)["Total equity and liabilities"] == ["1000.0", "950.0"]
    assert {row.page for row in table.rows} == {3, 4}


def test_a_turned_page_is_read_and_its_boxes_lie_on_the_shown_page():
    reading = read(report([PROSE, income(), balance(turned=True), cash_flow()]))
    table = table_of(reading, StatementKind.BALANCE_SHEET)
    assert figures(table)["Total assets"] == ["1000.0", "950.0"]
    assert figures(table)["Goodwill"] == ["100.0", "100.0"]


def test_oldest_first_columns_keep_their_periods():
    oldest = [(label, note, *reversed(texts)) for label, note, *texts in (r for r in INCOME if len(r) > 1)]
    reading = read(
        report(
            [
                PROSE,
                income(rows=oldest, heads=(("2022", "2023"),), lines=("€ million", "Year ended 30 June")),
                balance(),
            ]
        )
    )
    table = table_of(reading, StatementKind.INCOME_STATEMENT)
    assert [c.period.end.isoformat() for c in table.columns] == ["2022-06-30", "2023-06-30"]
    assert figures(table)["Revenue"] == ["1150.0", "1234.5"]


YEARS_ALONE = (("2023", "2022"), ("€ million", "€ million"))


def test_columns_headed_by_years_alone_end_when_the_report_says_its_year_ended():
    cover = f"Annual report for the year ended 30 June 2023. {PROSE}"
    reading = read(
        report([cover, *(made(heads=YEARS_ALONE, lines=()) for made in (income, balance, cash_flow))])
    )
    periods = [
        [(c.period.start and c.period.start.isoformat(), c.period.end.isoformat()) for c in s.table.columns]
        for s in reading.statements
    ]
    year = [("2022-07-01", "2023-06-30"), ("2021-07-01", "2022-06-30")]
    assert periods == [year, [(None, "2023-06-30"), (None, "2022-06-30")], year]
    assert "the statements name no day; their years are taken to end as in “year ended 30 june 2023”" in [
        *reading.warnings
    ]


def test_years_alone_stay_without_an_end_where_the_report_names_two():
    cover = f"For the year ended 30 June 2023. For the year ended 31 December 2023. {PROSE}"
    reading = read(report([cover, income(heads=YEARS_ALONE, lines=()), balance(heads=YEARS_ALONE, lines=())]))
    assert [c.period for s in reading.statements for c in s.table.columns] == [None] * 4


def test_restated_columns_say_so():
    heads = (("2023", "2022"), ("", "Restated"), ("£'000", "£'000"))
    table = table_of(read(report([PROSE, income(heads=heads), balance()])), StatementKind.INCOME_STATEMENT)
    assert [c.restated for c in table.columns] == [False, True]
    assert table.unit == Unit("GBP", 1000)


def test_columns_with_a_currency_of_their_own_keep_it():
    rows = [(label, note, a, b, b) for label, note, a, b in (r for r in INCOME if len(r) > 1)]
    heads = (("2023", "2022", "2023"), ("RMB’000", "RMB’000", "US$’000"))
    sheet = income(rows=rows, heads=heads, rights=(380.0, 450.0, 530.0), note_at=None)
    table = table_of(read(report([PROSE, sheet, balance()])), StatementKind.INCOME_STATEMENT)
    assert table.unit == Unit("CNY", 1000)
    assert [c.unit for c in table.columns] == [Unit("CNY", 1000), Unit("CNY", 1000), Unit("USD", 1000)]


def test_columns_of_percentages_are_no_periods():
    rows = [(*row, f"{n}.5%") if len(row) > 1 else row for n, row in enumerate(INCOME)]
    sheet = income(rows=rows, heads=(("2023", "2022", ""), ("€m", "€m", "")), rights=(380.0, 450.0, 530.0))
    table = table_of(read(report([PROSE, sheet, balance()])), StatementKind.INCOME_STATEMENT)
    assert [c.period.end.isoformat() for c in table.columns] == ["2023-06-30", "2022-06-30"]
    assert figures(table)["Revenue"] == ["1234.5", "1150.0"]


def test_comprehensive_income_under_a_title_of_its_own_is_another_statement():
    rows = (
        *INCOME,
        ("CONSOLIDATED STATEMENT OF COMPREHENSIVE INCOME",),
        ("Exchange differences", "", "7.0", "8.0"),
        ("Total comprehensive income", "", "232.0", "238.0"),
    )
    table = table_of(read(report([PROSE, income(rows=rows), balance()])), StatementKind.INCOME_STATEMENT)
    assert list(figures(table))[-1] == "Diluted (€)"


def test_a_label_of_two_lines_is_one_row():
    rows = (
        *INCOME[:3],
        ("Share of the results of associates and of joint ventures that",),
        ("are accounted for using the equity method", "", "1.5", "2.5"),
        *INCOME[3:],
    )
    sheet = income(rows=rows)
    table = table_of(read(report([PROSE, sheet, balance()])), StatementKind.INCOME_STATEMENT)
    label = (
        "Share of the results of associates and of joint ventures that "
        "are accounted for using the equity method"
    )
    assert figures(table)[label] == ["1.5", "2.5"]


def test_german_statements_with_decimal_commas():
    sheet = Sheet(
        "Konzern-Gewinn- und Verlustrechnung",
        ("für das Geschäftsjahr vom 1. Januar bis 31. Dezember 2023", "in Mio. €"),
        (("2023", "2022"),),
        (
            ("Umsatzerlöse", "1", "1.234,5", "1.150,0"),
            ("Umsatzkosten", "", "-700,0", "-650,0"),
            ("Bruttoergebnis vom Umsatz", "", "534,5", "500,0"),
            ("Verwaltungskosten", "2", "-200,0", "-180,0"),
            ("Betriebsergebnis", "", "334,5", "320,0"),
            ("Finanzaufwendungen", "3", "-34,5", "-20,0"),
            ("Ergebnis vor Ertragsteuern", "", "300,0", "300,0"),
            ("Ertragsteuern", "4", "-75,0", "-70,0"),
            ("Konzernjahresüberschuss", "", "225,0", "230,0"),
            ("Ergebnis je Aktie in € (verwässert)", "5", "1,24", "1,27"),
        ),
        note_at=330.0,
    )
    table = table_of(read(report([GERMAN, sheet])), StatementKind.INCOME_STATEMENT)
    assert table.unit == Unit("EUR", 1_000_000)
    assert figures(table)["Umsatzerlöse"] == ["1234.5", "1150.0"]
    assert figures(table)["Umsatzkosten"] == ["-700.0", "-650.0"]
    assert [c.period.end.isoformat() for c in table.columns] == ["2023-12-31", "2022-12-31"]


def test_french_statements_with_spaced_thousands():
    sheet = Sheet(
        "Compte de résultat consolidé",
        ("Exercice clos le 31 décembre 2023", "(en milliers d’euros)"),
        (("2023", "2022"),),
        (
            ("Chiffre d’affaires", "", "1 234 567", "1 150 000"),
            ("Coût des ventes", "", "(700 000)", "(650 000)"),
            ("Marge brute", "", "534 567", "500 000"),
            ("Résultat opérationnel", "", "334 567", "320 000"),
            ("Résultat avant impôt", "", "300 000", "300 000"),
            ("Impôt sur les bénéfices", "", "(75 000)", "(70 000)"),
            ("Résultat net", "", "225 000", "230 000"),
            ("Résultat net dilué par action (en euros)", "", "1,24", "1,27"),
        ),
    )
    table = table_of(read(report([FRENCH, sheet])), StatementKind.INCOME_STATEMENT)
    assert table.unit == Unit("EUR", 1000)
    assert figures(table)["Chiffre d’affaires"] == ["1234567", "1150000"]
    assert figures(table)["Résultat net dilué par action (en euros)"] == ["1.24", "1.27"]


def test_a_report_without_statements_abstains_with_reasons():
    reading = read(report([PROSE, PROSE]))
    assert reading.statements == ()
    assert [(a.kind, a.code) for a in reading.abstentions] == [
        (kind, "statement_not_found") for kind in StatementKind
    ]


def test_a_parent_only_statement_is_not_taken_for_the_group():
    alone = balance(
        title="Company balance sheet",
        rows=[
            (r[0], *["9.9" if t else "" for t in r[1:]]) if len(r) > 1 else r for r in ASSETS + LIABILITIES
        ],
    )
    reading = read(report([PROSE, income(), balance(), cash_flow(), PROSE, alone]))
    assert table_of(reading, StatementKind.BALANCE_SHEET).pages == (3,)


def test_a_unit_that_contradicts_itself_stays_unknown_and_is_said():
    sheet = income(
        lines=("in thousands and in millions of euros", "year ended 30 June"), heads=(("2023", "2022"),)
    )
    reading = read(report([PROSE, sheet]))
    assert table_of(reading, StatementKind.INCOME_STATEMENT).unit.scale is None
    assert reading.warnings[0].startswith("The heading names more than one unit (1,000, 1,000,000)")


def test_type_nobody_can_see_is_kept_out():
    data = report([PROSE, income(), balance(), cash_flow()])
    seen = figures(table_of(read(data), StatementKind.BALANCE_SHEET))
    hidden = balance(extra=[(700.0, 600.0, "Total assets 9,999.0 9,999.0")])
    assert (
        figures(table_of(read(report([PROSE, income(), hidden, cash_flow()])), StatementKind.BALANCE_SHEET))
        == seen
    )


def test_of_a_scan_nobody_knows_whether_it_has_statements():
    assert survey(report(["", "", "", ""])).statements is None
    assert survey(report([PROSE, "", "", ""])).statements is None
    assert survey(report([PROSE, PROSE, PROSE, ""])).statements == frozenset()
    assert survey(report([income(), "", "", ""])).statements == {StatementKind.INCOME_STATEMENT}


def test_survey_says_what_a_file_is():
    about = survey(report([PROSE, income()], title="Annual report 2023"))
    assert (about.pages, about.encrypted, about.text_share, about.title) == (
        2,
        False,
        1.0,
        "Annual report 2023",
    )
    assert about.first_pages[1].startswith("Consolidated income statement")
    assert len(about.sha256) == 64


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_pdf"),
        (b"<!DOCTYPE html><html><body>403</body></html>", "not_a_pdf"),
        (b"%PDF-1.7\nnothing more", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(data, code):
    with pytest.raises(Unreadable) as refused:
        read(data)
    assert refused.value.code == code


def test_limits_are_refused_by_name():
    data = report([PROSE, PROSE, PROSE])
    for limits, code in (
        (OpenLimits(largest_file=100), "too_large"),
        (OpenLimits(most_pages=2), "too_many_pages"),
    ):
        with pytest.raises(Unreadable) as refused:
            read(data, ReadingOptions(limits=limits))
        assert refused.value.code == code


def test_a_reading_can_be_restricted():
    data = report([PROSE, income(), balance(), cash_flow()])
    only = read(data, ReadingOptions(kinds=(StatementKind.BALANCE_SHEET,)))
    assert [s.table.kind for s in only.statements] == [StatementKind.BALANCE_SHEET]
    page = read(data, ReadingOptions(pages=(2,)))
    assert [s.table.pages for s in page.statements] == [(2,)]
    assert conclude_again(only, ()) == only


@pytest.mark.parametrize("year", range(2018, 2026))
def test_the_demo_reports_are_read_to_the_last_figure(year):
    truth = json.loads((DEMO / "truth.json").read_text())
    publication = next(p for p in truth["publications"] if p["file"] == f"annual-report-{year}.pdf")
    reading = read((DEMO / "reports" / publication["file"]).read_bytes())
    for statement in publication["statements"]:
        table = table_of(reading, StatementKind(statement["kind"]))
        assert table.unit == Unit(publication["currency"], statement["scale"])
        assert list(table.pages) == statement["pages"]
        ends = [column.period.end.isoformat() for column in table.columns]
        read_cells = {
            (row.label, ends[n], cell.text)
            for row in table.rows
            for n, cell in enumerate(row.cells)
            if cell is not None
        }
        missing = [
            c for c in statement["cells"] if (c["label"], c["period_end"], c["printed"]) not in read_cells
        ]
        assert missing == []


FIXED = (
    "COSTCO_2015_10K",
    "IFRS_d86be8a2fa1a",
    "NETFLIX_2019_10K",
    "AMERICANWATERWORKS_2018_10K",
    "BLOCK_2021_10K",
)


@pytest.mark.samples
@pytest.mark.parametrize("name", FIXED)
def test_real_reports_are_read_without_a_wrong_figure(name):
    path = SAMPLES / "reports" / f"{name}.pdf"
    if not path.exists():
        pytest.skip("the sample reports are not beside the repository")
    truth = json.loads((SAMPLES / "truth" / f"{name}.json").read_text())
    reading = read(path.read_bytes())
    for kind, expected in truth["statements"].items():
        table = table_of(reading, StatementKind(kind))
        assert list(table.pages) == expected["pages"]
        assert table.unit.currency == truth["currency"]
        assert [c.period.end.isoformat() for c in table.columns] == expected["periods"]
        got = [[None if c is None else c.number for c in row.cells] for row in table.rows]
        wanted = [
            [None if v is None else Decimal(str(v)) for v in item["values"]]
            for item in expected["items"]
            if not item.get("supplemental") and not item.get("after_total")
        ]
        assert [values for values in wanted if values not in got] == []


@pytest.mark.samples
def test_exact_figures_of_one_report():
    path = SAMPLES / "reports" / "COSTCO_2015_10K.pdf"
    if not path.exists():
        pytest.skip("the sample reports are not beside the repository")
    reading = read(path.read_bytes())
    income_table = figures(table_of(reading, StatementKind.INCOME_STATEMENT))
    assert income_table["Total revenue"] == ["116199", "112640", "105156"]
    assert figures(table_of(reading, StatementKind.BALANCE_SHEET))["TOTAL ASSETS"] == ["33440", "33024"]


@pytest.mark.samples
@pytest.mark.parametrize("name", ["COSTCO_2023_8K_dated-2023-01-19", "BLOCK_2022_8K_dated-2022-01-28"])
def test_news_without_statements_abstains(name):
    path = SAMPLES / "other_filings" / f"{name}.pdf"
    if not path.exists():
        pytest.skip("the sample filings are not beside the repository")
    reading = read(path.read_bytes())
    assert reading.statements == ()
    assert {a.code for a in reading.abstentions} == {"statement_not_found"}


@pytest.mark.samples
def test_interim_columns_have_their_own_lengths():
    path = SAMPLES / "other_filings" / "AMERICANWATERWORKS_2023Q2_10Q.pdf"
    if not path.exists():
        pytest.skip("the sample filings are not beside the repository")
    table = table_of(read(path.read_bytes()), StatementKind.INCOME_STATEMENT)
    assert [(c.period.start.isoformat(), c.period.end.isoformat()) for c in table.columns] == [
        ("2023-04-01", "2023-06-30"),
        ("2022-04-01", "2022-06-30"),
        ("2023-01-01", "2023-06-30"),
        ("2022-01-01", "2022-06-30"),
    ]


def test_notes_line_ends_a_statement(reading):
    labels = [row.label for s in reading.statements for row in s.table.rows]
    assert NOTES not in labels
