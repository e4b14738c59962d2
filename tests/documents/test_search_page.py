"""The search page and the endpoint, and what is like a passage or a document."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Passage
from documents.similar import similar_documents, similar_passages
from tests.documents.texts import company, document_with_text

pytestmark = pytest.mark.django_db

LEASES = "Operating leases of warehouses are recognised over the term, and rents of leased land are included."
TARIFFS = "Tariffs on imported goods raised the costs of merchandise and the prices of suppliers from China."


@pytest.fixture
def reports():
    return [
        document_with_text("Northwind", [f"LEASES\n{LEASES}", f"TARIFFS\n{TARIFFS}"], year=2019),
        document_with_text("Northwind", [f"LEASES\n{LEASES} In 2020 more land was leased."], year=2020),
        document_with_text(
            "Contoso", ["TRADE\nTariffs on goods from China raised prices of suppliers and costs."]
        ),
        document_with_text(
            "Fabrikam", ["PEOPLE\nThe board thanks all employees for their work in the year."]
        ),
    ]


@pytest.fixture
def alice(client):
    person = User.objects.create_user("alice", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(person)
    return person


def test_the_page_shows_hits_with_marks_and_a_way_to_their_page(client, alice, reports):
    page = client.get("/admin/search/", {"q": "tariffs China"}).content.decode()
    assert page.count('class="tf-search-hit"') == 2
    assert "<mark>Tariffs</mark>" in page
    document = reports[0].document
    assert f'href="/api/v1/documents/{document.pk}/file/#page=2"' in page
    assert "Northwind 2019, page 2" in page


def test_filters_of_the_page(client, alice, reports):
    chosen = {"q": "tariffs", "company": company("Contoso").pk, "year": 2020, "kind": "annual_report"}
    page = client.get("/admin/search/", chosen).content.decode()
    assert page.count('class="tf-search-hit"') == 1
    assert "Contoso 2020, page 1" in page


def test_what_is_typed_is_shown_as_text_and_never_run(client, alice, reports):
    page = client.get("/admin/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert(1)" not in page
    assert "Nothing was found" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "4 reports can be searched"),
        ({"q": "zebra"}, "Nothing was found for “zebra”"),
        ({"q": "?!"}, "There is no word to look for"),
        ({"q": "x", "company": "999"}, "Select a valid choice"),
        ({"q": "x" * 500}, "Ensure this value has at most 400"),
    ],
)
def test_every_state_says_what_to_do(client, alice, reports, asked, said):
    assert said in client.get("/admin/search/", asked).content.decode()


def test_an_empty_index_says_how_to_fill_it(client, alice):
    assert "No report can be searched yet" in client.get("/admin/search/").content.decode()


def test_who_may_not_look_at_documents_gets_nothing(client):
    client.force_login(User.objects.create_user("bob", is_staff=True))
    assert client.get("/admin/search/").status_code == 403


def test_similar_passages(client, alice, reports):
    passage = Passage.objects.get(text=TARIFFS)
    similar = similar_passages(passage)
    assert [one.passage.document.company.name for one in similar] == ["Contoso"]
    assert similar[0].likeness > 0.5
    page = client.get("/admin/search/", {"like": passage.pk}).content.decode()
    assert "Passages like this one" in page
    assert "Contoso 2020, page 1" in page
    assert client.get("/admin/search/", {"like": "999999"}).status_code == 404


def test_similar_documents(reports):
    similar = similar_documents(reports[1].document)
    assert similar[0].document == reports[0].document
    assert [one.document for one in similar_documents(reports[3].document)] == []
    assert similar_documents(reports[1].document) == similar


def test_the_page_takes_the_same_number_of_queries_for_any_number_of_hits(client, alice, reports):
    with CaptureQueriesContext(connection) as before:
        client.get("/admin/search/", {"q": "leases"})
    for year in range(2001, 2010):
        document_with_text("Northwind", [f"LEASES\n{LEASES}"], year=year)
    with CaptureQueriesContext(connection) as after:
        page = client.get("/admin/search/", {"q": "leases"}).content.decode()
    assert page.count('class="tf-search-hit"') == 11
    assert len(after) == len(before)


def test_the_endpoint(client, alice, reports):
    answer = client.get("/api/v1/search/", {"q": "tariffs China", "year": [2019, 2020], "limit": 1}).json()
    assert (answer["query"], answer["count"], answer["all_words"]) == ("tariffs China", 1, True)
    (hit,) = answer["results"]
    assert hit["excerpt"].count("«") == 2
    assert (hit["headings"], hit["page"], hit["kind"]) in ((["TARIFFS"], 2, "prose"), (["TRADE"], 1, "prose"))
    assert hit["address"].endswith(f"/api/v1/documents/{hit['document']}/file/#page={hit['page']}")


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"q": ""}, 200, None),
        ({"q": "x", "limit": 0}, 400, "limit"),
        ({"q": "x", "limit": 101}, 400, "limit"),
        ({"q": "x", "company": "a"}, 400, "company"),
        ({"q": "x", "type": "novel"}, 400, "type"),
        ({"q": "x" * 401}, 400, "q"),
        ({"q": "x", "colour": "red"}, 400, "colour"),
    ],
)
def test_what_the_endpoint_refuses_it_names(client, alice, reports, asked, status, field):
    answer = client.get("/api/v1/search/", asked)
    assert answer.status_code == status
    if field:
        assert field in answer.json()
