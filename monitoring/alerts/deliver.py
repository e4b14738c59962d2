"""Sending one message: what it says, by e-mail or as a signed post, and what the other side answered."""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.urls import reverse

from monitoring.alerts.raising import raise_alert
from monitoring.mail import NotDelivered, host, send
from monitoring.models import (
    Alert,
    AlertDelivery,
    AlertSeverity,
    ChannelKind,
    DeliveryState,
    NotificationChannel,
)
from net.addresses import AddressPolicy
from net.errors import FetchFailed
from net.post import PostOptions, post_json
from net.retry_after import seconds_to_wait

LONGEST_RESPONSE = 2000
SECONDS = 20.0
LONGEST_WAIT = 3600.0  # what a receiver may ask for; an alert of yesterday helps nobody
LISTED = 50
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: a subject and a text for people, a body for machines."""

    subject: str
    text: str
    body: dict[str, Any]


def deliver(delivery: AlertDelivery, *, at: datetime, is_last_try: bool) -> None:
    """Send the message and keep what came of it.

    Raises:
        NotDelivered: it did not arrive; the delivery says the same.
    """
    AlertDelivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1)
    try:
        answer = _SENDERS[ChannelKind(delivery.channel.kind)](delivery, message_of(delivery), at)
    except NotDelivered as failure:
        again = failure.retryable and not is_last_try
        _keep(
            delivery,
            state=DeliveryState.RETRYING if again else DeliveryState.FAILED,
            status=failure.status,
            response=failure.message[:LONGEST_RESPONSE],
        )
        raise
    _keep(delivery, state=DeliveryState.SENT, sent_at=at, **answer)


def tell_of_failure(delivery: AlertDelivery, *, at: datetime) -> None:
    """Put into the inbox, and tell the other channels, that this one failed for good; nothing while it is
    still tried."""
    if delivery.state == DeliveryState.FAILED:
        raise_alert(
            "channel-failed",
            subject=delivery.channel,
            title=f"The channel {delivery.channel.name} could not be told",
            text=delivery.response,
            address=reverse("admin:monitoring_alertdelivery_changelist") + "?state__exact=failed",
            at=at,
            except_channel=delivery.channel,
        )


def message_of(delivery: AlertDelivery) -> Message:
    """What a delivery says: one alert, all that were held back for the channel, or that it is a test."""
    if delivery.alert is not None:
        return _about(delivery.alert)
    rows = delivery.held_alerts.select_related("alert").order_by("-alert__severity", "pk")
    if held := [row.alert for row in rows if row.alert is not None]:
        return _about_many(held)
    said = f"This is a test of the channel {delivery.channel.name}. Nothing has happened."
    return Message("[Tenfold] Test", said, {"event": "test", "message": said})


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Tenfold-Signature: HMAC-SHA-256 over timestamp, full stop and body, in hexadecimal."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def told(alert: Alert) -> dict[str, Any]:
    """An alert for machines."""
    return {
        "id": alert.pk,
        "type": alert.type,
        "severity": AlertSeverity(alert.severity).code,
        "state": alert.state,
        "title": alert.title,
        "text": alert.text,
        "subject": alert.subject_label,
        "count": alert.count,
        "first_at": alert.first_at.isoformat(),
        "last_at": alert.last_at.isoformat(),
        "payload": alert.payload,
        "address": _whole_address(alert),
    }


def _about(alert: Alert) -> Message:
    severity = AlertSeverity(alert.severity).label
    times = ""
    if alert.count > 1:
        times = f"\n\nIt has happened {alert.count:,} times since {_day(alert.first_at)}."
    text = f"{alert.title}\n\n{alert.text}{times}\n\n{_whole_address(alert)}\n"
    return Message(
        f"[Tenfold] {severity}: {_one_line(alert.title)}", text, {"event": "alert", "alert": told(alert)}
    )


def _about_many(alerts: list[Alert]) -> Message:
    lines = [
        f"{AlertSeverity(alert.severity).label}: {_one_line(alert.title)}\n  {_whole_address(alert)}"
        for alert in alerts[:LISTED]
    ]
    more = [f"And {len(alerts) - LISTED:,} more in the inbox."] if len(alerts) > LISTED else []
    first = f"{len(alerts):,} alerts were held back, because this channel had had as many as it may get."
    body = {
        "event": "held_alerts",
        "count": len(alerts),
        "alerts": [told(alert) for alert in alerts[:LISTED]],
    }
    return Message(f"[Tenfold] {len(alerts):,} more alerts", "\n\n".join([first, *lines, *more]) + "\n", body)


def _post(delivery: AlertDelivery, message: Message, at: datetime) -> dict[str, Any]:
    channel = delivery.channel
    secret = _secret(channel)
    _refuse_open_address(channel.url)
    body = json.dumps({"delivery": delivery.pk, **message.body}, sort_keys=True).encode()
    timestamp = str(int(at.timestamp()))
    headers = {
        "X-Tenfold-Delivery": str(delivery.pk),
        "X-Tenfold-Timestamp": timestamp,
        "X-Tenfold-Signature": signature_of(secret, timestamp, body),
    }
    options = PostOptions(
        policy=AddressPolicy(
            allowed_private=frozenset(settings.ALLOWED_PRIVATE_HOSTS), denied_hosts=settings.OWN_HOSTS
        ),
        seconds=SECONDS,
        idle_seconds=SECONDS,
        largest_answer=64 * 1024,
    )
    try:
        answer = post_json(channel.url, body, headers, options)
    except FetchFailed as failure:
        raise NotDelivered(failure.code, failure.message, retryable=failure.retryable) from None
    said = answer.body[:LONGEST_RESPONSE].decode("utf-8", "replace").replace("\x00", "")
    if 200 <= answer.status < 300:
        return {"status": answer.status, "response": said}
    again = answer.status in TRY_AGAIN
    advice = "It is tried again." if again else "Correct the channel; trying again does not help."
    raise NotDelivered(
        f"http_{answer.status}",
        f"The receiver answered with status {answer.status}. {advice} It said: {said[:500]}",
        retryable=again,
        retry_after=_asked_for(answer.headers.get("retry-after"), at),
        status=answer.status,
    )


def _asked_for(header: str | None, at: datetime) -> float | None:
    return None if header is None else min(seconds_to_wait(header, at), LONGEST_WAIT)


def _mail(delivery: AlertDelivery, message: Message, at: datetime) -> dict[str, Any]:
    recipients = delivery.channel.recipients.split()
    # One message with everybody hidden, so that no receiver learns of the others.
    mail = EmailMessage(
        message.subject,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        bcc=recipients,
        headers={"Message-ID": f"<alert-{delivery.pk}@{host()}>", "Auto-Submitted": "auto-generated"},
    )
    send(mail)
    return {"response": f"Taken by the mail server for {len(recipients)} recipients."}


_SENDERS = {ChannelKind.EMAIL: _mail, ChannelKind.WEBHOOK: _post}


def _secret(channel: NotificationChannel) -> str:
    value = os.environ.get(channel.secret_variable, "") if channel.secret_variable else ""
    if not value:
        raise NotDelivered(
            "no_secret",
            f"The workers have no environment variable {channel.secret_variable or '(none is named)'}, so"
            " that the message could not be signed. Set it and start the workers again.",
            retryable=False,
        )
    return value


def _refuse_open_address(url: str) -> None:
    if url.startswith("http://") and urlsplit(url).netloc.lower() not in settings.ALLOWED_PRIVATE_HOSTS:
        raise NotDelivered(
            "address_in_the_open",
            "The address would carry the message in the open. Write https://, or name a machine of your own"
            " as host:port in TENFOLD_ALLOWED_PRIVATE_HOSTS.",
            retryable=False,
        )


def _keep(delivery: AlertDelivery, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(delivery, name, value)
    AlertDelivery.objects.filter(pk=delivery.pk).update(**columns)


def _whole_address(alert: Alert) -> str:
    return urljoin(settings.PUBLIC_URL, alert.address or alert.get_absolute_url())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
