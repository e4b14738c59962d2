"""Starting a task over HTTP: the one view behind every endpoint that does, in both families.

class ScrapeView(LaunchView):
    task = "scrape_investor_relations"
    def wanted(self, data, pk):
        company = get_object_or_404(Company, pk=pk)
        return Wanted(company, {"company_id": company.pk})
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobs.allowance import launch_within_allowance
from jobs.api.serializers import LaunchedSerializer, ProblemSerializer
from jobs.api.throttles import LaunchesPerPerson, PerPerson
from jobs.errors import TooManyRuns, WrongArguments
from jobs.launch import Launched
from jobs.permissions import may_start
from jobs.states import Trigger

RETRY_SECONDS = 30


def launches(body: type[serializers.Serializer[Any]] | None = None) -> Any:
    """How the description of the API tells of an endpoint that starts a task:
    `@extend_schema_view(post=launches(BodySerializer))`."""
    return extend_schema(
        request=body,
        responses={202: LaunchedSerializer, 409: LaunchedSerializer, 429: ProblemSerializer},
        parameters=[OpenApiParameter("force", bool, description="Repeat what was done before.")],
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for: the object the run is about, and the task's arguments."""

    subject: models.Model | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


class LaunchView(APIView):
    """POST starts a task: 202 with the id of its run, 409 with the one that is under way.

    400 names the fields that cannot be used, 403 is for whoever lacks the task's own permission
    (`jobs.permissions`), 404 for an object that is not there, 429 when the person has as many runs under
    way as one person may. `?force=1` repeats what was done before, behind what is under way.
    """

    throttle_classes = [PerPerson, LaunchesPerPerson]

    task: ClassVar[str] = ""
    body: ClassVar[type[serializers.Serializer[Any]] | None] = None

    # `*_` lets a view name the parts of its address: `wanted(self, data, pk)`.
    def wanted(self, data: Mapping[str, Any], *_: Any, **address: Any) -> Wanted:
        """What the task is called with. Raises Http404 for an object that is not there."""
        raise NotImplementedError

    def task_of(self, *_: Any, **address: Any) -> str:
        """The name of the task, where the address decides between several."""
        return self.task

    def post(self, request: Request, **address: Any) -> Response:
        task = self.task_of(**address)
        if not may_start(request.user, task):
            raise PermissionDenied(
                f"You may not start this work. Ask an administrator for the permission to start {task}."
            )
        wanted = self.wanted(self._data(request), **address)
        try:
            launched = launch_within_allowance(
                task,
                subject=wanted.subject,
                by=request.user,
                trigger=Trigger.API,
                force=_force(request),
                **wanted.arguments,
            )
        except TooManyRuns as error:
            body = {"code": error.code, "message": error.message}
            waiting = {"Retry-After": str(RETRY_SECONDS)}
            return Response(body, status=status.HTTP_429_TOO_MANY_REQUESTS, headers=waiting)
        except WrongArguments as error:
            body = {"code": error.code, "message": error.message}
            return Response(body, status=status.HTTP_400_BAD_REQUEST)
        return launch_response(launched, request)

    def _data(self, request: Request) -> Mapping[str, Any]:
        if self.body is None:
            return {}
        sent = self.body(data=request.data)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)


def launch_response(launched: Launched, request: Request | None = None) -> Response:
    """202 with the run's id and where to ask for it; 409 with the id of the run that is under way."""
    run = launched.run
    address = reverse("task-status", args=[run.pk])
    if request is not None:
        address = request.build_absolute_uri(address)
    body = {"task_id": str(run.pk), "status": run.celery_state}
    if launched.is_new:
        body["message"] = f"{run.task} is queued. Ask {address} how far it is."
        return Response(body, status=status.HTTP_202_ACCEPTED, headers={"Location": address})
    body["message"] = "The same work is under way already. Ask for its status, or repeat it with ?force=1."
    return Response(body, status=status.HTTP_409_CONFLICT, headers={"Location": address})


def _force(request: Request) -> bool:
    return request.query_params.get("force") in ("1", "true")
