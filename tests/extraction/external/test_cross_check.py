"""A printed report and its tagged publication compared cell by cell."""

from datetime import date
from decimal import Decimal

import pytest

from engine.kinds import StatementKind
from engine.xbrl.agreement import Agreement, Likeness
from engine.xbrl.publications import publications
from engine.xbrl.read import read_tagged
from extraction.external.cross_check import cross_check, pairs_of
from extraction.models import CrossCheck, CrossCheckCell, ExternalSource, XbrlFact
from extraction.store import store_reading
from extraction.store.tagged import store_publication
from tests.engine.xbrl.made import Tagged, esef_package
from tests.extraction.external.made import INCOME, a_read_report, published, tagged
from tests.extraction.made import a_reading

pytestmark = pytest.mark.django_db
D = Decimal


def by_outcome(check: CrossCheck) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for cell in check.cells.all():
        found.setdefault(cell.outcome, set()).add((cell.concept, cell.period_end.year))
    return found


def test_a_report_and_its_tags_that_say_the_same_agree_in_every_cell() -> None:
    document = a_read_report()
    report = published(document.company, tagged())
    check = cross_check(document, report)
    # Eight concepts of the income statement, one of them on two lines, and three balances, of two years each.
    assert (check.agrees, check.differs, check.only_printed, check.only_tagged, check.not_comparable) == (
        22, 0, 0, 0, 0,
    )  # fmt: skip
    other = check.cells.get(concept="is.other_op", period_end=date(2024, 12, 31))
    assert (other.printed_value, other.tagged_value, other.difference) == (D(16_000_000), D(16_000_000), 0)
    assert other.facts.count() == 2
    assert sorted(other.tagged.values_list("element", flat=True)) == [
        "ifrs-full:OtherExpenseByFunction", "ifrs-full:OtherIncome",
    ]  # fmt: skip
    cost = check.cells.get(concept="is.cost_of_sales", period_end=date(2024, 12, 31))
    # Half a million of each side.
    assert (cost.printed_value, cost.tagged_value, cost.allowed) == (
        D(-700_000_000),
        D(-700_000_000),
        D(1_000_000),
    )


def test_every_planted_disagreement_is_named_and_no_other() -> None:
    document = a_read_report()
    planted = {
        ("Revenue", 2024): 1238,  # another value
        ("IncomeTaxExpenseContinuingOperations", 2024): -110,  # a sign
        ("Assets", 2024): 5_000_000,  # a scale
        ("GrossProfit", 2023): 534,  # the column beside it
        ("ProfitLossBeforeTax", 2024): 320,  # the line below
        ("ResearchAndDevelopmentExpense", 2023): None,  # not tagged
    }
    facts = tagged(planted)
    # A line that nobody read, for a year the statement prints and one it does not.
    for year in (2024, 2022):
        facts.append(Tagged("ifrs-full:FinanceCosts", date(year, 12, 31), 7_000_000, date(year, 1, 1)))
    check = cross_check(document, published(document.company, facts))
    found = by_outcome(check)
    assert found["differs"] == {
        ("is.revenue", 2024), ("is.tax", 2024), ("bs.total_assets", 2024), ("is.gross_profit", 2023),
        ("is.pbt", 2024),
    }  # fmt: skip
    assert found["only_printed"] == {("is.rnd", 2023)}
    assert found["only_tagged"] == {("is.finance_costs", 2024)}
    assert len(found["agrees"]) == 22 - 6
    likeness = dict(check.cells.filter(outcome=Agreement.DIFFERS).values_list("concept", "likeness"))
    assert likeness == {
        "is.revenue": Likeness.VALUE, "is.tax": Likeness.SIGN, "bs.total_assets": Likeness.SCALE,
        "is.gross_profit": Likeness.OTHER_PERIOD, "is.pbt": Likeness.OTHER_LINE,
    }  # fmt: skip
    revenue = check.cells.get(concept="is.revenue", period_end=date(2024, 12, 31))
    assert (revenue.difference, revenue.allowed) == (D(-4_000_000), D(1_000_000))


def test_what_rounding_explains_agrees_and_a_little_more_does_not() -> None:
    document = a_read_report()
    for units, expected in ((1_234_499_999, Agreement.AGREES), (1_234_600_000, Agreement.DIFFERS)):
        facts = [one for one in tagged() if (one.element, one.end.year) != ("ifrs-full:Revenue", 2024)]
        facts.append(Tagged("ifrs-full:Revenue", date(2024, 12, 31), units, date(2024, 1, 1), decimals="0"))
        check = cross_check(document, published(document.company, facts, accession=str(units)))
        assert check.cells.get(concept="is.revenue", period_end=date(2024, 12, 31)).outcome == expected


def test_figures_in_another_currency_are_not_compared() -> None:
    document = a_read_report()
    facts = [Tagged(one.element, one.end, one.value, one.start, unit="USD") for one in tagged()]
    check = cross_check(document, published(document.company, facts))
    assert (check.agrees, check.differs, check.not_comparable) == (0, 0, 22)


def test_a_comparison_is_kept_once_and_a_new_reading_has_none_until_it_is_made_again() -> None:
    document = a_read_report()
    report = published(document.company, tagged())
    cross_check(document, report)
    first = cross_check(document, report)
    assert CrossCheck.objects.count() == 1
    fact = document.facts.get(concept="is.revenue", period_end=date(2024, 12, 31), superseded_at=None)
    assert fact.cross_checks.get().check_of == first
    reading = a_reading([2024, 2023], INCOME, statement=StatementKind.INCOME_STATEMENT)
    store_reading(document.current_version, reading, options_digest="another", task_run=None)
    again = document.facts.get(concept="is.revenue", period_end=date(2024, 12, 31), superseded_at=None)
    assert again.pk != fact.pk
    assert not again.cross_checks.exists()


def test_a_figure_that_its_source_gives_differently_later_supersedes_the_one_before() -> None:
    document = a_read_report()
    company = document.company
    (publication,) = publications(read_tagged(esef_package(tagged())))
    source = ExternalSource.objects.get(code="xbrl-filings")
    _, first = store_publication(company, source, publication, accession="a")
    _, second = store_publication(company, source, publication, accession="a")
    (changed,) = publications(read_tagged(esef_package(tagged({("Revenue", 2024): 1240}))))
    report, third = store_publication(company, source, changed, accession="a")
    assert [(one.new, one.changed, one.unchanged) for one in (first, second, third)] == [
        (24, 0, 0), (0, 0, 24), (0, 1, 23),
    ]  # fmt: skip
    revenue = XbrlFact.objects.filter(element="ifrs-full:Revenue", period_end=date(2024, 12, 31)).order_by(
        "pk"
    )
    assert [(one.value, one.superseded_at is None) for one in revenue] == [
        (D(1_234_000_000), False), (D(1_240_000_000), True),
    ]  # fmt: skip
    assert report.facts.filter(superseded_at=None).count() == 24
    # What is tagged never enters what was read from reports.
    assert document.facts.filter(superseded_at=None).count() == 24


def test_only_publications_of_the_same_day_and_kind_are_compared() -> None:
    document = a_read_report()
    same = published(document.company, tagged())
    older = [Tagged("ifrs-full:Revenue", date(2022, 12, 31), 5, date(2022, 1, 1))]
    published(document.company, older, accession="older")
    half = [Tagged("ifrs-full:Revenue", date(2024, 12, 31), 5, date(2024, 7, 1))]
    assert published(document.company, half, accession="half").kind == "half_year_report"
    assert pairs_of(document.company) == [(document, same)]
    assert CrossCheckCell.objects.count() == 0
