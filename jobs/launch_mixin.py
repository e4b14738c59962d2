"""Starting work from other pages of the admin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
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
from jobs.permissions import may_start, permission_to_start
from jobs.registry import definitions, registered
from jobs.states import Trigger

# From so many on it is asked first, with an estimate of how long they will take.
MANY = 20
# More are not started at once: the list is narrowed by its filters first.
MOST = 20_000
NAMED = 10
CONFIRMED = "launch_confirmed"


@dataclass(frozen=True, slots=True)
class Offer:
    """An action of a list that starts `task` for each chosen object, with these further `arguments`."""

    name: str
    task: str
    label: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


class LaunchMixin:
    """For the admin of other models: actions that start tasks for the chosen objects.

    `launch_argument` is the parameter of tasks that takes an object's id. `offers` names and orders
    the actions; every other task that can be called with that parameter alone is offered behind them.
    Each action is there for those who may start its task, and for nobody else.
    """

    launch_argument: str = ""
    offers: Sequence[Offer] = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        # Empty in the window in which one object is picked for another's form.
        if "_popup" in request.GET or not self.launch_argument:
            return actions
        offered = {
            offer.name: (_action(offer), offer.name, offer.label)
            for offer in self.all_offers()
            if may_start(request.user, offer.task)
        }
        return {**offered, **actions}

    def all_offers(self) -> tuple[Offer, ...]:
        """Those that are named, then one for each further task."""
        named = {offer.task for offer in self.offers}
        known = registered() or definitions()
        further = [offer for offer in _offers_of(self.launch_argument, len(known)) if offer.task not in named]
        return (*self.offers, *further)

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

        `argument` names the task's parameter that takes the object's id.

        Raises:
            PermissionDenied: the person may not start this task.
        """
        if not may_start(request.user, task):
            raise PermissionDenied(f"The permission {permission_to_start(task)} is missing.")
        try:
            subjects = list(queryset[: MOST + 1])
            if len(subjects) > MOST:
                messages.error(
                    request,
                    f"No more than {MOST:,} runs are started at once. Choose fewer, with the filters.",
                )
                return None
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


def ask_about_many(
    page: Any, request: HttpRequest, *, title: str, lines: Sequence[str], button: str, chosen: Sequence[Any]
) -> HttpResponse:
    """The page that asks before an action on many objects goes on; its answer comes back to the same
    action with `CONFIRMED`. All of a list that was chosen as such stays chosen as such."""
    across = request.POST.get("select_across") == "1"
    context = {
        **page.admin_site.each_context(request),
        "opts": page.model._meta,
        "title": title,
        "lines": lines,
        "button": button,
        "names": [str(one) for one in islice(chosen, NAMED)],
        "unnamed": max(len(chosen) - NAMED, 0),
        "action": request.POST.get("action", ""),
        "checkbox": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
        "select_across": across,
        "ids": [one.pk for one in (chosen[:1] if across else chosen)],
    }
    return TemplateResponse(request, "admin/jobs/many.html", context)


@cache
def _offers_of(argument: str, known: int) -> tuple[Offer, ...]:
    """An offer for every task that can be called with this argument alone; `known` is how many there are,
    because looking at the signatures of all of them takes longer than a list."""
    return tuple(
        Offer(name.replace(".", "_"), name, definition.summary.removesuffix("."))
        for name, definition in definitions().items()
        if definition.takes_only(argument)
    )


def _action(offer: Offer) -> Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]:
    def start(page: LaunchMixin, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        return page.launch_for_selected(
            request, chosen, offer.task, argument=page.launch_argument, **offer.arguments
        )

    return start


def _question(page: Any, request: HttpRequest, subjects: list[Any], task: str) -> HttpResponse:
    plural = page.model._meta.verbose_name_plural
    return ask_about_many(
        page,
        request,
        title="Start many runs?",
        lines=[
            f"{task} for {len(subjects):,} {plural}",
            str(estimate(task, len(subjects))),
            "Every run can be cancelled while it waits or works.",
        ],
        button=f"Start {len(subjects):,} runs",
        chosen=subjects,
    )


def _launched_message(task: str, new: int, under_way: int) -> SafeString:
    link = f"{reverse('admin:jobs_taskrun_changelist')}?{urlencode({'task': task})}"
    started = f"{new:,} {'run is' if new == 1 else 'runs are'} queued."
    already = f" {under_way:,} {'was' if under_way == 1 else 'were'} under way already." if under_way else ""
    return format_html('{}{} <a href="{}" class="underline">Watch</a>', started, already, link)
