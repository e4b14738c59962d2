"""One thing is one alert, however often it happens, and people are told once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from companies.models import Company
from jobs.execute import execute
from jobs.models import TaskRun
from monitoring.alert_rules import RULES
from monitoring.alerts import raise_alert, resolve_alert
from monitoring.alerts.deciding import acknowledge, resolve, snooze, wake
from monitoring.alerts.routing import tell_what_was_held
from monitoring.alerts.stored_rules import ensure_rules, rule_of
from monitoring.models import (
    Alert,
    AlertDelivery,
    AlertRule,
    AlertSeverity,
    AlertState,
    ChannelKind,
    DeliveryState,
    NotificationChannel,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


@pytest.fixture
def desk(db: None, settings) -> NotificationChannel:  # type: ignore[no-untyped-def]
    settings.MAIL_IS_SET_UP = True
    return NotificationChannel.objects.create(
        name="Desk", kind=ChannelKind.EMAIL, recipients="desk@example.org\nnight@example.org"
    )


def work() -> None:
    """Work on the runs that wait, as a worker would."""
    for run in TaskRun.objects.filter(state="queued", task="deliver_alert").order_by("queued_at"):
        execute(run.pk)


def health(at: datetime, **more: object):  # type: ignore[no-untyped-def]
    return raise_alert("health", title="The broker does not answer", at=at, **more)  # type: ignore[arg-type]


def test_ten_thousand_equal_alerts_in_a_minute_are_one_alert_and_one_mail(
    desk: NotificationChannel,
) -> None:
    for number in range(10_000):
        raise_alert("failure-rate", title="12 % of runs fail", at=NOON + timedelta(milliseconds=6 * number))
    work()
    alert = Alert.objects.get()
    assert (alert.count, alert.first_at, alert.last_at) == (10_000, NOON, NOON + timedelta(seconds=59.994))
    assert AlertDelivery.objects.count() == 1
    (message,) = mail.outbox
    assert message.subject == "[Tenfold] Critical: 12 % of runs fail"
    assert message.to == []
    assert message.bcc == ["desk@example.org", "night@example.org"]


def test_while_it_goes_on_people_are_told_again_after_the_cooldown(desk: NotificationChannel) -> None:
    told = [bool(health(minutes(passed)).deliveries) for passed in (0, 30, 59, 60, 61, 119, 120)]
    assert told == [True, False, False, True, False, False, True]
    assert Alert.objects.get().count == 7


def test_what_becomes_graver_is_told_at_once_and_does_not_become_lighter(desk: NotificationChannel) -> None:
    first = health(minutes(0), severity=AlertSeverity.WARNING)
    graver = health(minutes(1), severity=AlertSeverity.CRITICAL)
    lighter = health(minutes(2), severity=AlertSeverity.WARNING)
    assert [len(one.deliveries) for one in (first, graver, lighter)] == [1, 1, 0]
    assert Alert.objects.get().severity == AlertSeverity.CRITICAL


def test_subjects_and_keys_tell_alerts_apart(desk: NotificationChannel) -> None:
    north = Company.objects.create(name="Northwind", slug="northwind")
    south = Company.objects.create(name="Southwind", slug="southwind")
    for subject, key in ((north, ""), (south, ""), (north, "disk"), (None, ""), (north, "disk")):
        health(NOON, subject=subject, key=key)
    assert sorted(Alert.objects.values_list("subject_label", "count")) == [
        ("", 1),
        ("Northwind", 1),
        ("Northwind", 2),
        ("Southwind", 1),
    ]


def test_what_is_acknowledged_is_counted_and_told_to_nobody(desk: NotificationChannel) -> None:
    health(NOON)
    assert acknowledge(Alert.objects.all(), by=None, at=NOON) == 1
    again = health(minutes(300))
    assert (again.is_new, again.deliveries) == (False, ())
    alert = Alert.objects.get()
    assert (alert.state, alert.count) == (AlertState.ACKNOWLEDGED, 2)


def test_what_is_snoozed_sleeps_until_its_time_and_is_told_when_it_goes_on(
    desk: NotificationChannel,
) -> None:
    health(NOON)
    with pytest.raises(ValueError, match="The time is past"):
        snooze(Alert.objects.all(), until=NOON, by=None, at=NOON)
    assert snooze(Alert.objects.all(), until=minutes(120), by=None, at=NOON) == 1
    assert health(minutes(90)).deliveries == ()
    assert wake(minutes(119)) == 0
    assert wake(minutes(120)) == 1
    assert len(health(minutes(121)).deliveries) == 1


def test_what_comes_back_soon_opens_the_old_alert_and_later_makes_a_new_one(
    desk: NotificationChannel,
) -> None:
    first = health(NOON).alert
    assert first is not None
    assert resolve_alert("health", at=minutes(10), note="answers again")
    soon = health(minutes(20))
    assert (soon.alert, soon.is_new, soon.deliveries) == (first, False, ())
    assert Alert.objects.get().state == AlertState.OPEN
    assert resolve(Alert.objects.all(), by=None, at=minutes(30)) == 1
    later = health(minutes(91))
    assert (later.is_new, len(later.deliveries)) == (True, 1)
    assert list(Alert.objects.order_by("pk").values_list("count", "state")) == [(2, "resolved"), (1, "open")]


def test_a_rule_that_is_switched_off_raises_nothing(desk: NotificationChannel) -> None:
    ensure_rules()
    AlertRule.objects.filter(code="health").update(is_enabled=False)
    assert health(NOON).alert is None
    assert Alert.objects.count() == 0


def test_rules_belong_to_people_once_they_are_there(db: None) -> None:
    assert ensure_rules() == len(RULES)
    AlertRule.objects.filter(code="health").update(cooldown_minutes=7)
    assert ensure_rules() == 0
    assert rule_of("health").cooldown_minutes == 7
    with pytest.raises(AlertRule.DoesNotExist):
        raise_alert("no-such-rule", title="Anything")


def test_a_channel_gets_what_it_asked_for(desk: NotificationChannel) -> None:
    def channel(name: str, **more: object) -> None:
        NotificationChannel.objects.create(name=name, kind="email", recipients="a@example.org", **more)

    channel("Every note", least_severity=AlertSeverity.INFO)
    channel("Only grave", least_severity=AlertSeverity.CRITICAL)
    channel("Only prices", least_severity=AlertSeverity.INFO, types=["price_movement"])
    channel("Switched off", is_enabled=False)

    def told(rule: str) -> list[str]:
        return sorted(one.channel.name for one in raise_alert(rule, title="It", at=NOON).deliveries)

    assert told("new-report") == ["Every note"]
    assert told("restatement") == ["Desk", "Every note"]
    assert told("health") == ["Desk", "Every note", "Only grave"]
    assert told("price-move") == ["Desk", "Every note", "Only prices"]


def test_what_is_above_the_cap_is_told_by_one_message_when_there_is_room(desk: NotificationChannel) -> None:
    NotificationChannel.objects.update(most_per_hour=3)
    for number in range(10):
        raise_alert("price-move", title=f"Share {number} moved", key=str(number), at=minutes(number))
    assert tell_what_was_held(minutes(11)) == []
    work()
    assert [message.subject for message in mail.outbox] == [
        f"[Tenfold] Warning: Share {number} moved" for number in range(3)
    ]
    (together,) = tell_what_was_held(minutes(61))
    assert tell_what_was_held(minutes(61)) == []
    work()
    assert together.held_alerts.count() == 7
    assert mail.outbox[3].subject == "[Tenfold] 7 more alerts"
    assert [f"Warning: Share {number} moved" in mail.outbox[3].body for number in range(2, 10)] == [
        False,
        *[True] * 7,
    ]
    states = sorted(AlertDelivery.objects.values_list("state", flat=True))
    assert states == [DeliveryState.HELD] * 7 + [DeliveryState.SENT] * 4
