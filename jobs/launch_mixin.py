"""Starting work from other pages of the admin."""

from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from jobs.errors import JobsError
from jobs.estimate import estimate
from jobs.launch import insert, prepare
from jobs.states import Trigger

# From so many on it is asked first, with an estimate of how long they will take.
MANY = 20
CONFIRMED = "launch_confirmed"


class LaunchMixin:
    """For the admin of other models: start a task for each selected object."""

    def launch_for_selected(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        task: str,
        *,
        argument: str = "",
        force: bool = False,
        **arguments: Any,
    ) -> HttpResponse | None:
        """Launch for each object and say how many, with a link to the runs. Return what this returns:
        for many objects it is a page that says how long they will take and asks whether to go on.

        `argument` names the task's parameter that takes the object's id. Who may do so is for the
        action to say (`@admin.action(permissions=...)`).
        """
        try:
            subjects = list(queryset)
            if len(subjects) >= MANY and CONFIRMED not in request.POST:
                return _question(self, request, subjects, task)
            runs = [
                prepare(
                    task,
                    subject=subject,
                    by=request.user,
                    trigger=Trigger.ADMIN,
                    force=force,
                    arguments={**({argument: subject.pk} if argument else {}), **arguments},
                )
                for subject in subjects
            ]
            launched = insert(runs)
        except JobsError as error:
            messages.error(request, error.message)
            return None
        new = sum(one.is_new for one in launched)
        if launched:
            messages.success(request, _launched_message(task, new, len(launched) - new))
        return None


def _question(page: Any, request: HttpRequest, subjects: list[Any], task: str) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "opts": page.model._meta,
        "title": "Start many runs?",
        "task": task,
        "count": len(subjects),
        "names": page.model._meta.verbose_name_plural,
        "estimate": estimate(task, len(subjects)),
        "action": request.POST.get("action", ""),
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
        "ids": [subject.pk for subject in subjects],
    }
    return TemplateResponse(request, "admin/jobs/many.html", context)


def _launched_message(task: str, new: int, under_way: int) -> SafeString:
    link = f"{reverse('admin:jobs_taskrun_changelist')}?{urlencode({'task': task})}"
    started = f"{new} {'run is' if new == 1 else 'runs are'} queued."
    already = f" {under_way} {'was' if under_way == 1 else 'were'} under way already." if under_way else ""
    return format_html('{}{} <a href="{}" class="underline">Watch</a>', started, already, link)
