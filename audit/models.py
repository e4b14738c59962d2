"""The trail: one row for each thing a person did, each sealed with the seal of the one before."""

from django.db import models

from audit.actions import Action


class _What(models.Model):
    """What an event says: who did what to which object, before and after, and from where."""

    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=20, choices=Action)
    # Without a person it was the system, or a stranger who failed to log in.
    person_id = models.BigIntegerField(null=True)
    person = models.CharField(max_length=150, blank=True)
    object_type = models.CharField("type", max_length=100, blank=True)
    object_id = models.CharField("key", max_length=64, blank=True)
    object_label = models.CharField("object", max_length=200, blank=True)
    # Fields by name; of a change only those that differ. None where there was nothing before or after.
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    detail = models.CharField(max_length=500, blank=True)
    request_id = models.CharField("request", max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        abstract = True


class UnsealedEvent(_What):
    """An event that was written with its change and is sealed as soon as that is committed.

    Sealing takes its turn behind all others. Were it part of the change, whoever changes something would
    hold the end of the chain until the commit, and two who need one another's rows would wait for ever.
    """

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person or 'somebody'} · {self.get_action_display()} · {self.object_label}"


class AuditEvent(_What):
    """One thing somebody did, as it was when it happened.

    Rows are written by `audit.chain` alone and never changed or deleted: the database refuses both
    (`audit.protection`). Nothing here refers to other tables, so that an event outlives the person and
    the object it tells of. `seal` is over everything else in the row and the seal of the row before.
    """

    sequence = models.BigIntegerField(primary_key=True, editable=False)
    previous = models.CharField("seal of the event before", max_length=64)
    seal = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "event"
        verbose_name_plural = "events"
        ordering = ["-sequence"]
        default_permissions = ("view",)
        permissions = [("export_auditevent", "Can export the audit trail")]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_of_object"),
            models.Index(fields=["person_id", "at"], name="audit_of_person"),
            models.Index(fields=["action", "at"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        who = self.person or "somebody"
        return f"{self.sequence}: {who} · {self.get_action_display()} · {self.object_label}"


class AuditHead(models.Model):
    """The last link of the chain, in a single row. Whoever seals holds its lock, so that links follow one
    another."""

    ONLY = 1

    sequence = models.BigIntegerField(default=0)
    seal = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.sequence}:{self.seal}"
