"""Where a run stands, what started it, and the words the API uses for both."""

from django.db import models


class State(models.TextChoices):
    """The life of a run.

    queued ──> running ──> succeeded | partial | skipped | failed
      ^  ^        │ │
      │  └────────┘ │        a failure worth repeating, or a worker that was lost
      │             v
      └───────── waiting     for its children; the last one queues it again

    Every unfinished state can become cancelled. A run whose every attempt ended with a lost worker
    becomes dead.
    """

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTIAL = "partial", "Partial"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    DEAD = "dead", "Dead"


UNFINISHED = frozenset({State.QUEUED, State.RUNNING, State.WAITING})
FINISHED = frozenset(State) - UNFINISHED
SUCCESSFUL = frozenset({State.SUCCEEDED, State.PARTIAL, State.SKIPPED})
UNSUCCESSFUL = FINISHED - SUCCESSFUL
NEEDS_ATTENTION = frozenset({State.PARTIAL, State.FAILED, State.DEAD})


class Trigger(models.TextChoices):
    """What started a run."""

    API = "api", "API"
    ADMIN = "admin", "Admin"
    SCHEDULE = "schedule", "Schedule"
    PARENT = "parent", "Parent run"
    SYSTEM = "system", "System"


class CeleryWord(models.TextChoices):
    """The seven words known from Celery, which clients of the API expect."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    PROGRESS = "PROGRESS"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    RETRY = "RETRY"
    REVOKED = "REVOKED"


_WORDS = {
    State.SUCCEEDED: CeleryWord.SUCCESS,
    State.PARTIAL: CeleryWord.SUCCESS,
    State.SKIPPED: CeleryWord.SUCCESS,
    State.FAILED: CeleryWord.FAILURE,
    State.DEAD: CeleryWord.FAILURE,
    State.CANCELLED: CeleryWord.REVOKED,
    State.WAITING: CeleryWord.PROGRESS,
}


def celery_word(state: str, *, attempt: int = 0, step: str = "", has_children: bool = False) -> CeleryWord:
    """The API's word for a state.

    A queued run that was tried before is RETRY, one that comes back from its children is PROGRESS;
    a running one is STARTED until it names its first step.
    """
    if state == State.QUEUED:
        if attempt:
            return CeleryWord.RETRY
        return CeleryWord.PROGRESS if has_children else CeleryWord.PENDING
    if state == State.RUNNING:
        return CeleryWord.PROGRESS if step else CeleryWord.STARTED
    return _WORDS[State(state)]
