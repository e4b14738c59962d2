"""Every endpoint of the API, every verb, four kinds of people; the endpoints come from the router."""

import math
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.cases import CASES
from tests.access.world import PEOPLE, UNKNOWN_RUN, World

VERBS = ("get", "head", "options", "post", "put", "patch", "delete")


def endpoints(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    """The name of each endpoint below /api/; the address where it has no name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, address)
        elif address.startswith("api/"):
            yield pattern.name or address


def test_every_endpoint_of_the_router_has_a_case_and_every_case_an_endpoint() -> None:
    assert sorted(set(endpoints())) == sorted(CASES), "Add the missing line to tests/access/cases.py."


@pytest.fixture
def world(db: None, files: object, monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    # Without a broker, so that no answer depends on whether one happens to run.
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)
    return World()


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", sorted(CASES))
def test_each_person_gets_the_answer_that_is_theirs(world: World, name: str, verb: str) -> None:
    case = CASES[name]
    address = reverse(name, kwargs={part: world.part(key) for part, key in case.at.items()}) + case.query
    found = {}
    for person, expected in zip(PEOPLE, case.answers(verb), strict=True):
        client = world.client(person)
        body = world.body(case.body) if verb in ("post", "put", "patch") else None
        shape = "multipart" if any(hasattr(value, "read") for value in (body or {}).values()) else "json"
        before = world.fingerprint()
        point = transaction.savepoint()
        answer = (
            client.generic(verb.upper(), address)
            if body is None
            else getattr(client, verb)(address, body, format=shape)
        )
        found[person] = answer.status_code
        if expected >= 400:
            assert world.fingerprint() == before, f"{person} was refused and changed something"
        transaction.savepoint_rollback(point)
    assert found == dict(zip(PEOPLE, case.answers(verb), strict=True))


@pytest.mark.parametrize(("name", "verb"), [
    (name, verb) for name, case in sorted(CASES.items()) for verb in ("get", "delete")
    if "run" in case.at.values() and case.answers(verb)[1] == 404
])  # fmt: skip
def test_what_is_foreign_looks_like_what_is_not_there(world: World, name: str, verb: str) -> None:
    client = world.client("other")
    foreign = client.generic(verb.upper(), reverse(name, args=[world.run.pk]))
    unknown = client.generic(verb.upper(), reverse(name, args=[UNKNOWN_RUN]))
    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)


def test_the_table_has_no_endpoint_that_strangers_get_something_from_but_the_sign_of_health() -> None:
    """What is open is written here, so that opening something takes two changes."""
    open_ones = {name for name, case in CASES.items() if any(case.answers(verb)[3] != 401 for verb in VERBS)}
    assert open_ones == {"background-health"}


@pytest.mark.parametrize("header", ["Bearer ÿ", "Bearer", "Bearer a b", "Bearer " + "0" * 64, "Token x"])
def test_a_header_that_is_no_token_is_refused_and_never_a_fault(world: World, header: str) -> None:
    answer = world.client("stranger").get("/api/v1/companies/", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
