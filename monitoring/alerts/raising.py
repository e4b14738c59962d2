"""Something has happened: an alert is made or counted, and channels are told if they have to be."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from monitoring.alerts.routing import route
from monitoring.alerts.stored_rules import rule_of
from monitoring.models import Alert, AlertDelivery, AlertRule, AlertSeverity, AlertState, NotificationChannel


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of it. Without an alert its rule is switched off. `is_new` is False for what was counted
    on an alert that was there; `deliveries` are the messages that were made, held ones included."""

    alert: Alert | None
    is_new: bool = False
    deliveries: tuple[AlertDelivery, ...] = ()


def fingerprint_of(rule: str, subject: models.Model | None, key: str = "") -> str:
    """What makes two alerts the same: the rule, the subject and what the caller tells apart by `key`."""
    about = "" if subject is None else f"{subject._meta.label_lower}:{subject.pk}"
    return hashlib.sha256("\n".join((rule, about, key)).encode()).hexdigest()


def raise_alert(
    rule: str,
    *,
    title: str,
    text: str = "",
    subject: models.Model | None = None,
    key: str = "",
    severity: AlertSeverity | None = None,
    payload: Mapping[str, Any] | None = None,
    address: str = "",
    count: int = 1,
    at: datetime | None = None,
    except_channel: NotificationChannel | None = None,
) -> Raised:
    """Tell of something under a rule (`monitoring.alert_rules`): "health", "failure-rate", ….

    What has happened before and is not resolved is counted and not made again: the same rule, subject and
    key. Channels are told of what is new, of what has become graver, and once more after the rule's
    cooldown while the alert is open; nobody is told of what is acknowledged or snoozed. What comes back
    within the cooldown after it was resolved opens the old alert again and tells nobody. `severity` is the
    rule's where none is given; `key` tells apart what happens to one subject; `address` leads to the page
    that shows more. Many callers may do this at once. Messages leave after the caller's commit.

    Raises:
        AlertRule.DoesNotExist: there is no rule of that code.
    """
    fingerprint = fingerprint_of(rule, subject, key)
    # What happens thousands of times costs two statements each.
    there = Alert.objects.unresolved().filter(fingerprint=fingerprint).select_related("rule").first()
    under = there.rule if there is not None and there.rule is not None else rule_of(rule)
    if not under.is_enabled:
        return Raised(None)
    now = at or timezone.now()
    said: dict[str, Any] = {
        "severity": under.severity if severity is None else severity,
        "title": title[:300],
        "text": text,
        "payload": dict(payload or {}),
        "address": address[:500],
    }
    is_grave = int(said["severity"])
    if (
        there is not None
        and not _is_due(there, under, is_grave, now)
        and Alert.objects.unresolved().filter(pk=there.pk).update(**_changes(said, count, now))
    ):
        return Raised(there)
    with transaction.atomic():
        alert, is_new = _counted(fingerprint, said, count, now, under) or _made(
            under, fingerprint, subject, said, count, now
        )
        if not _claimed_to_tell(alert, under, is_grave, now):
            return Raised(alert, is_new)
        return Raised(alert, is_new, tuple(route(alert, now, except_channel=except_channel)))


def _is_due(alert: Alert, rule: AlertRule, severity: int, now: datetime) -> bool:
    """Whether channels might have to be told; only the claim decides it."""
    since = now - timedelta(minutes=rule.cooldown_minutes)
    is_open = alert.state == AlertState.OPEN
    return alert.severity < severity or (is_open and (alert.told_at is None or alert.told_at <= since))


def _changes(said: Mapping[str, Any], count: int, now: datetime) -> dict[str, Any]:
    return {
        **{name: value for name, value in said.items() if name != "severity"},
        "count": F("count") + count,
        "last_at": Greatest(F("last_at"), now),
    }


def _counted(
    fingerprint: str, said: Mapping[str, Any], count: int, now: datetime, rule: AlertRule
) -> tuple[Alert, bool] | None:
    """The alert that is there already, with what has happened counted on it."""
    same = Alert.objects.filter(fingerprint=fingerprint)
    changes = _changes(said, count, now)
    if same.exclude(state=AlertState.RESOLVED).update(**changes):
        return same.exclude(state=AlertState.RESOLVED).get(), False
    since = now - timedelta(minutes=rule.cooldown_minutes)
    lately = same.filter(state=AlertState.RESOLVED, decided_at__gt=since).order_by("-last_at").first()
    if lately is None:
        return None
    try:
        with transaction.atomic():
            reopened = same.filter(pk=lately.pk, state=AlertState.RESOLVED).update(
                **changes, state=AlertState.OPEN
            )
    except IntegrityError:  # somebody else has opened one in between
        reopened = 0
    if not reopened:
        return _counted(fingerprint, said, count, now, rule)
    return Alert.objects.get(pk=lately.pk), False


def _made(
    rule: AlertRule,
    fingerprint: str,
    subject: models.Model | None,
    said: Mapping[str, Any],
    count: int,
    now: datetime,
) -> tuple[Alert, bool]:
    try:
        with transaction.atomic():
            return Alert.objects.create(
                rule=rule,
                type=rule.type,
                fingerprint=fingerprint,
                subject_type=None if subject is None else ContentType.objects.get_for_model(subject),
                subject_id="" if subject is None else str(subject.pk),
                subject_label="" if subject is None else str(subject)[:300],
                count=count,
                first_at=now,
                last_at=now,
                **said,
            ), True
    except IntegrityError:
        # Somebody else was first, and has committed: the row can be counted on now.
        found = _counted(fingerprint, said, count, now, rule)
        if found is None:
            raise
        return found


def _claimed_to_tell(alert: Alert, rule: AlertRule, severity: int, now: datetime) -> bool:
    """Whether it is for this caller to tell channels; of several at once it is for one."""
    since = now - timedelta(minutes=rule.cooldown_minutes)
    due = Q(told_at__isnull=True) | Q(told_at__lte=since)
    mine = Alert.objects.filter(pk=alert.pk)
    told = mine.filter(Q(state=AlertState.OPEN) & due | Q(severity__lt=severity)).update(
        told_at=now, severity=Greatest(F("severity"), severity)
    )
    if told:
        alert.refresh_from_db()
    return bool(told)
