"""What only the place of words on the page decides: columns, labels, where a table ends."""

from itertools import zip_longest

import pytest

from engine.kinds import RowKind, StatementKind
from engine.reading import read
from engine.statement import Reading, StatementTable
from engine.values import Unit
from tests.engine.makepdf import ASSETS, INCOME, LIABILITIES, PROSE, Sheet, balance, cash_flow, income, report

WITHOUT_NOTES = tuple((label, "", *texts[1:]) if texts else (label,) for label, *texts in INCOME)


def table_of(reading: Reading, kind: StatementKind = StatementKind.INCOME_STATEMENT) -> StatementTable:
    return next(s.table for s in reading.statements if s.table.kind is kind)


def figures(table: StatementTable) -> dict[str, list[str | None]]:
    return {
        row.label: [None if c is None else str(c.number) for c in row.cells]
        for row in table.rows
        if row.kind is not RowKind.HEADING
    }


def income_read(**changes: object) -> StatementTable:
    return table_of(read(report([PROSE, income(**changes), balance(), cash_flow()])))


def test_a_year_in_the_title_above_the_notes_makes_them_no_figures():
    sheet = income(lines=("",), extra=[(250.0, 767.0, "for the year that ended on 30 June 2023")])
    table = table_of(read(report([PROSE, sheet, balance()])))
    assert [c.period.end.isoformat() for c in table.columns] == ["2023-06-30", "2022-06-30"]
    assert next(row.note for row in table.rows if row.label == "Revenue") == "4"


def test_a_single_note_under_its_heading_is_no_part_of_the_label():
    rows = [(label, "9" if label == "Revenue" else "", *texts[1:]) for label, *texts in INCOME if texts]
    table = income_read(rows=rows)
    assert figures(table)["Revenue"] == ["1234.5", "1150.0"]
    assert next(row.note for row in table.rows if row.label == "Revenue") == "9"


def test_a_single_thousand_parted_by_a_space_keeps_its_first_digit():
    rows = (
        ("Revenue", "", "1 234", "990"),
        ("Cost of sales", "", "(700)", "(650)"),
        ("Gross profit", "", "534", "340"),
        ("Administrative expenses", "", "(200)", "(180)"),
        ("Operating profit", "", "334", "160"),
        ("Profit before tax", "", "334", "160"),
        ("Income tax expense", "", "(75)", "(70)"),
        ("Profit for the year", "", "259", "90"),
    )
    assert figures(income_read(rows=rows))["Revenue"] == ["1234", "990"]


def test_a_statement_ends_at_the_next_title_where_spaces_part_thousands():
    spaced = [
        (label, "", *(text.replace(",", " ").replace(".", "") for text in texts[1:]))
        for label, *texts in WITHOUT_NOTES
        if texts and "(€)" not in label
    ]
    rows = [*spaced, ("Consolidated balance sheet",), ("Goodwill", "", "5 100", "5 100")]
    assert list(figures(income_read(rows=rows)))[-1] == "Profit for the year"


def test_a_line_over_the_figures_does_not_keep_labels_from_joining():
    rows = (
        *INCOME[:10],
        ("Profit attributable to the owners of the Aldermoss Tooling and Precision", "", "", ""),
        ("Instruments Group", "", "225.0", "230.0"),
        ("", "", "Cents", "Cents"),
        ("Basic earnings per share", "", "1.25", "1.28"),
    )
    label = "Profit attributable to the owners of the Aldermoss Tooling and Precision Instruments Group"
    assert figures(income_read(rows=rows, note_at=None))[label] == ["225.0", "230.0"]


def test_a_label_that_opens_with_a_bracketed_word_begins_a_row():
    rows = [*INCOME[:10], ("(Loss)/profit from discontinued operations", "", "(1.0)", "2.0")]
    assert figures(income_read(rows=rows))["(Loss)/profit from discontinued operations"] == ["-1.0", "2.0"]


