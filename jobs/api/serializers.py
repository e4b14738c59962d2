"""How a run looks in JSON."""

from typing import Any

from rest_framework import serializers

from jobs.models import TaskRun
from jobs.states import FINISHED, SUCCESSFUL, UNSUCCESSFUL, CeleryWord, State


class TaskRunSerializer(serializers.ModelSerializer):
    """One run of the history."""

    task_id = serializers.UUIDField(source="id")
    name = serializers.CharField(source="task")
    status = serializers.ChoiceField(CeleryWord.choices, source="celery_state")
    progress = serializers.IntegerField(source="percent")

    class Meta:
        model = TaskRun
        fields = read_only_fields = [
            "task_id", "name", "status", "state", "progress", "step", "message", "subject_label", "trigger",
            "queue", "queued_at", "started_at", "finished_at",
        ]  # fmt: skip


class TaskStatusSerializer(TaskRunSerializer):
    """Where a run stands and what came of it."""

    result = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    meta = serializers.SerializerMethodField()
    retries = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()

    class Meta(TaskRunSerializer.Meta):
        fields = read_only_fields = [
            *TaskRunSerializer.Meta.fields, "result", "error", "meta", "retries", "children",
        ]  # fmt: skip

    def get_result(self, run: TaskRun) -> dict[str, Any] | None:
        return envelope(run) if run.state in SUCCESSFUL else None

    def get_error(self, run: TaskRun) -> dict[str, Any] | None:
        if run.state not in UNSUCCESSFUL and run.celery_state != CeleryWord.RETRY:
            return None
        error = {"code": run.error_code or run.state, "message": run.error_message or run.message}
        if self.context.get("with_traceback"):
            error["traceback"] = run.traceback
        return error

    def get_meta(self, run: TaskRun) -> dict[str, Any]:
        is_waiting = run.state == State.WAITING
        return {
            "step": run.step,
            "progress": run.percent,
            "current": run.children_done if is_waiting else run.current,
            "total": run.children_total if is_waiting else run.total,
            "message": run.message,
            "stage": run.stage,
            "next_attempt_at": run.not_before,
            "cancel_requested": run.cancel_requested_at is not None,
        }

    def get_retries(self, run: TaskRun) -> int:
        return max(run.attempt - 1, 0)

    def get_children(self, run: TaskRun) -> list[dict[str, Any]]:
        return [
            {"task_id": str(child.pk), "name": child.task, "status": child.celery_state, "state": child.state}
            for child in run.children()
        ]


class LaunchedSerializer(serializers.Serializer[Any]):
    """The run that does the work: a new one, or with 409 the one that is under way."""

    task_id = serializers.UUIDField()
    status = serializers.ChoiceField(CeleryWord.choices)
    message = serializers.CharField()


class CancelledSerializer(serializers.Serializer[Any]):
    """The answer to a wish to cancel; `code` and `message` where it came too late."""

    cancelled = serializers.BooleanField()
    was = serializers.ChoiceField(CeleryWord.choices)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class BackgroundStatusSerializer(serializers.Serializer[Any]):
    """The status of a run in the shape of the second API family."""

    task_id = serializers.UUIDField()
    status = serializers.ChoiceField(CeleryWord.choices)
    result = serializers.DictField(allow_null=True)
    info = serializers.DictField()
    ready = serializers.BooleanField()
    successful = serializers.BooleanField()
    failed = serializers.BooleanField()


class ActiveTasksSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    tasks = TaskRunSerializer(many=True)


class WorkerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    queues = serializers.ListField(child=serializers.CharField())
    processes = serializers.IntegerField(allow_null=True)
    busy = serializers.IntegerField()
    completed = serializers.IntegerField(allow_null=True)
    uptime_seconds = serializers.IntegerField(allow_null=True)


class WorkersSerializer(serializers.Serializer[Any]):
    """`source` says who knows: the workers themselves, or only the rows of what they hold."""

    source = serializers.ChoiceField(["workers", "runs"])  # type: ignore[assignment]  # a declared field
    count = serializers.IntegerField()
    workers = WorkerSerializer(many=True)


class QueueLengthsSerializer(serializers.Serializer[Any]):
    queues = serializers.DictField(child=serializers.IntegerField())
    total = serializers.IntegerField()
    waiting = serializers.DictField(child=serializers.IntegerField())
    consumers = serializers.DictField(child=serializers.IntegerField())


class ProblemSerializer(serializers.Serializer[Any]):
    """Why nothing was done: a stable code and a sentence."""

    code = serializers.CharField()
    message = serializers.CharField()


def envelope(run: TaskRun) -> dict[str, Any]:
    """The result with what every result has: the run, how complete it is, warnings."""
    status = "success" if run.state == State.SUCCEEDED else run.state
    envelope = {"task_id": str(run.pk), "status": status, **run.outcome()}
    return {**envelope, "reason": run.message, "code": run.error_code} if status != "success" else envelope


def background_status(run: TaskRun) -> dict[str, Any]:
    """The shape of `/api/background-tasks/task/{id}/status`."""
    is_successful = run.state in SUCCESSFUL
    return {
        "task_id": str(run.pk),
        "status": run.celery_state,
        "result": envelope(run) if is_successful else None,
        "info": {
            "step": run.step,
            "progress": run.percent,
            "current": run.current,
            "total": run.total,
            "message": run.error_message or run.message,
        },
        "ready": run.state in FINISHED,
        "successful": is_successful,
        "failed": run.state in UNSUCCESSFUL,
    }
