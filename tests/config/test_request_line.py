"""Addresses with a character that no text of a database can hold."""

import pytest
from django.test import Client

PAGES = (
    *("/admin/coverage/", "/admin/search/", "/admin/tone/", "/admin/ratios/peers/", "/admin/jobs/taskrun/"),
    *("/api/v1/companies/", "/api/v1/search/", "/livez"),
)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_they_are_refused_whichever_page_is_asked(admin_client: Client, page: str) -> None:
    answer = admin_client.get(f"{page}?q=a%00b")
    assert answer.status_code == 400
    assert admin_client.get(f"{page}x%00/").status_code == 400


@pytest.mark.django_db
def test_the_same_letters_of_a_text_are_none(admin_client: Client) -> None:
    assert admin_client.get("/admin/coverage/", {"q": "%00"}).status_code == 200