def test_figures_below_the_statement_are_no_unit():
    foot = [(56.0, 300.0, "Consolidated balance sheet"), (56.0, 280.0, "Inventories 740 000 766 677")]
    rows = WITHOUT_NOTES[:10]
    table = income_read(rows=rows, heads=(("2023", "2022"),), lines=("in euros",), extra=foot, foot="")
    assert table.unit.scale != 1000


def test_a_unit_line_may_refer_to_a_note():
    rows = [(label, note, a, b, b) for label, note, a, b in (r for r in INCOME if len(r) > 1)]
    heads = (("2023", "2022", "2023"), ("RMB", "RMB", "US$ Note 2 (f)"))
    sheet = Sheet(
        "Consolidated income statement",
        ("for the year ended 30 June 2023", "(RMB and US$ in thousands)"),
        heads,
        rows,
        rights=(350.0, 430.0, 530.0),
    )
    table = table_of(read(report([PROSE, sheet, balance()])))
    assert [c.unit for c in table.columns] == [Unit("CNY", 1000), Unit("CNY", 1000), Unit("USD", 1000)]
    assert table.rows[0].label == "Revenue"


FOUR = (310.0, 380.0, 460.0, 530.0)


def four_columns(rows=INCOME):
    return [(label, "", *texts[1:], *texts[1:]) if texts else (label,) for label, *texts in rows]


def test_columns_of_the_parent_are_told_from_the_groups():
    heads = (("2023", "2022", "2023", "2022"), ("€m", "€m", "€m", "€m"))
    sheet = income(rows=four_columns(), heads=heads, rights=FOUR, note_at=None)
    sheet.extra = [(310.0, 752.0, "Group"), (455.0, 752.0, "Company")]
    table = table_of(read(report([PROSE, sheet, balance()])))
    assert [(c.scope.value, c.period.end.year) for c in table.columns] == [
        ("consolidated", 2023),
        ("consolidated", 2022),
        ("parent", 2023),
        ("parent", 2022),
    ]
    assert [c.heading.split()[0] for c in table.columns] == ["Group", "Group", "Company", "Company"]


def test_the_company_alone_is_no_parent_beside_a_group():
    heads = (("Company", "Company"), ("2023", "2022"), ("€m", "€m"))
    assert [c.scope.value for c in income_read(heads=heads).columns] == ["consolidated"] * 2


def test_a_unit_over_two_columns_is_not_lent_to_one_with_a_unit_of_its_own():
    rows = [(label, note, a, b, b) for label, note, a, b in (r for r in INCOME if len(r) > 1)]
    sheet = income(rows=rows, heads=(("2023", "2022", "2023"),), rights=(350.0, 430.0, 530.0), note_at=None)
    sheet.extra = [
        (490.0, 756.0, "Thousands of"),
        (350.0, 751.0, "Millions of yen"),
        (490.0, 746.0, "U.S. dollars"),
    ]
    table = table_of(read(report([PROSE, sheet, balance()])))
    assert [c.unit for c in table.columns] == [Unit("JPY", 10**6), Unit("JPY", 10**6), Unit("USD", 1000)]


def per_share_units(rows, **changes):
    table = income_read(rows=(*INCOME[:10], *rows), note_at=None, **changes)
    return {row.label: (row.unit, [str(c.number) for c in row.cells]) for row in table.rows if row.unit}


def test_earnings_per_share_in_cents_named_over_the_figures():
    rows = (("", "", "Cents", "Cents"), ("Basic earnings per share", "", "(10.21)", "2.59"))
    assert per_share_units(rows) == {"Basic earnings per share": (Unit("EUR", 1, 100), ["-10.21", "2.59"])}


def test_cents_at_the_head_of_the_second_page_hold_for_its_figures_per_share():
    first = income(rows=INCOME[:8], note_at=None, foot="")
    rows = (
        *INCOME[8:10],
        ("Earnings per share for profit attributable to the owners",),
        ("Basic", "", "12.36", "10.25"),
        ("Diluted", "", "12.36", "10.25"),
    )
    title = "Consolidated income statement (continued)"
    second = income(title=title, heads=(("Cents", "Cents"),), rows=rows, note_at=None)
    table = table_of(read(report([PROSE, first, second, balance(), cash_flow()])))
    assert table.pages == (2, 3)
    assert [row.unit for row in table.rows if row.label == "Basic"] == [Unit("EUR", 1, 100)]


