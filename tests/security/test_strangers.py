"""Whoever has not signed in gets a refusal or the way to sign in from every address, whatever the verb."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.security.routes import addresses

# What strangers may have, each with its reason. A route that is added here is a decision to open it.
OPEN = {
    "/livez": "says that the process answers, and nothing else",
    "/readyz": "asked by the load balancer before it sends anybody here",
    "/healthcheck": "one word about the whole, without details",
    "/api/background-tasks/health": "the same over the API",
    "/favicon.ico": "a picture",
    "/admin/login/": "the way in",
    "/admin/logout/": "the way out",
}
REFUSED = {401, 403, 404, 405}
VERBS = ("get", "post", "delete")  # tests/access goes through all seven for the API


def _leads_to_sign_in(answer: object) -> bool:
    to = answer.headers.get("Location", "")  # type: ignore[attr-defined]
    return answer.status_code in (301, 302) and to.startswith(("/admin/login/", "/admin/"))  # type: ignore[attr-defined]


ROUTES = sorted(set(addresses()))


def test_the_list_of_routes_is_that_of_the_whole_system() -> None:
    found = {address for _, address in ROUTES}
    assert {
        "/livez", "/admin/", "/admin/jobs/taskrun/", "/api/v1/companies/", "/api/v1/token/",
        "/metrics", "/admin/flower/nothing", "/admin/auth/user/add/", "/api/docs/",
    } <= found  # fmt: skip
    assert set(OPEN) <= found, "What is open must be there."
    assert len(found) > 300


@pytest.mark.django_db
def test_strangers_are_refused_everywhere_but_where_it_is_open() -> None:
    cache.clear()
    let_in = []
    for name, address in ROUTES:
        if address in OPEN:
            continue
        for verb in VERBS:
            cache.clear()  # strangers are counted; here each of them is another one
            answer = getattr(Client(raise_request_exception=False), verb)(address)
            if answer.status_code not in REFUSED and not _leads_to_sign_in(answer):
                let_in.append((name, verb, address, answer.status_code, answer.headers.get("Location")))
    assert let_in == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(OPEN))
def test_what_is_open_says_nothing_about_the_installation(address: str) -> None:
    answer = Client(raise_request_exception=False).get(address, follow=True)
    shown = answer.getvalue().decode(errors="replace") if address != "/favicon.ico" else ""
    for secret in ("SECRET", "Traceback", "sqlite", "redis", "postgres"):
        assert secret.lower() not in shown.lower()
