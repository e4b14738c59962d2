"""Amounts in the text, and the facts of the same number and period."""

from decimal import Decimal

import pytest

from engine.text.insights import KeyFigure
from extraction.models import Fact
from extraction.texts.mentions import linked_figures
from tests.extraction.made import a_company_that_restated

pytestmark = pytest.mark.django_db


def figure(value, decimals, *, year=None, part="", measure="revenue", currency=""):
    return KeyFigure(measure, "", Decimal(value), decimals, currency, year, part, "", 1, 0)


@pytest.fixture
def fact(files):
    a_company_that_restated("eastwind")
    return Fact.objects.filter(concept="is.revenue", superseded_at__isnull=True).order_by("period_end").last()


def linked(fact, one):
    return linked_figures(fact.document, [one])


def test_the_same_number_of_the_same_year_is_the_fact(fact):
    (one,) = linked(fact, figure(fact.value, 0, year=fact.period_end.year))
    assert one.fact == fact


def test_a_rounded_amount_is_the_fact_that_rounds_to_it(fact):
    rounded = fact.value.quantize(Decimal("1e5"))
    year = fact.period_end.year
    assert linked(fact, figure(rounded, -5, year=year))[0].fact == fact
    assert linked(fact, figure(rounded + Decimal("3e5"), -5, year=year))[0].fact is None


def test_another_year_currency_or_quarter_is_not_the_fact(fact):
    year = fact.period_end.year
    assert linked(fact, figure(fact.value, 0, year=year + 7))[0].fact is None
    assert linked(fact, figure(fact.value, 0, year=year, currency="ZAR"))[0].fact is None
    assert linked(fact, figure(fact.value, 0, year=year, part="Q1")) == ()


def test_a_loss_is_written_without_a_sign(fact):
    (one,) = linked(fact, figure(-fact.value, 0, year=fact.period_end.year))
    assert one.fact == fact


def test_an_amount_in_the_unit_of_the_statements(fact):
    Fact.objects.filter(pk=fact.pk).update(value=Decimal("3659000000"), decimals=-6)
    (one,) = linked(fact, figure("3659", 0, year=fact.period_end.year))
    assert one.fact == fact
    assert linked(fact, figure("36", 0, year=fact.period_end.year))[0].fact is None