def test_earnings_per_share_in_pence_named_beside_the_figure():
    rows = (("Basic earnings per share", "", "(10.09 pence)", "6.11 pence"),)
    assert per_share_units(rows) == {"Basic earnings per share": (Unit("EUR", 1, 100), ["-10.09", "6.11"])}


def test_earnings_per_share_in_pence_named_in_the_label():
    rows = (("Basic earnings per share (pence)", "", "10.09", "6.11"),)
    assert per_share_units(rows)["Basic earnings per share (pence)"][0] == Unit("EUR", 1, 100)


def test_a_country_before_the_bracket_does_not_hide_the_sign():
    rows = (("Basic loss per share", "", "HK(0.89) cent", "HK(0.56) cent"),)
    assert per_share_units(rows)["Basic loss per share"] == (Unit("EUR", 1, 100), ["-0.89", "-0.56"])


def test_class_c_shares_are_no_cents():
    rows = (("Class C basic earnings per share", "", "1.25", "1.28"),)
    assert per_share_units(rows)["Class C basic earnings per share"][0] == Unit("EUR", 1)


def test_a_heading_of_two_lines_names_the_rows_below_it_whole():
    rows = (
        ("Earnings per common share attributable to",),
        ("Example Corporation:",),
        ("Basic", "", "0.54", "1.11"),
    )
    assert per_share_units(rows) == {"Basic": (Unit("EUR", 1), ["0.54", "1.11"])}
    table = income_read(rows=(*INCOME[:10], *rows), note_at=None)
    assert table.rows[-1].section == "Earnings per common share attributable to Example Corporation"


def test_shares_are_counted_in_the_unit_beside_them():
    rows = (("Shares used in calculation (000’s)",), ("Basic", "", "443,651", "443,089"))
    assert per_share_units(rows) == {"Basic": (Unit(None, 1000), ["443651", "443089"])}


def test_the_amount_of_shares_outstanding_is_money_in_a_balance_sheet():
    label = "Common stock, 500,000 shares authorised, 106,418 shares outstanding"
    rows = (*ASSETS, *LIABILITIES[:1], (label, "", "12.0", "11.0"), *LIABILITIES[1:])
    table = table_of(
        read(report([PROSE, income(), balance(rows=rows), cash_flow()])), StatementKind.BALANCE_SHEET
    )
    assert [(row.kind, row.unit) for row in table.rows if row.label == label] == [(RowKind.LINE, None)]


def test_bold_letters_everywhere_make_no_sums():
    bold = income_read(bold=True)
    assert [row.kind for row in bold.rows if row.label == "Cost of sales"] == [RowKind.LINE]


def test_words_over_the_columns_below_the_years_are_headings():
    heads = (("2023", "2022"), ("Group", "Group"), ("Restated", "Restated"))
    table = income_read(heads=heads, note_at=None)
    assert table.rows[0].label == "Revenue"
    assert [c.restated for c in table.columns] == [True, True]


def test_assets_and_liabilities_side_by_side_are_one_statement():
    left = [row for row in ASSETS if len(row) > 1]
    right = [row for row in LIABILITIES if len(row) > 1]
    rows = [
        (label, "", *texts, *(other[2:] if other else ("", "")))
        for (label, _, *texts), other in zip_longest(left, right, fillvalue=None)
        if label
    ]
    rights = (230.0, 280.0, 500.0, 550.0)
    sheet = balance(rows=rows, rights=rights, heads=(("2023", "2022") * 2, ("€m",) * 4), note_at=None)
    first = 780.0 - 13.0 * (1 + 1 + 2)
    sheet.extra = [(310.0, first - 13.0 * (n + 1), row[0].strip()) for n, row in enumerate(right)]
    table = table_of(read(report([PROSE, income(), sheet])), StatementKind.BALANCE_SHEET)
    assert [c.period.end.year for c in table.columns] == [2023, 2022]
    read_rows = [row.label for row in table.rows]
    assert read_rows == [row[0].strip() for row in (*left, *right)]
    assert figures(table)["Total assets"] == ["1000.0", "950.0"]
    assert figures(table)[right[-1][0].strip()] == [text.replace(",", "") for text in right[-1][2:]]


