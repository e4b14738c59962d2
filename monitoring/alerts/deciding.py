"""What people and the program do about an alert: acknowledge, snooze, resolve."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import QuerySet

from audit.actions import Action
from audit.changing import change_rows
from monitoring.alerts.raising import fingerprint_of
from monitoring.models import Alert, AlertState

User = AbstractBaseUser | AnonymousUser | None


def acknowledge(alerts: QuerySet[Alert], *, by: User, at: datetime, note: str = "") -> int:
    """Somebody looks after them: nobody is told again. The number that changed."""
    changing = alerts.filter(state__in=(AlertState.OPEN, AlertState.SNOOZED))
    return _decide(changing, AlertState.ACKNOWLEDGED, by, at, note)


def snooze(alerts: QuerySet[Alert], *, until: datetime, by: User, at: datetime, note: str = "") -> int:
    """Nobody is told until then; what happens meanwhile is counted. The number that changed.

    Raises:
        ValueError: the time is past.
    """
    if until <= at:
        raise ValueError("The time is past. Name one to come.")
    changing = alerts.exclude(state=AlertState.RESOLVED)
    return _decide(changing, AlertState.SNOOZED, by, at, note, snoozed_until=until)


def resolve(alerts: QuerySet[Alert], *, by: User, at: datetime, note: str = "") -> int:
    """It is over. What happens after the cooldown is a new alert. The number that changed."""
    return _decide(alerts.exclude(state=AlertState.RESOLVED), AlertState.RESOLVED, by, at, note)


def resolve_alert(
    rule: str, *, at: datetime, subject: models.Model | None = None, key: str = "", note: str = ""
) -> bool:
    """What was raised by `raise_alert` with the same rule, subject and key is over. Whether there was any."""
    found = Alert.objects.filter(fingerprint=fingerprint_of(rule, subject, key))
    return bool(resolve(found, by=None, at=at, note=note))


def wake(at: datetime) -> int:
    """Open what was snoozed until now. The number that changed."""
    return Alert.objects.filter(state=AlertState.SNOOZED, snoozed_until__lte=at).update(
        state=AlertState.OPEN, snoozed_until=None
    )


def _decide(
    alerts: QuerySet[Alert],
    state: AlertState,
    by: User,
    at: datetime,
    note: str,
    snoozed_until: datetime | None = None,
) -> int:
    person = by if isinstance(by, AbstractBaseUser) else None
    changes: dict[str, Any] = {"note": note[:500]} if note else {}
    changes |= {"state": state, "decided_by": person, "decided_at": at, "snoozed_until": snoozed_until}
    return change_rows(alerts, changes, by=person, action=Action.DECIDED)
