"""The admin's pages keep what people add, change and delete with them, with what was there before."""

from copy import copy
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin as ThemedModelAdmin

from audit.actions import Action
from audit.record import Happened, record, record_all
from audit.values import Fields, differences, fields_of


class AuditMixin:
    """For every admin: writes an event for each object that was added, changed or deleted, in the same
    transaction.

    What an action does to chosen rows by itself is written by that action.
    """

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        instance = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if instance is not None and request.method == "POST":
            # Now, because checking the form changes the object already.
            _before(request)[instance.pk] = self._fields(instance)
        return instance

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        entry = super().log_addition(request, obj, message)  # type: ignore[misc]
        record(Action.ADDED, obj, by=request.user, after=self._fields(obj), request=request)
        return entry

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        entry = super().log_change(request, obj, message)  # type: ignore[misc]
        # Anew from the database: a step may have changed more than the form.
        now = type(obj)._default_manager.get(pk=obj.pk)
        before, after = differences(_before(request).get(obj.pk, {}), self._fields(now))
        # A text is what happened (a new password); a list is which fields the form changed.
        detail = message if isinstance(message, str) else ""
        if before or after or detail:
            record(
                Action.CHANGED,
                obj,
                by=request.user,
                before=before,
                after=after,
                detail=detail,
                request=request,
            )
        return entry

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        old = {row.pk: fields_of(row) for row in formset.get_queryset()} if change else {}
        # Copies, because a row that is deleted loses its key.
        gone = [copy(one.instance) for one in formset.deleted_forms if one.instance.pk in old]
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        happened = [Happened(Action.ADDED, row, after=fields_of(row)) for row in formset.new_objects]
        for row, _names in formset.changed_objects:
            happened.append(Happened(Action.CHANGED, row, *differences(old.get(row.pk, {}), fields_of(row))))
        happened += [Happened(Action.DELETED, row, before=old[row.pk]) for row in gone]
        if happened:
            record_all(happened, by=request.user, request=request)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        with transaction.atomic():
            # A copy, because a row that is deleted loses its key.
            happened = self._deleted(copy(obj))
            super().delete_model(request, obj)  # type: ignore[misc]
            record_all([happened], by=request.user, request=request)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            happened = [self._deleted(row) for row in queryset]
            super().delete_queryset(request, queryset)  # type: ignore[misc]
            record_all(happened, by=request.user, request=request)

    def _deleted(self, row: models.Model) -> Happened:
        return Happened(Action.DELETED, row, before=self._fields(row))

    def _fields(self, instance: models.Model) -> Fields:
        """Its columns and what it is linked to by the form, such as the permissions of a group."""
        return fields_of(instance, [field.name for field in instance._meta.many_to_many])


class ModelAdmin(AuditMixin, ThemedModelAdmin):
    """The admin of a model, in the theme and kept in the trail. All of ours begin with it."""


def _before(request: HttpRequest) -> dict[Any, Fields]:
    """What objects were when this request began."""
    found: dict[Any, Fields] = request.__dict__.setdefault("audit_before", {})
    return found
