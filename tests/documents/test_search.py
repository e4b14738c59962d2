"""Search: the same questions and the same answers on both databases."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.full_text import Filters
from documents.models import Passage
from documents.search import search
from documents.text import remove_text
from engine.kinds import DocumentKind
from tests.documents.texts import company, document_with_text

FILLER = "The board met often and discussed the strategy of the business with the management."


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db), "postgresql"])
def database(request):
    """The test runs on each of both."""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
    assert connection.vendor == request.param


@pytest.fixture
def reports(database):
    document_with_text(
        "Northwind Inc.",
        [
            "WAREHOUSES\nWe operated 782 warehouses at the end of the year.",
            "CASH\nFree cash flow was $2.5 billion. " + FILLER,
            "RISKS\nChanges in tariffs could raise our costs. " + FILLER,
        ],
        year=2019,
    )
    document_with_text(
        "Northwind Inc.",
        [
            "WAREHOUSES\nWe operated 795 warehouses at the end of the year.",
            "CASH\nThe flow of free cash fell.",
        ],
        year=2020,
    )
    document_with_text(
        "Contoso Limited",
        ["LAGER\nDie Umsätze der Lagerhäuser stiegen um 8 % auf 1.234,5 Mio. Euro.", "STORES\n" + FILLER],
        year=2020,
        kind=DocumentKind.HALF_YEAR_REPORT,
    )


def texts(found):
    return [hit.passage.text for hit in found.hits]


def test_it_works(reports):
    found = search("operated warehouses 782")
    assert texts(found)[0] == "We operated 782 warehouses at the end of the year."
    assert (found.hits[0].passage.page, found.hits[0].passage.heading) == (1, "WAREHOUSES")
    assert [mark.text for mark in found.hits[0].excerpt if mark.is_hit] == ["operated", "782", "warehouses"]


def test_forms_of_a_word_are_found(reports):
    assert texts(search("tariff"))[0].startswith("Changes in tariffs")
    assert len(search("operating warehouse").hits) == 2
    assert texts(search("Umsatz"))[0].startswith("Die Umsätze")
    assert texts(search("umsätze lagerhäuser"))[0].startswith("Die Umsätze")


def test_quotation_marks_mean_these_words_in_this_order(reports):
    assert texts(search('"free cash flow"')) == [f"Free cash flow was $2.5 billion. {FILLER}"]
    assert len(search("free cash flow").hits) == 2
    assert search('"flow cash free"').hits == ()


def test_a_star_stands_for_any_ending(reports):
    assert len(search("ware*").hits) == 2
    assert search('"ware"').hits == ()


def test_a_minus_keeps_out(reports):
    assert texts(search("warehouses -782")) == ["We operated 795 warehouses at the end of the year."]


def test_figures_are_found_as_they_are_printed(reports):
    assert texts(search("1.234,5"))[0].startswith("Die Umsätze")
    assert texts(search("$2.5 billion"))[0].startswith("Free cash flow was")


def test_filters(reports):
    def years(**filters):
        return [hit.passage.document.fiscal_year for hit in search("warehouses", Filters(**filters)).hits]

    northwind, contoso = company("Northwind Inc."), company("Contoso Limited")
    assert sorted(years()) == [2019, 2020]
    assert years(years=(2019,)) == [2019]
    assert years(companies=(contoso.pk,)) == []
    assert sorted(years(companies=(contoso.pk, northwind.pk), kinds=("annual_report",))) == [2019, 2020]
    assert years(kinds=("half_year_report",)) == []
    passage = Passage.objects.filter(document__fiscal_year=2020, text__contains="795").get()
    assert years(documents=(passage.document_id,)) == [2020]


def test_a_year_that_is_named_comes_first(reports):
    found = search("How many warehouses were operated in 2020?")
    assert (found.year, found.own) == (2020, None)
    assert texts(found)[0].startswith("We operated 795")
    found = search("How many warehouses were operated in 2019?")
    assert texts(found)[0].startswith("We operated 782")


def test_a_company_that_is_named_comes_first(reports):
    found = search("Contoso strategy")
    assert found.own == company("Contoso Limited")
    assert found.hits[0].passage.document.company == company("Contoso Limited")
    assert len(found.hits) == 3


def test_where_not_all_words_are_in_a_passage_the_rarer_ones_find_it(reports):
    found = search("Which warehouses closed because of tariffs?")
    assert found.is_relaxed
    assert {text[:11] for text in texts(found)} == {"Changes in ", "We operated"}
    assert not search("tariffs").is_relaxed


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", '""', "-", "*", "'; DROP TABLE documents_passage; --x", "NEAR("]
)
def test_nothing_a_person_can_type_breaks_it(reports, text):
    search(text)
    assert Passage.objects.count() == 7


@pytest.mark.parametrize("text", ["zebra", '"zebra crossing"', "zeb*", "warehouses AND zebra NOT"])
def test_unknown_words(reports, text):
    assert all("warehouses" in hit.passage.text for hit in search(text).hits)


def test_a_passage_that_is_gone_is_not_found(reports):
    document = Passage.objects.filter(text__contains="782").get().document
    assert remove_text(document) == 3
    assert texts(search("warehouses")) == ["We operated 795 warehouses at the end of the year."]
    document.delete()
    company("Northwind Inc.").delete()
    assert search("warehouses").hits == ()


def test_a_passage_that_changes_is_found_by_its_new_words(reports):
    Passage.objects.filter(text__contains="782").update(search_text="zebra")
    assert len(search("zebra").hits) == 1
    assert search("782").hits == ()


def test_equal_passages_stand_in_a_fixed_order(database):
    for year in range(2001, 2011):
        document_with_text("Northwind Inc.", [FILLER], year=year)
    years = [hit.passage.document.fiscal_year for hit in search("strategy").hits]
    assert years == sorted(years)
    assert len(years) == 10
    assert len(search("strategy", limit=3).hits) == 3


def test_a_search_takes_the_same_number_of_queries_whatever_there_is(reports):
    question = "How many warehouses did Northwind operate in 2019?"
    with CaptureQueriesContext(connection) as before:
        search(question)
    for year in range(2001, 2011):
        document_with_text("Northwind Inc.", [FILLER + " Warehouses."], year=year)
    with CaptureQueriesContext(connection) as after:
        search(question)
    assert len(after) == len(before)
    assert len(before) <= 18
