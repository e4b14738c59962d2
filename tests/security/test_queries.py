"""What somebody writes behind the question mark of an address: refused by name or without effect, and
never a way into the database (CVE-2026-1287 and -1312 were ways in of exactly this kind)."""

import math

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.access.cases import CASES

# Thousands of requests, on PostgreSQL, whose errors SQLite does not have.
pytestmark = pytest.mark.timeout(900)

LISTS = sorted(name for name, case in CASES.items() if name.endswith("-list") and not case.at)
# Names that no list offers: the framework's own, ways through relations, and what is no name at all.
FOREIGN = (
    *("ordering", "order_by", "o", "sort", "search", "fields", "expand", "limit_to"),
    *("id__in", "company__slug__startswith", "by__password__startswith", "user__auth_token_set__digest"),
    *("_state", "__class__", "objects", "a.b", "a b", "'; drop table x --", "a%00b", "%s", "{0}", "x" * 3000),
)  # fmt: skip
FOREIGN_TO_ADMIN = ("ordering", "company__slug__startswith", "by__password__startswith", "__class__", "a b")
VALUES = (
    *("", "-1", "9" * 30, "1e400", "NaN", "'\"%_\\", "\x00", "é" * 400),
    *("2026-13-45", "9999-12-31", "١", "-id"),
)  # fmt: skip


@pytest.fixture
def staff(monkeypatch: pytest.MonkeyPatch) -> Client:
    # Without a broker, so that no answer depends on whether one happens to run.
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("stella"))
    return client


def _status(client: Client, address: str, **query: str) -> int:
    cache.clear()  # throttles are not what is looked at here
    return client.get(address, query).status_code


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_a_parameter_that_a_list_does_not_offer_is_refused_by_name(staff: Client, name: str) -> None:
    address = reverse(name)
    for parameter in sorted({*FOREIGN} - _offered(staff, address)):
        cache.clear()
        answer = staff.get(address, {parameter: "1"})
        assert (parameter, answer.status_code) == (parameter, 400)
        assert parameter in answer.json()


def _fuzz(client: Client) -> list[tuple[str, str, str, int]]:
    wrong = []
    for name in LISTS:
        address = reverse(name)
        offered = sorted(_offered(client, address))
        for parameter in (*offered, "page", "page_size", "format"):
            for value in VALUES:
                status = _status(client, address, **{parameter: value})
                if status not in (200, 400, 404):
                    wrong.append((name, parameter, value, status))
    return wrong


def _offered(client: Client, address: str) -> set[str]:
    """The names that the refusal of an unknown one lists."""
    cache.clear()
    said = client.get(address, {"no_such_filter": "1"}).json()["no_such_filter"]
    return {word.strip(" .") for word in str(said).partition("Use: ")[2].split(",")} - {""}


@pytest.mark.postgres
def test_no_value_of_a_filter_is_a_fault(staff: Client) -> None:
    assert _fuzz(staff) == []


ADMIN_LISTS = sorted(
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
)


def _admin_faults(client: Client) -> list[tuple[str, str, str, int]]:
    wrong = []
    for name in ADMIN_LISTS:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        for parameter, value in (
            *[("o", value) for value in ("1.-2.3", "99", "-", "1;drop", "\x00")],
            *[("q", value) for value in ("\x00", "'\"%_\\", "x" * 5000, "é ١ 𝟙")],
            *[("p", value) for value in ("0", "-1", "9" * 20, "x")],
            *[(parameter, "x") for parameter in FOREIGN_TO_ADMIN],
            *[("id__exact", "\x00"), ("id__exact", "x"), ("id__in", "1,x"), ("all", "x"), ("_facets", "x")],
        ):
            status = _status(client, address, **{parameter: value})
            # A name that means nothing leads back to the list; one that is not open is refused.
            if status not in (200, 302, 400):
                wrong.append((name, parameter, value[:20], status))
    return wrong


@pytest.mark.postgres
def test_no_query_of_a_list_of_the_admin_is_a_fault(staff: Client) -> None:
    assert _admin_faults(staff) == []


@pytest.mark.django_db
def test_passwords_cannot_be_guessed_through_filters_of_the_admin(staff: Client) -> None:
    User.objects.create_user("vera", password="a-long-enough-one")
    for address in (reverse("admin:auth_user_changelist"), reverse("admin:jobs_taskrun_changelist")):
        for parameter in ("password__startswith", "by__password__startswith", "user__password__contains"):
            answer = staff.get(address, {parameter: "pbkdf2"})
            assert (parameter, answer.status_code) in {(parameter, 400), (parameter, 302)}
