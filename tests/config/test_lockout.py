"""Guessing passwords in the admin: turned away after ten tries from one address, others are not."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import timezone

from config.client_address import address_of

pytestmark = pytest.mark.django_db
PASSWORD = "a long one with blanks"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def ada() -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


def tried(password: str, *, name: str = "ada", address: str = "10.0.0.1", **headers: str) -> int:
    form = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address, headers=headers).post(LOGIN, form).status_code


def test_after_ten_wrong_passwords_the_right_one_does_not_help_either() -> None:
    assert [tried("guess") for _ in range(10)] == [200] * 9 + [429]
    assert tried(PASSWORD) == 429
    # Ada at her own desk, and others at the guesser's address, are not held up.
    assert tried(PASSWORD, address="10.0.0.2") == 302
    User.objects.create_superuser("bea", password=PASSWORD)
    assert tried(PASSWORD, name="bea") == 302


def test_it_is_over_after_a_quarter_of_an_hour() -> None:
    for _ in range(10):
        tried("guess")
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert tried(PASSWORD) == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert tried(PASSWORD) == 302


def test_a_success_forgets_the_tries_before_it() -> None:
    for _ in range(3):
        assert [tried("guess") for _ in range(9)] == [200] * 9
        assert tried(PASSWORD) == 302


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "1.2.3.4", "10.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "9.9.9.9, 1.2.3.4", "1.2.3.4"),
        (1, "", "10.0.0.1"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        (2, "1.2.3.4", "1.2.3.4"),
    ],
)
def test_the_address_is_the_connections_or_the_one_our_proxy_adds(  # type: ignore[no-untyped-def]
    settings, proxies: int, header: str, address: str
) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers={"x-forwarded-for": header})
    assert address_of(request) == address


def test_a_made_up_address_does_not_help() -> None:
    answers = [tried("guess", **{"x-forwarded-for": f"10.1.0.{number}"}) for number in range(10)]
    assert answers[-1] == 429
