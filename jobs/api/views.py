"""Runs over HTTP: status, history, cancelling, and what queues and workers do."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobs.api.filters import AllowedFilters, Filter, text
from jobs.api.serializers import (
    ActiveTasksSerializer,
    BackgroundStatusSerializer,
    CancelledSerializer,
    ProblemSerializer,
    QueueLengthsSerializer,
    TaskRunSerializer,
    TaskStatusSerializer,
    WorkersSerializer,
    background_status,
)
from jobs.broker import known_queues, queue_lengths
from jobs.cancel import cancel
from jobs.errors import AlreadyFinished
from jobs.models import TaskRun
from jobs.states import CeleryWord, State
from jobs.workers import consumers, workers_by_answer, workers_by_rows


def visible_run(request: Request, task_id: UUID) -> TaskRun:
    """The run, if this person may see it. Unknown and foreign ids look the same."""
    run = TaskRun.objects.visible_to(request.user).filter(pk=task_id).first()
    if run is None:
        raise Http404("There is no such task.")
    return run


def _cancelled(request: Request, task_id: UUID) -> Response:
    run = visible_run(request, task_id)
    if not run.may_be_cancelled_by(request.user):
        raise PermissionDenied(
            "Somebody else asked for this work first. Only they and whoever may cancel runs can stop it."
        )
    was = run.celery_state
    try:
        cancel(run, request.user)
    except AlreadyFinished as error:
        run.refresh_from_db()
        body = {"cancelled": False, "was": run.celery_state, "code": error.code, "message": error.message}
        return Response(body, status=status.HTTP_409_CONFLICT)
    return Response({"cancelled": True, "was": was}, status=status.HTTP_202_ACCEPTED)


class TaskStatusView(APIView):
    """GET tells where a run stands; DELETE asks it to stop (202, or 409 if it has ended)."""

    serializer_class = TaskStatusSerializer

    def get(self, request: Request, task_id: UUID) -> Response:
        run = visible_run(request, task_id)
        context = {"with_traceback": request.user.is_staff}
        return Response(TaskStatusSerializer(run, context=context).data)

    @extend_schema(responses={202: CancelledSerializer, 409: CancelledSerializer})
    def delete(self, request: Request, task_id: UUID) -> Response:
        return _cancelled(request, task_id)


class NewestFirst(CursorPagination):
    ordering = ("-queued_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


_STATES_OF_WORD: dict[str, tuple[State, ...]] = {
    CeleryWord.PENDING: (State.QUEUED,),
    CeleryWord.RETRY: (State.QUEUED,),
    CeleryWord.STARTED: (State.RUNNING,),
    CeleryWord.PROGRESS: (State.RUNNING, State.WAITING),
    CeleryWord.SUCCESS: (State.SUCCEEDED, State.PARTIAL, State.SKIPPED),
    CeleryWord.FAILURE: (State.FAILED, State.DEAD),
    CeleryWord.REVOKED: (State.CANCELLED,),
}


def _states(word: str) -> tuple[State, ...]:
    if word in State.values:
        return (State(word),)
    if word in _STATES_OF_WORD:
        return _STATES_OF_WORD[word]
    known = ", ".join([*State.values, *_STATES_OF_WORD])
    raise ValueError(f"One of: {known}.")


def _share_of_company(asked: str) -> str:
    if not asked.isdecimal() or len(asked) > 18:
        raise ValueError("A whole number is needed.")
    return f"companies.company:{int(asked)}"


def _moment(asked: str) -> datetime:
    try:
        moment = parse_datetime(asked)
        day = parse_date(asked) if moment is None else None
    except ValueError:
        moment = day = None
    if moment is None and day is not None:
        moment = datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
    if moment is None:
        raise ValueError("A date or time such as 2026-01-31 or 2026-01-31T12:00:00Z.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


_FILTERS = (
    text("name", "task", "Name of the task."),
    Filter("state", "state__in", _states, "One of our states, or one of Celery's words."),
    Filter("company", "share", _share_of_company, "Id of the company the work is for.", kind="integer"),
    Filter("since", "queued_at__gte", _moment, "Asked for since this date or time."),
)


class TaskListView(generics.ListAPIView):
    """The history of what one may see. Filters: `name`, `state` (ours or Celery's word), `company`
    (id), `since`."""

    serializer_class = TaskRunSerializer
    pagination_class = NewestFirst
    filter_backends = [AllowedFilters]
    allowed_filters = _FILTERS

    def get_queryset(self) -> QuerySet[TaskRun]:
        return TaskRun.objects.visible_to(self.request.user)


class BackgroundStatusView(APIView):
    """The status of a run in the shape of the second API family."""

    @extend_schema(responses=BackgroundStatusSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        return Response(background_status(visible_run(request, task_id)))


class BackgroundTaskView(APIView):
    """DELETE asks a run to stop."""

    @extend_schema(responses={202: CancelledSerializer, 409: CancelledSerializer})
    def delete(self, request: Request, task_id: UUID) -> Response:
        return _cancelled(request, task_id)


class ActiveTasksView(APIView):
    """What is running or waiting for its parts now."""

    @extend_schema(responses=ActiveTasksSerializer)
    def get(self, request: Request) -> Response:
        active = TaskRun.objects.visible_to(request.user).filter(state__in=(State.RUNNING, State.WAITING))
        runs = list(active.order_by("-started_at")[:500])
        return Response({"count": len(runs), "tasks": TaskRunSerializer(runs, many=True).data})


class WorkersView(APIView):
    """The workers and how busy they are. Where none answers within a second, `source` is "runs" and
    the list holds those that are known to work on something."""

    @extend_schema(responses=WorkersSerializer)
    def get(self, request: Request) -> Response:
        answered = workers_by_answer()
        source = "workers" if answered else "runs"
        workers = answered or workers_by_rows()
        return Response(WorkersSerializer({"source": source, "count": len(workers), "workers": workers}).data)


class QueueLengthsView(APIView):
    """For each of the twelve queues: how many messages wait in the broker, how many runs wait in the
    database, and how many workers take from it. 503 when the broker does not answer."""

    @extend_schema(responses={200: QueueLengthsSerializer, 503: ProblemSerializer})
    def get(self, request: Request) -> Response:
        queues = known_queues()
        lengths = queue_lengths(queues)
        if lengths is None:
            body = {"code": "broker_unavailable", "message": "The broker does not answer. Try again soon."}
            return Response(body, status=status.HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": "10"})
        return Response(
            {
                "queues": lengths,
                "total": sum(lengths.values()),
                "waiting": TaskRun.objects.waiting_by_queue(queues),
                "consumers": consumers(workers_by_answer() or (), queues),
            }
        )
