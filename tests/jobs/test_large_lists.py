"""Lists over many rows: what is counted, what is searched, what filters offer."""

import pytest
from django.contrib import admin

from documents.models import Document
from jobs import large_lists
from jobs.large_lists import AtLeast, CountingPaginator
from jobs.launch import launch
from jobs.models import TaskRun
from tests.extraction.made import a_company

pytestmark = pytest.mark.django_db

LIST = "/admin/jobs/taskrun/"


def test_counting_ends_where_it_becomes_dear_and_says_so(monkeypatch) -> None:
    for value in range(6):
        launch("tests.echo", value=value)
    rows = TaskRun.objects.order_by("-queued_at")
    monkeypatch.setattr(large_lists, "COUNTED", 6)
    exact = CountingPaginator(rows, 2)
    assert (exact.count, str(exact.count), exact.num_pages) == (6, "6", 3)
    monkeypatch.setattr(large_lists, "COUNTED", 5)
    more = CountingPaginator(rows, 2)
    assert (more.count, str(more.count), more.num_pages) == (5, "more than 5", 3)
    assert str(AtLeast(10_000)) == "more than 10,000"


def test_a_list_says_that_there_are_more(client, olivia, monkeypatch) -> None:
    for value in range(4):
        launch("tests.echo", value=value)
    client.force_login(olivia)
    assert "4\n" in client.get(LIST).content.decode()
    monkeypatch.setattr(large_lists, "COUNTED", 3)
    assert "more than 3" in client.get(LIST).content.decode()


def test_a_search_looks_at_the_newest_and_finds_an_id_however_old_it_is(client, olivia, monkeypatch) -> None:
    old = launch("tests.echo", value=0).run
    new = launch("tests.echo", value=1).run
    monkeypatch.setattr(type(admin.site._registry[TaskRun]), "searched", 1)
    client.force_login(olivia)
    found = client.get(f"{LIST}?q=tests.echo").context["cl"].result_list
    assert list(found) == [new]
    assert list(client.get(f"{LIST}?q={old.pk}").context["cl"].result_list) == [old]
    assert list(client.get(f"{LIST}?q=elsewhere").context["cl"].result_list) == []


def test_a_search_stays_within_the_filters(client, olivia) -> None:
    launch("tests.echo", value=0)
    wanted = launch("tests.any_end", how="partial").run
    client.force_login(olivia)
    found = client.get(f"{LIST}?task=tests.any_end&q=tests").context["cl"].result_list
    assert list(found) == [wanted]


def test_documents_are_found_by_title_company_and_number(client, olivia) -> None:
    company = a_company()
    first, second = (
        Document.objects.create(company=company, title=f"Report {year}", url_normalised=str(year))
        for year in (2023, 2024)
    )
    client.force_login(olivia)
    address = "/admin/documents/document/"

    def listed(query: str) -> list[Document]:
        return list(client.get(f"{address}?{query}").context["cl"].result_list)

    assert listed("") == [second, first]
    assert listed("q=2023") == [first]
    assert listed(f"q={company.name}") == [second, first]
    assert listed(f"q={second.pk}") == [second]
    assert listed(f"company__id__exact={company.pk + 1}") == []
    assert listed("fiscal_year=2019") == []


def test_no_filter_asks_the_table_for_its_values(client, olivia, django_assert_num_queries) -> None:
    client.force_login(olivia)
    client.get(LIST)
    with django_assert_num_queries(5):  # session, person, open alerts, the count, the rows
        page = client.get(LIST)
    assert "DISTINCT" not in str(page.context["cl"].queryset.query)
