"""The page of health: what stands on it, to whom, and how many questions it asks."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.actions import Action
from jobs.models import TaskRun
from monitoring.health_history import THE_WHOLE, history, stretches
from monitoring.models import Health, HealthCheck, HealthTransition
from tests.audit.trail import events

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_look(at: datetime, *, broker: Health = Health.HEALTHY, milliseconds: int = 4) -> HealthCheck:
    return HealthCheck.objects.create(
        checked_at=at,
        observed=broker,
        health=broker,
        milliseconds=milliseconds + 3,
        probes=[
            {"name": "database", "observed": "healthy", "health": "healthy", "good_looks": 0,
             "sentence": "It answers.", "milliseconds": 3},
            {"name": "broker", "observed": broker, "health": broker, "good_looks": 0,
             "sentence": "It answers." if broker is Health.HEALTHY else "It does not answer.",
             "milliseconds": milliseconds},
        ],
    )  # fmt: skip


def test_looks_become_stretches_of_equal_state() -> None:
    states = [
        (NOON, Health.HEALTHY),
        (NOON + 10 * MINUTE, Health.HEALTHY),
        (NOON + 20 * MINUTE, Health.UNHEALTHY),
        # Nobody looked for an hour and a half: half an hour and five minutes are believed.
        (NOON + 110 * MINUTE, Health.HEALTHY),
    ]
    found = stretches(states, NOON, NOON + 120 * MINUTE)
    assert [(one.health, one.since, one.until) for one in found] == [
        (Health.HEALTHY, NOON, NOON + 20 * MINUTE),
        (Health.UNHEALTHY, NOON + 20 * MINUTE, NOON + 55 * MINUTE),
        (Health.HEALTHY, NOON + 110 * MINUTE, NOON + 120 * MINUTE),
    ]
    assert [(one.x, one.width) for one in found] == [(0.0, 166.67), (166.67, 291.67), (916.67, 83.33)]


def test_a_look_before_the_time_says_how_it_begins() -> None:
    found = stretches([(NOON - 10 * MINUTE, Health.DEGRADED)], NOON, NOON + 60 * MINUTE)
    assert [(one.since, one.until) for one in found] == [(NOON, NOON + 25 * MINUTE)]


def test_shares_and_times_of_each_part(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    a_look(NOON, milliseconds=10)
    a_look(NOON + 15 * MINUTE, broker=Health.UNHEALTHY, milliseconds=1000)
    a_look(NOON + 30 * MINUTE, milliseconds=20)
    with django_assert_num_queries(1):
        parts = {part.name: part for part in history(NOON - MINUTE, NOON + 60 * MINUTE)}
    assert list(parts) == [THE_WHOLE, "database", "broker"]
    broker = parts["broker"]
    assert (broker.healthy, broker.degraded, broker.unhealthy) == (75.0, 0.0, 25.0)
    assert (broker.usual, broker.slowest) == (20, 1000)
    assert parts["database"].healthy == 100.0
    assert parts[THE_WHOLE].unhealthy == 25.0


def test_it_says_what_to_do_before_anybody_has_looked(admin_client: Client) -> None:
    page = admin_client.get("/admin/health/").content.decode()
    assert "<h2>Nobody has looked yet</h2>" in page
    assert "Look now" in page


def test_the_page_shows_states_times_and_changes(admin_client: Client) -> None:
    now = timezone.now()
    for minutes in (30, 20):
        a_look(now - minutes * MINUTE)
    last = a_look(now - 10 * MINUTE, broker=Health.UNHEALTHY, milliseconds=1234)
    HealthTransition.objects.create(
        check_row=last, probe="broker", before="healthy", after="unhealthy",
        sentence="It does not answer.", at=last.checked_at,
    )  # fmt: skip
    for address in ("/admin/health/", "/admin/health/?period=week", "/admin/health/?period=never"):
        page = admin_client.get(address).content.decode()
        assert '<span class="tf-health tf-health-unhealthy">Broker</span>' in page
        assert f"unhealthy since {last.checked_at:%-d %b %H:%M}" in page
        assert "1,234 ms" in page
        assert page.count("<svg viewBox=") >= 2
        # A third of the time it was looked at, and the moments since.
        assert re.search(r"Broker: 6\d\.\d % healthy, 3\d\.\d % unhealthy\.", page)
        assert "healthy → <strong>unhealthy</strong>" in page
    assert 'aria-current="page">24 hours' in page


def test_a_scheduler_that_stands_still_is_said(admin_client: Client) -> None:
    a_look(timezone.now() - 50 * MINUTE)
    page = admin_client.get("/admin/health/").content.decode()
    assert "one is due every ten minutes" in page


def test_it_asks_as_many_questions_for_a_week_of_looks_as_for_one(
    admin_client: Client, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    now = timezone.now()
    a_look(now - MINUTE)
    admin_client.get("/admin/health/")
    with CaptureQueriesContext(connection) as few:
        admin_client.get("/admin/health/?period=week")
    HealthCheck.objects.bulk_create(
        [
            HealthCheck(checked_at=now - n * 10 * MINUTE, observed="healthy", health="healthy",
                        milliseconds=1, probes=HealthCheck.objects.first().probes)
            for n in range(2, 60)
        ]
    )  # fmt: skip
    with django_assert_num_queries(len(few)):
        admin_client.get("/admin/health/?period=week")


def test_who_may_not_look_is_refused_and_who_may_not_start_cannot(client: Client) -> None:
    vera = User.objects.create_user("vera", is_staff=True)
    client.force_login(vera)
    assert client.get("/admin/health/").status_code == 403
    vera.user_permissions.add(Permission.objects.get(codename="view_healthcheck"))
    page = client.get("/admin/health/").content.decode()
    assert "/admin/health/look/" not in page
    assert client.post("/admin/health/look/").status_code == 403
    assert TaskRun.objects.count() == 0


def test_looking_again_starts_one_run_and_is_kept_in_the_trail(admin_client: Client) -> None:
    assert admin_client.get("/admin/health/look/").status_code == 405
    for _ in range(2):
        assert admin_client.post("/admin/health/look/").status_code == 302
    assert TaskRun.objects.get().task == "system_health_check"
    assert [event.action for event in events()] == [Action.LOGGED_IN, Action.LAUNCHED]
    assert "A look is under way." in admin_client.get("/admin/health/").content.decode()


@pytest.mark.parametrize("name", ["healthcheck", "healthtransition", "performancesample"])
def test_the_lists_are_read_only(admin_client: Client, name: str) -> None:
    change = HealthTransition.objects.create(
        check_row=a_look(NOON, broker=Health.DEGRADED), probe="broker", before="healthy", after="degraded",
        sentence="Slow.", at=NOON,
    )  # fmt: skip
    address = f"/admin/monitoring/{name}/"
    assert admin_client.get(address).status_code == 200
    assert admin_client.get(f"{address}add/").status_code == 403
    if name != "performancesample":
        key = change.check_row_id if name == "healthcheck" else change.pk
        assert "Broker" in admin_client.get(f"{address}{key}/change/").content.decode()
        assert admin_client.post(f"{address}{key}/delete/", {"post": "yes"}).status_code == 403
