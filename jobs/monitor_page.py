"""The page of what goes on now. It keeps itself up to date by asking for its parts again."""

from hashlib import sha256
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import parse_etags

from jobs.monitor import machines, now


def monitor(request: HttpRequest) -> HttpResponse:
    """The whole page, complete without scripts; only the workers are asked when it stands."""
    _must_see_runs(request)
    context = {**admin.site.each_context(request), "title": "Under way", **_shown(request)}
    return TemplateResponse(request, "admin/jobs/monitor.html", context)


def live(request: HttpRequest) -> HttpResponse:
    """The runs. 304 where nothing has changed since the answer whose ETag the request names."""
    _must_see_runs(request)
    return _unless_known(request, "admin/jobs/monitor_tree.html", _shown(request))


def queues(request: HttpRequest) -> HttpResponse:
    """The queues and the workers, in the same way."""
    _must_see_runs(request)
    return _unless_known(request, "admin/jobs/monitor_queues.html", {"machines": machines()})


def _shown(request: HttpRequest) -> dict[str, Any]:
    return {
        "now": now(),
        "may_cancel": request.user.has_perm("jobs.cancel_taskrun"),
        "may_repeat": request.user.has_perm("jobs.repeat_taskrun"),
    }


def _unless_known(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    # Without the request: its token would be another one in each answer.
    content = render_to_string(template, context).encode()
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    known = tag in parse_etags(request.headers.get("If-None-Match", ""))
    answer = HttpResponseNotModified() if known else HttpResponse(content)
    answer["ETag"] = tag
    return answer


def _must_see_runs(request: HttpRequest) -> None:
    if not request.user.has_perm("jobs.view_taskrun"):
        raise PermissionDenied


urlpatterns = [
    path("", admin.site.admin_view(monitor), name="monitor"),
    path("runs/", admin.site.admin_view(live), name="monitor-runs"),
    path("queues/", admin.site.admin_view(queues), name="monitor-queues"),
]
