"""Doorbells of alerts. Repeating any of them tells nobody twice."""

from typing import Any

from django.utils import timezone

from jobs.base import Outcome, Run, partial, skipped, success, tracked_task
from monitoring.alerts.collect import collect
from monitoring.alerts.deliver import NotDelivered, deliver, tell_of_failure
from monitoring.alerts.given import raise_given
from monitoring.models import AlertDelivery, DeliveryState


@tracked_task("alert_processing")
def alert_processing(run: Run, alert_data: dict[str, Any] | None = None) -> Outcome:
    """Look for what people should know and tell them: new reports, replaced files, restatements, questions,
    anomalies, shifts of tone, prices, forecasts, health, failing runs. With `alert_data` (type, severity,
    subject, payload) raise that one alert.

    Gives the alert's id, whether it was there before and the channels it goes to; of a look the rows by
    source, and how many alerts were made, counted on and resolved.
    """
    if alert_data is not None:
        raised = raise_given(alert_data, at=timezone.now())
        if raised.alert is None:
            return skipped("The rule for alerts of this type is switched off.", code="rule_is_off")
        return success(
            alert_id=raised.alert.pk,
            deduplicated=not raised.is_new,
            routed=[one.channel.name for one in raised.deliveries],
        )
    found = collect(timezone.now())
    fields: dict[str, Any] = {
        "rows": found.rows,
        "new": found.new,
        "counted": found.again,
        "resolved": found.resolved,
        "woken": found.woken,
        "messages": found.messages,
    }
    if found.failed:
        named = "; ".join(f"{name}: {said}" for name, said in found.failed.items())
        return partial(f"Some rows could not be looked at. {named}", code="sources_failed", **fields)
    return success(**fields)


@tracked_task("deliver_alert")
def deliver_alert(run: Run, delivery_id: int) -> Outcome:
    """Send one message about an alert to one channel, trying again with growing pauses where that helps.
    What has been sent is not sent again.

    Gives the id of the delivery and how often it was tried.
    """
    delivery = AlertDelivery.objects.select_related("channel", "alert").filter(pk=delivery_id).first()
    if delivery is None:
        return skipped("The message is gone, with its channel or its alert.", code="delivery_not_found")
    if delivery.state == DeliveryState.SENT:
        return skipped("The message was sent before.", code="sent_before", delivery_id=delivery_id)
    try:
        deliver(delivery, at=timezone.now(), is_last_try=run.attempt >= run.row.max_attempts)
    except NotDelivered:
        tell_of_failure(delivery, at=timezone.now())
        raise
    return success(delivery_id=delivery_id, channel=delivery.channel.name, attempts=run.attempt)
