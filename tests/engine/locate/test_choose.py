"""Which pages carry which statement, from plain text."""

import pytest

from engine.kinds import StatementKind
from engine.locate.choose import LOOK_FURTHER, choose, choose_from_front
from engine.locate.lexicon import LANGUAGES, letters, vocabulary
from engine.locate.score import bears_language, language_of, score_page, title_kind

EN = vocabulary("en")
SHEET = """Consolidated balance sheets
Total current assets 400 370
Receivables 200 190
Total assets 1,000 950
Accounts payable 300 310
Total liabilities 450 450
Retained earnings 450 400
Total shareholders' equity 550 500
Total liabilities and shareholders' equity 1,000 950
The accompanying notes are an integral part of these statements."""


def chosen(*texts: str) -> dict[StatementKind, tuple[int, ...]]:
    return {kind: c.pages for kind, c in choose(texts, EN).chosen.items()}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("CONSOLIDATED STATEMENTS OF OPERATIONS", StatementKind.INCOME_STATEMENT),
        ("Consolidated Statement of Incom e", StatementKind.INCOME_STATEMENT),
        ("Balance Shee ts", StatementKind.BALANCE_SHEET),
        ("Statement of financial position as at 30 June 2022", StatementKind.BALANCE_SHEET),
        ("CASH FLOWS STATEMENTS", StatementKind.CASH_FLOW_STATEMENT),
        ("Cash flows from operating activities", None),
        ("Statement of changes in equity", None),
        ("Notes to the consolidated financial statements", None),
        ("Total assets", None),
    ],
)
def test_titles(line, kind):
    assert title_kind(letters(line), EN) is kind


@pytest.mark.parametrize(
    "text", ["Zürich, 31.12.2022 – Straße", "ﬁxed assets² ³", "İSTANBUL", "ΣΟΦΟΣ", "a_b\ud800", ""]
)
def test_letters_are_letters_in_every_script(text):
    assert letters(text) == "".join(c for c in text.lower() if c.isalnum() and not c.isdecimal())


@pytest.mark.parametrize("language", LANGUAGES)
def test_looking_at_a_page_as_a_whole_loses_no_title(language):
    words = vocabulary(language)
    captions = "\n".join(
        f"{anchor.phrases[0]} 1,234 5,678" for anchors in words.anchors.values() for anchor in anchors
    )
    for kind, titles in words.titles.items():
        for title in titles:
            line = f"Consolidated {title.capitalize()} 2022"
            page = score_page(1, f"Report 2022\n{line}\n{captions}", words)
            assert page.titles.get(kind) == ((1, line) if title_kind(letters(line), words) is kind else None)


def test_a_balance_sheet_is_chosen_and_its_reasons_are_kept():
    choice = choose(["Prose.", SHEET], EN)
    candidate = choice.chosen[StatementKind.BALANCE_SHEET]
    assert candidate.pages == (2,)
    assert any(reason.startswith("title “Consolidated balance sheets”") for reason in candidate.reasons)
    assert StatementKind.INCOME_STATEMENT not in choice.chosen


def test_the_parent_alone_and_summaries_lose():
    alone = SHEET.replace("Consolidated balance sheets", "Parent company only balance sheets")
    summary = SHEET.replace("Consolidated balance sheets", "Five-year summary\nConsolidated balance sheets")
    assert chosen(alone, "", SHEET, "", summary) == {StatementKind.BALANCE_SHEET: (3,)}


def test_a_page_without_line_ends_is_found():
    assert chosen(SHEET.replace("\n", " "))[StatementKind.BALANCE_SHEET] == (1,)


def test_a_page_of_parentheses_is_no_statement():
    assert title_kind(letters("CONSOLIDATED BALANCE SHEETS (PARENTHETICAL)"), EN) is None