def test_of_a_spread_only_the_half_with_the_statement_is_read():
    income_rows = [row for row in INCOME[:10] if len(row) > 1]
    right = [row for row in ASSETS if len(row) > 1]
    rows = [
        (label, "", *texts, *(other[2:] if other else ("", "")))
        for (label, _, *texts), other in zip_longest(income_rows, right, fillvalue=None)
    ]
    sheet = income(
        rows=rows,
        rights=(230.0, 280.0, 500.0, 550.0),
        heads=(("2023", "2022") * 2, ("€m",) * 4),
        note_at=None,
    )
    first = 780.0 - 13.0 * 4
    sheet.extra = [
        (310.0, 780.0, "Consolidated balance sheet"),
        *((310.0, first - 13.0 * (n + 1), row[0].strip()) for n, row in enumerate(right)),
    ]
    table = table_of(read(report([PROSE, sheet])))
    assert [row.label for row in table.rows] == [row[0] for row in income_rows]


def test_a_row_cut_by_the_end_of_the_page_is_read_once_and_whole():
    heads = (("2023", "2022"), ("€m", "€m"))
    first = balance(rows=(*ASSETS, ("Sh e c", "", "100.0", "100.0")), heads=heads, note_at=None, foot="")
    rows = [(label, *rest) for label, *rest in LIABILITIES if rest]
    rows[0] = ("Share capital", *rows[0][1:])
    second = balance(title="Consolidated balance sheet (continued)", rows=rows, heads=heads, note_at=None)
    table = table_of(read(report([PROSE, income(), first, second])), StatementKind.BALANCE_SHEET)
    labels = [row.label for row in table.rows]
    assert labels[labels.index("Total assets") + 1 :] == [row[0].strip() for row in rows]


def test_a_page_number_at_the_outer_edge_is_no_label():
    sheet = balance(note_at=None)
    sheet.extra = [(570.0, 780.0 - 13.0 * 12.4, "3")]
    table = table_of(read(report([PROSE, income(), sheet])), StatementKind.BALANCE_SHEET)
    assert [row.label for row in table.rows if "3" in row.label] == []


CHAPTERS = (
    "Overview",
    "Strategic report",
    "Corporate governance",
    "Financial statements",
    "Other information",
)


def beside_chapters(at: float, down: float) -> StatementTable:
    rows = [(" " * 24 + label.strip(), *texts) for label, *texts in INCOME]
    extra = [(at, 715.0 - 13.0 * n - down, chapter) for n, chapter in enumerate(CHAPTERS)]
    return income_read(rows=rows, note_at=None, heads=(("2023", "2022"), ("€m", "€m")), extra=extra)


@pytest.mark.parametrize(("at", "down"), [(20.0, 0.0), (20.0, 6.0), (562.0, 0.0), (562.0, 6.0)])
def test_chapters_down_the_edge_of_the_page_are_no_labels(at, down):
    table = beside_chapters(at, down)
    assert [row.label for row in table.rows] == [label.strip() for label, *_ in INCOME]
    assert figures(table)["Revenue"] == ["1234.5", "1150.0"]


def test_numbering_left_of_the_labels_stays():
    rows = [(" " * 24 + label.strip(), *texts) for label, *texts in INCOME[:10]]
    extra = [(56.0, 715.0 - 13.0 * n, f"{n + 1}.") for n in range(6)]
    table = income_read(rows=rows, note_at=None, heads=(("2023", "2022"), ("€m", "€m")), extra=extra)
    assert [row.label for row in table.rows[:2]] == ["1. Revenue", "2. Cost of sales"]
