"""Companies over HTTP: created with their listings in one request."""

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from companies.models import Company
from companies.seed import seed_companies

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    person = User.objects.create_user("olga")
    person.user_permissions.set(Permission.objects.filter(codename__in=["add_company", "change_company"]))
    client = APIClient()
    client.force_authenticate(person)
    return client


def test_a_company_comes_with_its_listings(api: APIClient) -> None:
    seed_companies()
    body = {"name": "Northwind", "slug": "northwind", "listings_text": "NWD (XLON, XETR), NWDY (XNYS)"}
    response = api.post("/api/v1/companies/", body, format="json")
    assert response.status_code == 201, response.content
    company = Company.objects.get(slug="northwind")
    assert company.listings_text == "NWD (XLON, XETR), NWDY (XNYS)"
    assert str(company.primary_listing) == "NWD (XLON)"


@pytest.mark.parametrize(
    ("text", "said"), [("NWD", "does not"), ("NWD (XXXX)", "No exchange has the code XXXX")]
)
def test_listings_that_cannot_be_are_refused_and_nothing_is_kept(
    api: APIClient, text: str, said: str
) -> None:
    body = {"name": "Northwind", "slug": "northwind", "listings_text": text}
    response = api.post("/api/v1/companies/", body, format="json")
    assert response.status_code == 400
    assert said in response.json()["listings_text"][0]
    assert Company.objects.count() == 0


def test_looking_does_not_allow_adding() -> None:
    client = APIClient()
    client.force_authenticate(User.objects.create_user("vera"))
    assert client.post("/api/v1/companies/", {"name": "N", "slug": "n"}, format="json").status_code == 403
