"""The frame of the API: tokens, the sign of life, the description. Who gets what: tests/access."""

import base64
import json
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

pytestmark = pytest.mark.django_db
PASSWORD = "a long one with blanks"


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", password=PASSWORD)


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def token_for(client: Client, user: User) -> str:
    answer = client.post("/api/v1/token/", headers={"authorization": basic(user.username, PASSWORD)})
    assert answer.status_code == 200
    return answer.json()["token"]


def test_a_token_opens_the_api_until_it_is_revoked(client: Client, alice: User) -> None:
    token = {"authorization": f"Bearer {token_for(client, alice)}"}
    assert client.get("/api/v1/companies/", headers=token).status_code == 200
    assert client.post("/api/v1/token/revoke/", headers=token).status_code == 204
    assert client.get("/api/v1/companies/", headers=token).status_code == 401


def test_all_tokens_of_an_account_are_revoked_together(client: Client, alice: User) -> None:
    first, second = (token_for(client, alice) for _ in range(2))
    assert AuthToken.objects.count() == 2
    answer = client.post("/api/v1/token/revoke-all/", headers={"authorization": f"Bearer {first}"})
    assert answer.status_code == 204
    assert client.get("/api/v1/companies/", headers={"authorization": f"Bearer {second}"}).status_code == 401


def test_tokens_are_not_kept_in_plain_text(client: Client, alice: User) -> None:
    token = token_for(client, alice)
    (kept,) = AuthToken.objects.all()
    assert token not in json.dumps(
        {field.name: str(getattr(kept, field.name)) for field in kept._meta.fields}
    )


def test_wrong_passwords_are_counted_before_they_are_looked_at(client: Client, alice: User) -> None:
    wrong = {"authorization": basic("alice", "guess")}
    answers = [client.post("/api/v1/token/", headers=wrong).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    right = client.post("/api/v1/token/", headers={"authorization": basic("alice", PASSWORD)})
    assert right.status_code == 429
    assert AuthToken.objects.count() == 0


def test_another_address_is_not_held_up(client: Client, alice: User) -> None:
    for _ in range(11):
        client.post("/api/v1/token/", headers={"authorization": basic("alice", "guess")})
    right = {"authorization": basic("alice", PASSWORD)}
    assert client.post("/api/v1/token/", headers=right, REMOTE_ADDR="10.9.8.7").status_code == 200


def test_a_spoofed_address_does_not_help(client: Client, alice: User) -> None:
    answers = [
        client.post(
            "/api/v1/token/",
            headers={"authorization": basic("alice", "guess"), "x-forwarded-for": f"10.0.0.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert answers[-1] == 429


def test_a_session_needs_the_forms_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/api/v1/companies/", {"name": "Forged"}, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


def test_the_sign_of_life_needs_neither_login_nor_database(client: Client) -> None:
    answer = client.get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_the_first_page_leads_to_the_overview(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


def test_the_index_leads_to_every_list(client: Client, alice: User) -> None:
    alice.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(alice)
    links = client.get("/api/v1/", headers={"accept": "application/json"}).json()
    assert len(links) >= 6
    assert {title: client.get(link).status_code for title, link in links.items()} == dict.fromkeys(links, 200)
    page = client.get("/api/v1/", headers={"accept": "text/html"}).content.decode()
    assert "/api/v1/companies/" in page


def test_the_description_names_every_family(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    paths = set(json.loads(answer.content)["paths"])
    assert {"/api/v1/token/", "/api/v1/companies/", "/api/v1/documents/", "/api/v1/facts/"} <= paths


def test_the_documentation_loads_its_scripts_from_here(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/api/docs/").content.decode()
    sources = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert sources
    assert [source for source in sources if not source.startswith("/")] == []
