"""The ledger of restatements: what it shows, what can be chosen, and its file."""

import csv
import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from companies.models import Company
from extraction.compile import compile_company
from extraction.models import Restatement
from tests.extraction.made import a_company_that_restated

pytestmark = pytest.mark.django_db
LEDGER = "/admin/extraction/restatement/"


@pytest.fixture
def restated(db: None) -> Restatement:
    """Revenue of 2023: 990 million at first, 1,100 million a year later."""
    compile_company(a_company_that_restated("eastwind"))
    return Restatement.objects.get()


@pytest.fixture
def vera(client: Client) -> Client:
    person = User.objects.create_user("vera", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_restatement"))
    client.force_login(person)
    return client


def rows_of(page: bytes) -> int:
    return page.count(b'class="data-row')


def test_a_line_says_both_figures_with_the_way_to_both_proofs(vera: Client, restated: Restatement) -> None:
    page = vera.get(LEDGER).content.decode()
    assert rows_of(page.encode()) == 1
    assert f'href="/admin/statements/figures/{restated.old_fact_id}/"' in page
    assert f'href="/admin/statements/figures/{restated.new_fact_id}/"' in page
    assert "EUR 0.99 billion" in page
    assert "EUR 1.10 billion" in page
    assert "+11.1 %" in page
    assert "Annual report 2024, Mar 2025" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("size=5", 1),
        ("size=20", 0),
        ("size=nothing", 0),
        ("class=silent", 1),
        ("class=declared", 0),
        ("class=every", 1),
        ("statement__exact=income_statement", 1),
        ("statement__exact=balance_sheet", 0),
        ("new_fact__published_on_from=2025-03-01", 1),
        ("new_fact__published_on_from=2025-03-02", 0),
        ("q=revenue", 1),
        ("q=nothing+like+it", 0),
    ],
)
def test_it_can_be_narrowed_and_so_can_its_file(
    vera: Client, restated: Restatement, query: str, found: int
) -> None:
    assert rows_of(vera.get(f"{LEDGER}?{query}").content) == found
    lines = b"".join(vera.get(f"{LEDGER}export.csv?{query}").streaming_content).decode().splitlines()
    assert len(lines) == 1 + found


def test_rounding_is_shown_when_it_is_asked_for(vera: Client, restated: Restatement) -> None:
    Restatement.objects.update(kind="rounding")
    assert rows_of(vera.get(LEDGER).content) == 0
    assert rows_of(vera.get(f"{LEDGER}?class=rounding").content) == 1
    assert rows_of(vera.get(f"{LEDGER}?class=every").content) == 1


def test_a_figure_that_was_nothing_has_no_percentage(vera: Client, restated: Restatement) -> None:
    Restatement.objects.update(old_value=0)
    page = vera.get(f"{LEDGER}?size=nothing").content
    assert rows_of(page) == 1
    assert b"from nothing" in page


def test_the_file_has_exact_figures_and_no_formulas(vera: Client, restated: Restatement) -> None:
    Company.objects.update(name="=1+1")
    answer = vera.get(f"{LEDGER}export.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="restatements.csv"'
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["company"] == "'=1+1"
    assert (line["old_value"], line["new_value"]) == ("990000000", "1100000000")
    assert Decimal(line["new_value"]) == restated.new_value
    assert (line["class"], line["currency"]) == ("silent", "EUR")
    assert (line["old_published_on"], line["new_published_on"]) == ("2024-03-01", "2025-03-01")


def test_what_no_longer_stands_is_left_out(vera: Client, restated: Restatement) -> None:
    restated.old_fact.superseded_at = restated.found_at
    restated.old_fact.save()
    assert rows_of(vera.get(f"{LEDGER}?class=every").content) == 0


def test_as_many_questions_for_many_lines(
    vera: Client,
    restated: Restatement,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    vera.get(LEDGER)
    with django_assert_num_queries(7):
        vera.get(LEDGER)
    for name in ("alder", "birch", "cedar"):
        compile_company(a_company_that_restated(name))
    with django_assert_num_queries(7):
        assert rows_of(vera.get(LEDGER).content) == 4


def test_only_who_may_look_gets_the_file(client: Client, restated: Restatement) -> None:
    client.force_login(User.objects.create_user("sam", is_staff=True))
    assert client.get(f"{LEDGER}export.csv").status_code == 403
    assert client.get(LEDGER).status_code == 403
