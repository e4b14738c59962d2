"""What somebody should know: the alerts, the rules that make them, and how people are told."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from monitoring.alert_rules import AlertSeverity, AlertType, fault_of_condition


class AlertState(models.TextChoices):
    """open → acknowledged or snoozed by a person → resolved, by a person or because it is over.

    What happens again while an alert is not resolved is counted on it. A snoozed one opens again when its
    time is up.
    """

    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    SNOOZED = "snoozed", "Snoozed"
    RESOLVED = "resolved", "Resolved"


class ChannelKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class DeliveryState(models.TextChoices):
    """pending → sent, or failed after the last try. What is above a channel's cap is held, and told by one
    later message together."""

    PENDING = "pending", "Under way"
    RETRYING = "retrying", "To be tried again"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    HELD = "held", "Held back"


class AlertRule(models.Model):
    """When something of a type becomes an alert, and how often people are told. The rules that come with
    the program are created once and belong to the people who edit them."""

    code = models.SlugField(max_length=60, unique=True, help_text="How the program names the rule.")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    type = models.CharField(max_length=20, choices=AlertType.choices)
    is_enabled = models.BooleanField(default=True)
    severity = models.PositiveSmallIntegerField(choices=AlertSeverity.choices, default=AlertSeverity.WARNING)
    condition = models.JSONField(
        default=dict, blank=True, help_text='The thresholds by name, as in {"percent": 5}.'
    )
    cooldown_minutes = models.PositiveIntegerField(
        default=60,
        help_text="While it goes on, channels are told again after so many minutes; 0 for each time.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="alert_rules"
    )

    class Meta:
        ordering = ["type", "name"]
        verbose_name = "alert rule"
        constraints = [
            models.CheckConstraint(condition=Q(type__in=AlertType.values), name="alert_rule_type_known"),
            models.CheckConstraint(
                condition=Q(severity__in=AlertSeverity.values), name="alert_rule_severity_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse thresholds the rule does not have, and such as are no numbers from 0 on."""
        if fault := fault_of_condition(self.code, self.condition):
            raise ValidationError({"condition": fault})


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> "AlertQuerySet":
        return self.exclude(state=AlertState.RESOLVED)


class Alert(models.Model):
    """One thing somebody should know. While it is not resolved it is there once, however often it happens:
    `count` says how often, `told_at` when channels were last told of it."""

    rule = models.ForeignKey(
        AlertRule, null=True, blank=True, on_delete=models.SET_NULL, related_name="alerts"
    )
    type = models.CharField(max_length=20, choices=AlertType.choices)
    severity = models.PositiveSmallIntegerField(choices=AlertSeverity.choices)
    fingerprint = models.CharField(max_length=64, help_text="Of rule, subject and key.")
    subject_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.SET_NULL)
    subject_id = models.CharField(max_length=64, blank=True)
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_label = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=500, blank=True, help_text="The page that shows more.")
    state = models.CharField(max_length=15, choices=AlertState.choices, default=AlertState.OPEN)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=~Q(state=AlertState.RESOLVED.value),
                name="alert_once_while_unresolved",
            ),
            models.CheckConstraint(condition=Q(type__in=AlertType.values), name="alert_type_known"),
            models.CheckConstraint(
                condition=Q(severity__in=AlertSeverity.values), name="alert_severity_known"
            ),
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alert_state_known"),
            models.CheckConstraint(condition=Q(count__gt=0), name="alert_happened"),
            models.CheckConstraint(condition=Q(first_at__lte=F("last_at")), name="alert_times_in_order"),
            models.CheckConstraint(
                condition=Q(state=AlertState.SNOOZED.value, snoozed_until__isnull=False)
                | (~Q(state=AlertState.SNOOZED.value) & Q(snoozed_until__isnull=True)),
                name="alert_snoozed_until",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-severity", "-last_at"], name="alert_inbox"),
            models.Index(fields=["fingerprint", "-last_at"], name="alert_again"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("admin:monitoring_alert_change", args=[self.pk])


def _valid_addresses(written: str) -> None:
    for address in written.split():
        validate_email(address)


class NotificationChannel(models.Model):
    """A way to tell people outside. The inbox in the admin has every alert and needs no channel. Secrets
    are named, never kept: the value stands in an environment variable of the workers."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=ChannelKind.choices)
    is_enabled = models.BooleanField(default=True)
    recipients = models.TextField(
        blank=True, validators=[_valid_addresses], help_text="For e-mail: one address in each line."
    )
    url = models.URLField(
        "address", max_length=1000, blank=True, help_text="For a webhook: where alerts are posted to."
    )
    secret_variable = models.CharField(
        "environment variable of the secret",
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(r"\AALERT_SECRET_[A-Z0-9_]{1,40}\Z", "Name a variable such as ALERT_SECRET_DESK.")
        ],
        help_text="For a webhook: what its bodies are signed with. Only variables whose name begins with"
        " ALERT_SECRET_ are read.",
    )
    least_severity = models.PositiveSmallIntegerField(
        choices=AlertSeverity.choices, default=AlertSeverity.WARNING
    )
    types = models.JSONField(
        "only these types", default=list, blank=True, help_text="Empty for alerts of every type."
    )
    most_per_hour = models.PositiveSmallIntegerField(
        default=20, help_text="What is above that is held back and told by one message together."
    )

    class Meta:
        ordering = ["name"]
        verbose_name = "notification channel"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChannelKind.values), name="channel_kind_known"),
            models.CheckConstraint(
                condition=Q(least_severity__in=AlertSeverity.values), name="channel_severity_known"
            ),
            models.CheckConstraint(condition=Q(most_per_hour__gt=0), name="channel_tells_something"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a channel that leads nowhere."""
        faults: dict[str, str] = {}
        if self.kind == ChannelKind.EMAIL and not self.recipients.split():
            faults["recipients"] = "Name at least one address."
        if self.kind == ChannelKind.WEBHOOK and not self.url:
            faults["url"] = "Name the address alerts are posted to."
        if self.kind == ChannelKind.WEBHOOK and not self.secret_variable:
            faults |= {"secret_variable": "Name the variable of the secret: bodies are always signed."}
        if not isinstance(self.types, list) or set(self.types) - set(AlertType.values):
            faults["types"] = f"Write a list of types. There are {', '.join(AlertType.values)}."
        if faults:
            raise ValidationError(faults)


class AlertDelivery(models.Model):
    """One message to one channel: about one alert, or, without one, about all that were held back
    (`held_alerts`), or a test."""

    channel = models.ForeignKey(NotificationChannel, on_delete=models.CASCADE, related_name="deliveries")
    alert = models.ForeignKey(
        Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries"
    )
    told_in = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="held_alerts"
    )
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="What the receiver of a webhook answered."
    )
    response = models.TextField(blank=True, help_text="What was said to the last try.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = "delivery"
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT.value, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT.value) & Q(sent_at__isnull=True)),
                name="delivery_sent_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["channel", "state", "created_at"], name="delivery_of_channel")]

    def __str__(self) -> str:
        return f"{self.alert or 'message'} to {self.channel}"


class AlertSource(models.Model):
    """How far one kind of rows has been looked through for alerts."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(help_text="What is older is not told.")
    looked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class ToldRow(models.Model):
    """A row that has been made an alert of, so that it is not told twice. Kept as long as the row can be
    met again by its source."""

    source = models.ForeignKey(AlertSource, on_delete=models.CASCADE, related_name="told")
    key = models.CharField(max_length=120)
    at = models.DateTimeField(help_text="When the row was made.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="row_told_once")]
        indexes = [models.Index(fields=["source", "at"], name="told_rows_by_age")]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
