"""Logins, logouts and failed tries. The only receivers of signals for what people do: Django logs people
in by three ways (form, basic authentication, session) and tells of all of them by signal alone."""

import logging
from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from audit.actions import Action
from audit.context import origin
from audit.models import AuditEvent, UnsealedEvent
from audit.record import record

logger = logging.getLogger(__name__)

# The trail is never pruned, so that nobody outside may fill it: so many failures of one address in an
# hour are kept one by one, and the last of them says that further ones are only in the log.
MOST_FAILURES = 50
WITHIN = timedelta(hours=1)


@receiver(user_logged_in)
def logged_in(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if not _is_about_a_token(request):
        record(Action.LOGGED_IN, user, by=user, request=request)


@receiver(user_logged_out)
def logged_out(request: HttpRequest | None, user: Any, **_: Any) -> None:
    if user is not None and not _is_about_a_token(request):
        record(Action.LOGGED_OUT, user, by=user, request=request)


def _is_about_a_token(request: HttpRequest | None) -> bool:
    """Whether it came through the API, where one gets and gives back a token: that is kept as such."""
    return hasattr(request, "_request")


@receiver(user_login_failed)
def login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody gave a wrong name or password. The name is kept as it was given, the password never."""
    address = origin(request).address
    name = str(credentials.get("username", ""))[:150]
    same = {"action": Action.LOGIN_FAILED, "address": address, "at__gt": timezone.now() - WITHIN}
    before = sum(events.objects.filter(**same).count() for events in (AuditEvent, UnsealedEvent))
    if before >= MOST_FAILURES:
        logger.warning("A login as %r from %s failed; the audit trail has enough of them.", name, address)
        return
    detail = f"As {name!r}."
    if before == MOST_FAILURES - 1:
        detail += " Further failures of this address within the hour are only in the log."
    record(Action.LOGIN_FAILED, detail=detail, request=request)
