"""What is a record of the past is looked at and never edited."""

from typing import Any

from django.http import HttpRequest

from audit.model_admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only the system writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
