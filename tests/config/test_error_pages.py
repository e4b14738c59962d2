"""What people and programs are told when something is not there, not theirs, or failed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from config import error_pages

pytestmark = pytest.mark.django_db


def test_an_address_that_leads_nowhere(client: Client) -> None:
    answer = client.get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "This is not there" in page
    assert "Trying again does not help." in page
    assert "Resolver404" not in page
    assert 'href="/admin/"' in page


def test_what_was_said_where_it_was_missed_is_shown(admin_client: Client) -> None:
    page = admin_client.get("/admin/statements/figures/999999/").content.decode()
    assert "This figure is not there. Its report may have been read again since." in page


def test_a_missing_object_is_not_told_in_words_of_the_framework(admin_client: Client) -> None:
    page = admin_client.get("/admin/coverage/nobody/").content.decode()
    assert "There is no page at this address." in page
    assert "given query" not in page


def test_what_is_not_open_says_whom_to_ask(client: Client) -> None:
    client.force_login(User.objects.create_user("sam", is_staff=True))
    answer = client.get("/admin/coverage/")
    assert answer.status_code == 403
    assert "Ask an administrator for the permission" in answer.content.decode()


def test_a_form_without_its_mark_changes_nothing_and_says_how_to_go_on() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.post("/admin/logout/")
    assert answer.status_code == 403
    assert "The form was too old" in answer.content.decode()


def test_a_fault_shows_neither_its_words_nor_its_lines(client: Client, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("monitoring.overview.health", broken)
    client.raise_request_exception = False
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.get("/admin/overview/health/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong here" in page
    assert "Trying again helps if something was away for a moment." in page
    assert "secret words" not in page


@pytest.mark.parametrize(
    ("view", "status"),
    [(error_pages.not_found, 404), (error_pages.denied, 403), (error_pages.bad_request, 400)],
)
def test_programs_get_the_sentence_as_json(view, status: int) -> None:  # type: ignore[no-untyped-def]
    answer = view(RequestFactory().get("/api/v1/nowhere/"), Exception("It <is> gone."))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert (b"It <is> gone." in answer.content) is (status != 400)


def test_words_of_others_are_escaped() -> None:
    answer = error_pages.not_found(RequestFactory().get("/x/"), Exception("<script>alert(1)</script>"))
    assert b"<script>" not in answer.content
    assert b"&lt;script&gt;" in answer.content


def test_a_page_without_its_template_is_said_in_plain_text(settings) -> None:  # type: ignore[no-untyped-def]
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": []}]
    answer = error_pages.failed(RequestFactory().get("/x/"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/plain; charset=utf-8")
    assert answer.content.startswith(b"Something went wrong here. ")
