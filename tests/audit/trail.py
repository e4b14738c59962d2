"""The trail as tests read it."""

from django.db.models import QuerySet

from audit.chain import seal_waiting
from audit.models import AuditEvent


def events() -> QuerySet[AuditEvent]:
    """All events, the oldest first. Inside of a test's transaction nothing seals them by itself."""
    seal_waiting()
    return AuditEvent.objects.order_by("sequence")
