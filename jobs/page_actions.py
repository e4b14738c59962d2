"""The actions of a list, on the page of one object."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

# What is for many objects at once and has a button of its own on the page of one.
_LISTS_OWN = frozenset({"delete_selected"})


class PageActionsMixin:
    """For an admin whose list has actions: each that somebody may use is a button on the object's page
    too, with the same permission and the same question where it asks one. A form posts `action` and,
    if it likes, `next`, where to go afterwards."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.act_view))  # type: ignore[attr-defined]
        return [
            path("<int:object_id>/act/", view, name=self.act_name),
            *super().get_urls(),  # type: ignore[misc]
        ]

    @property
    def act_name(self) -> str:
        options = self.model._meta  # type: ignore[attr-defined]
        return f"{options.app_label}_{options.model_name}_act"

    def page_actions(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """Names and descriptions of the actions this person may use, in the order of the list."""
        return tuple(
            (name, str(description))
            for name, (_, _, description) in self.get_actions(request).items()  # type: ignore[attr-defined]
            if name not in _LISTS_OWN
        )

    def act_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Use an action on one object and come back."""
        known = self.get_actions(request)  # type: ignore[attr-defined]
        name = request.POST.get("action", "")
        if name not in known or name in _LISTS_OWN:
            raise PermissionDenied("This action is not there, or you may not use it.")
        chosen: QuerySet[Any] = self.get_queryset(request).filter(pk=object_id)  # type: ignore[attr-defined]
        if not chosen.exists():
            raise Http404("What this was meant for is not there any more.")
        answer: HttpResponse | None = known[name][0](self, request, chosen)
        return answer or HttpResponseRedirect(self._way_back(request, object_id))

    def _way_back(self, request: HttpRequest, object_id: int) -> str:
        wanted = request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(
            wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return wanted
        options = self.model._meta  # type: ignore[attr-defined]
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[object_id])
