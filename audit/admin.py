"""The audit trail in the admin, and the pages of other people's packages kept in it as well."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from audit.actions import Action
from audit.chain import seal_waiting
from audit.model_admin import AuditMixin
from audit.models import AuditEvent
from audit.record import record

# Users, groups, tokens and all else that came before this app, looking as they did.
for _model, _page in list(admin.site._registry.items()):
    if not isinstance(_page, AuditMixin):
        admin.site.unregister(_model)
        admin.site.register(_model, type(type(_page).__name__, (AuditMixin, type(_page)), {}))


@admin.register(AuditEvent)
class AuditEventAdmin(ModelAdmin):
    """Looked at and exported; nobody adds, changes or deletes."""

    list_display = ["sequence", "at", "who", "action", "object_type", "object_label", "detail", "address"]
    list_filter = ["action", ("at", admin.DateFieldListFilter)]
    search_fields = ["=person", "=object_id", "object_label", "=object_type", "=request_id", "=address"]
    search_help_text = "A person, a type or key of an object, a part of its name, a request or an address"
    show_full_result_count = False
    list_per_page = 50
    actions = ["export"]
    fieldsets = [
        (None, {"fields": ["sequence", "at", "who", "action", "detail"]}),
        ("Object", {"fields": ["object_type", "object_id", "object_label", "was", "became"]}),
        ("From where", {"fields": ["request_id", "address"]}),
        ("Seal", {"fields": ["seal_before", "own_seal"]}),
    ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # What the end of a process has left unsealed.
        seal_waiting()
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("audit.export_auditevent")

    @admin.display(description="Who", ordering="person")
    def who(self, event: AuditEvent) -> str:
        return event.person or ("A stranger" if event.address else "The system")

    @admin.display(description="Before")
    def was(self, event: AuditEvent) -> SafeString:
        return _kept(event.before)

    @admin.display(description="After")
    def became(self, event: AuditEvent) -> SafeString:
        return _kept(event.after)

    @admin.display(description="Seal of the event before")
    def seal_before(self, event: AuditEvent) -> SafeString:
        return _kept(event.previous)

    @admin.display(description="Seal")
    def own_seal(self, event: AuditEvent) -> SafeString:
        return _kept(event.seal)

    @admin.action(description="Export as lines of JSON", permissions=["export"])
    def export(self, request: HttpRequest, events: QuerySet[AuditEvent]) -> StreamingHttpResponse:
        """Complete events with their seals, oldest first."""
        last = events.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        # What is being exported is not in its own file, should the choice take it in.
        chosen = events.filter(sequence__lte=last).order_by("sequence")
        record(Action.EXPORTED, by=request.user, detail=f"{chosen.count()} events", request=request)
        return StreamingHttpResponse(
            _lines(chosen),
            content_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="audit-trail.jsonl"'},
        )


def _kept(value: Any) -> SafeString:
    """A seal, or fields by name, broken where the page ends."""
    if value is None:
        return format_html("{}", "—")
    text = (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    )
    return format_html('<code class="tf-kept">{}</code>', text)


def _lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    names = [field.attname for field in AuditEvent._meta.concrete_fields]
    for event in events.iterator(chunk_size=500):
        row = {name: getattr(event, name) for name in names} | {"at": event.at.isoformat()}
        yield json.dumps(row, ensure_ascii=False) + "\n"
