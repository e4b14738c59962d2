"""Synthetic reports print what their truth says, and their figures articulate."""

import random
import re
from decimal import Decimal

import pypdfium2
import pytest

from benchmarks import synthetic
from engine.kinds import StatementKind

INCOME, BALANCE, CASH = StatementKind


def words(text: str) -> str:
    """Text without spaces and without the dots of leaders, as drawn text may be cut anywhere."""
    return re.sub(r"[\s\u00a0.]+", "", text)


def test_layouts_locales_and_scales_enough():
    assert len(synthetic.LAYOUTS) == 21
    assert synthetic.locales() == ("en", "de", "fr", "es", "de_ch", "it", "nl", "pt", "sv")
    assert len(list(synthetic.every())) == 21 * 9 * 3


def test_the_same_arguments_give_the_same_report():
    first = synthetic.generate("plain", "fr", 1000, 3)
    assert synthetic.generate("plain", "fr", 1000, 3) == first
    assert synthetic.generate("plain", "fr", 1000, 4).truth != first.truth


@pytest.mark.parametrize("layout", synthetic.LAYOUTS)
@pytest.mark.parametrize("locale", synthetic.locales())
def test_what_the_truth_holds_is_on_the_page(layout, locale):
    report = synthetic.generate(layout, locale, 1_000_000)
    document = pypdfium2.PdfDocument(report.pdf)
    assert len(document) == report.truth["pdf_pages"]
    pages = [words(document[i].get_textpage().get_text_range()) for i in range(len(document))]
    for statement in report.truth["statements"].values():
        assert {item["page"] for item in statement["items"]} == set(statement["pages"])
        for item in statement["items"]:
            page = pages[item["page"] - 1]
            assert words(item["label"]) in page
            for printed in filter(None, item["printed"]):
                assert words(printed).lstrip("£€Fr") in page, (item["label"], printed)


def test_number_styles():
    def revenue(locale, layout="plain"):
        statement = synthetic.generate(layout, locale, 1_000_000).truth["statements"]["income_statement"]
        return statement["items"][0]["printed"][0], statement["items"][1]["printed"][0]

    assert re.fullmatch(r"\d,\d{3}\.\d", revenue("en")[0])
    assert re.fullmatch(r"\d\.\d{3},\d", revenue("de")[0])
    assert re.fullmatch(r"\d\u00a0\d{3},\d", revenue("fr")[0])
    assert re.fullmatch(r"\d'\d{3}\.\d", revenue("de_ch")[0])
    assert re.fullmatch(r"\(\d,\d{3}\.\d\)", revenue("en")[1])
    assert re.fullmatch(r"\d,\d{3}\.\d-", revenue("en", "dot_leaders")[1])
    assert re.fullmatch(r"\u2212\d,\d{3}\.\d", revenue("en", "true_minus")[1])


def test_a_short_continuation_has_one_to_three_lines_on_its_page():
    statement = synthetic.generate("short_continuation", "en", 1000).truth["statements"]["balance_sheet"]
    first, second = statement["pages"]
    assert second == first + 1
    assert 1 <= sum(item["page"] == second for item in statement["items"]) <= 3


def test_an_empty_page_stands_inside_a_statement():
    report = synthetic.generate("blank_between", "en", 1000)
    first, second = report.truth["statements"]["balance_sheet"]["pages"]
    assert second == first + 2
    document = pypdfium2.PdfDocument(report.pdf)
    assert document[first].get_textpage().get_text_range() == ""


def test_periods_of_52_and_53_weeks():
    statement = synthetic.generate("weeks", "en", 1000).truth["statements"]["income_statement"]
    assert statement["periods"] == ["2021-01-02", "2019-12-28"]
    assert statement["period_starts"] == ["2019-12-29", "2018-12-30"]
    assert statement["fiscal_year_headings"] == ["2020", "2019"]


def test_two_columns_belong_to_the_parent():
    statement = synthetic.generate("group_and_company", "de", 1000).truth["statements"]["balance_sheet"]
    assert statement["scopes"] == ["consolidated", "consolidated", "parent", "parent"]
    assert len(statement["items"][0]["values"]) == 4


def test_an_unknown_layout_is_refused():
    with pytest.raises(KeyError):
        synthetic.generate("spiral", "en", 1)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("step", [Decimal("0.1"), Decimal(1), Decimal(37)])
def test_invented_figures_articulate(seed, step):
    newest, older = synthetic.invent(random.Random(seed), 2, step)
    for year in (newest, older):
        sheet, cash, income = year[BALANCE], year[CASH], year[INCOME]
        assert sheet["total_assets"] == sheet["total_equity"] + sheet["total_liab"]
        parts = sum(sheet[key] for key in ("share_capital", "retained", "nci"))
        assert sheet["total_equity"] == parts
        assert sheet["cash"] == cash["cash_close"] == cash["cash_open"] + cash["net_change"]
        assert cash["profit"] == income["net_income"] == income["owners"] + income["nci"]
        assert income["pbt"] + income["tax"] == income["net_income"]
    assert newest[CASH]["cash_open"] == older[BALANCE]["cash"]
    growth = newest[BALANCE]["total_equity"] - older[BALANCE]["total_equity"]
    assert growth == newest[INCOME]["net_income"] + newest[CASH]["dividends"]
