"""Changes of many rows by one statement that leave an event for each row."""

from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from audit.actions import Action
from audit.record import Happened, record_all
from audit.values import differences, fields_of


def change_rows(
    rows: QuerySet[Any],
    changes: dict[str, Any],
    *,
    by: Any,
    action: Action = Action.CHANGED,
    detail: str = "",
) -> int:
    """Update all of these rows and keep of each what was and what is now.

    The rows are locked first, so that what is kept as having been there before was there. `changes` are
    fields and values, no expressions. Without a person (`by` is None) rows are updated and nothing is
    kept: what the program does by itself is told by its run. Returns how many rows there were.
    """
    if by is None:
        return rows.order_by().update(**changes)
    with transaction.atomic():
        chosen = list(rows.order_by("pk").select_for_update(of=("self",)))
        happened = [_happened(row, changes, action, detail) for row in chosen]
        rows.model._base_manager.filter(pk__in=[row.pk for row in chosen]).update(**changes)
        if happened:
            record_all(happened, by=by)
        return len(chosen)


def _happened(row: models.Model, changes: dict[str, Any], action: Action, detail: str) -> Happened:
    was = fields_of(row)
    for name, value in changes.items():
        setattr(row, name, value)
    return Happened(action, row, *differences(was, fields_of(row)), detail)