def test_two_halves_with_a_blank_page_between_are_one_statement():
    lines = SHEET.split("\n")
    assets, rest = "\n".join(lines[:4]), "\n".join(["Consolidated balance sheets (continued)", *lines[4:]])
    assets += "\nInventories 150 140\nCash and cash equivalents 50 40\nGoodwill 100 100"
    assert chosen("x", assets, "", rest)[StatementKind.BALANCE_SHEET] == (2, 4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_words(language):
    words = vocabulary(language)
    assert words.language == language
    for kind in StatementKind:
        assert words.titles[kind]
        assert len(words.anchors[kind]) == len(EN.anchors[kind])
    assert set(words.months.values()) == set(range(1, 13))
    assert {months for months, _ in words.durations} == {3, 6, 9, 12}


def test_the_language_is_told_by_its_small_words():
    german = "Die Lage der Gesellschaft und ihre Zahlen sind in dem Bericht für das Jahr zu finden. "
    english = "The balance sheet of the company and the notes to it are in this report. "
    assert language_of([german * 5]).language == "de"
    assert language_of([english * 5]).language == "en"
    assert bears_language(["qx zv wk jj " * 100]) is False


NET_ASSETS = """Consolidated statement of financial position
Total current assets 400 370
Receivables 200 190
Total assets 1,000 950
Accounts payable 300 310
Total liabilities 450 450
Net assets 550 500"""
EQUITY = """Consolidated statement of financial position
Equity
Issued capital 100 100
Reserves 2 (4)
Retained profits 448 404
Total equity 550 500"""


def test_net_assets_do_not_end_a_sheet_whose_equity_stands_on_the_next_page():
    assert chosen("x", NET_ASSETS, EQUITY)[StatementKind.BALANCE_SHEET] == (2, 3)


def test_the_same_statement_of_another_company_is_no_continuation():
    other = NET_ASSETS.replace("Consolidated statement", "Statement")
    assert chosen("x", NET_ASSETS, other)[StatementKind.BALANCE_SHEET] == (2,)


def test_a_short_page_without_title_that_ends_the_statement_belongs_to_it():
    sheet = "\n".join(SHEET.split("\n")[:-2]) + "\nTotal equity 550 500"
    tail = "Total liabilities 450 450\nTotal equity and liabilities 1,000 950\nExample plc 7"
    assert chosen("x", sheet, tail)[StatementKind.BALANCE_SHEET] == (2, 3)
    assert chosen("x", sheet, "", tail)[StatementKind.BALANCE_SHEET] == (2, 4)


def test_a_heading_without_figures_ends_nothing():
    lines = SHEET.split("\n")
    first = "\n".join([*lines[:4], "LIABILITIES AND EQUITY", lines[4]])
    second = "\n".join(lines[5:-1])
    assert chosen("x", first, second)[StatementKind.BALANCE_SHEET] == (2, 3)


PROFIT = """Consolidated statement of comprehensive income
Revenue 1,234 1,150
Cost of sales (700) (650)
Gross profit 534 500
Profit before tax 300 300
Income taxes (75) (70)
Profit for the period 225 230"""


def test_per_share_figures_on_an_untitled_next_page_belong_to_the_income_statement():
    rest = """Exchange differences 7 8
Remeasurement of pensions 3 2
Comprehensive income for the period 235 240
Owners of the parent company 230 235
Non-controlling interests 5 5
Basic earnings per share 1.25 1.28
Diluted earnings per share 1.24 1.27"""
    assert chosen("x", PROFIT, rest)[StatementKind.INCOME_STATEMENT] == (2, 3)
    assert chosen("x", PROFIT, "Notes to the statements\n" + rest)[StatementKind.INCOME_STATEMENT] == (2,)


INCOME = """Consolidated income statement
Revenue 1,000 950
Cost of sales (600) (570)
Gross profit 400 380
Operating profit 200 190
Profit before tax 180 170
Income tax expense (40) (38)
Profit for the year 140 132
Basic earnings per share 1.40 1.32"""
CASH = """Consolidated statement of cash flows
Cash flows from operating activities
Depreciation and amortisation 40 38
Net cash from operating activities 210 200
Purchase of property, plant and equipment (90) (80)
Net cash used in investing activities (90) (80)
Repayment of borrowings (60) (50)
Dividends paid (40) (40)
Net cash used in financing activities (100) (90)
Cash and cash equivalents at the beginning of the year 80 50
Cash and cash equivalents at the end of the year 100 80"""


class Pages(list[str]):
    """Remembers how far it was read."""

    last = 0

    def __iter__(self):
        for self.last, text in enumerate(super().__iter__(), 1):
            yield text


def test_clear_statements_are_chosen_without_a_look_at_the_pages_behind():
    pages = Pages(["Prose.", INCOME, SHEET, CASH, *["Prose."] * 40])
    choice = choose_from_front(pages, EN)
    assert choice is not None
    assert pages.last == 4 + LOOK_FURTHER
    assert {kind: c.pages for kind, c in choice.chosen.items()} == chosen(*pages[:])
    assert {c.pages for c in choice.chosen.values()} == {(2,), (3,), (4,)}
    untitled = CASH.split("\n", 1)[1]
    assert choose_from_front(["Prose.", INCOME, SHEET, untitled, *["Prose."] * 40], EN) is None
    assert choose_from_front(["Prose.", INCOME, SHEET, *["Prose."] * 9, CASH, *["Prose."] * 40], EN) is None
