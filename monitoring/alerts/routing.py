"""Which channels are told of an alert, and what is held back so that nobody is flooded."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from jobs.launch import User, launch
from monitoring.models import Alert, AlertDelivery, DeliveryState, NotificationChannel

DELIVER = "deliver_alert"
CAP_OVER = timedelta(hours=1)


def route(
    alert: Alert, now: datetime, *, except_channel: NotificationChannel | None = None
) -> Iterator[AlertDelivery]:
    """Make a message for each channel that wants the alert, and have it sent after the commit. What is
    above a channel's cap is held back."""
    for channel in NotificationChannel.objects.filter(is_enabled=True, least_severity__lte=alert.severity):
        if channel == except_channel or (channel.types and alert.type not in channel.types):
            continue
        with transaction.atomic():
            room = _room(channel, now)
            state = DeliveryState.PENDING if room > 0 else DeliveryState.HELD
            delivery = AlertDelivery.objects.create(channel=channel, alert=alert, state=state, created_at=now)
            if room > 0:
                launch(DELIVER, subject=alert, delivery_id=delivery.pk)
        yield delivery


def tell_what_was_held(now: datetime) -> list[AlertDelivery]:
    """One message for each channel that has room again, about everything that was held back for it."""
    made = []
    waiting = AlertDelivery.objects.filter(state=DeliveryState.HELD, told_in__isnull=True)
    for channel in NotificationChannel.objects.filter(
        is_enabled=True, pk__in=waiting.values("channel").distinct()
    ):
        with transaction.atomic():
            if _room(channel, now) <= 0:
                continue
            together = AlertDelivery.objects.create(channel=channel, created_at=now)
            if not waiting.filter(channel=channel).update(told_in=together):
                together.delete()
                continue
            launch(DELIVER, delivery_id=together.pk)
        made.append(together)
    return made


def send_test(channel: NotificationChannel, now: datetime, *, by: User = None) -> AlertDelivery:
    """A message that says that it is a test, whatever the channel's cap."""
    with transaction.atomic():
        delivery = AlertDelivery.objects.create(channel=channel, created_at=now)
        launch(DELIVER, by=by, delivery_id=delivery.pk)
    return delivery


def _room(channel: NotificationChannel, now: datetime) -> int:
    """How many more messages the channel may get within the hour. The channel is locked, so that two who
    ask at once do not both take the last place."""
    NotificationChannel.objects.select_for_update().get(pk=channel.pk)
    lately = AlertDelivery.objects.filter(channel=channel, created_at__gt=now - CAP_OVER)
    return channel.most_per_hour - lately.exclude(state=DeliveryState.HELD).count()


def send_again(deliveries: QuerySet[AlertDelivery], *, by: User = None) -> int:
    """Send those that failed once more. Their number."""
    count = 0
    for delivery in deliveries.filter(state=DeliveryState.FAILED).select_related("alert"):
        with transaction.atomic():
            failed = AlertDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.FAILED)
            if failed.update(state=DeliveryState.PENDING):
                launch(DELIVER, subject=delivery.alert, by=by, delivery_id=delivery.pk)
                count += 1
    return count
