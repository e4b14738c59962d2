"""How log lines look: time, level, logger, the task they belong to, and the sentence.

Lines of every library come the same way, with what is known of where they belong: the request and the
person, or the task, its run and what it is about. `text` is for people, `json` for machines that
collect logs.
"""

from collections.abc import MutableMapping
from typing import Any

import structlog
from celery import current_task

Event = MutableMapping[str, Any]

# In this order, before what else is known of a line.
_FIRST = ("time", "level", "logger", "task_id", "task", "message")


def task_of_line(logger: Any, name: str, event: Event) -> Event:
    """The id and name of the running task; a dash outside of tasks. What a run has bound goes first."""
    request = getattr(current_task, "request", None) if current_task else None
    is_running = bool(request and request.id)
    event.setdefault("task_id", request.id if request and request.id else "-")
    event.setdefault("task", current_task.name if is_running else "-")
    return event


def ordered(logger: Any, name: str, event: Event) -> Event:
    """The same keys in the same order on every line; the sentence is the message."""
    event["message"] = event.pop("event", "")
    if "exception" in event:
        event["traceback"] = event.pop("exception")
    event.pop("parent_task_id", None)
    return {key: event.pop(key) for key in _FIRST if key in event} | dict(event)


def text_line(logger: Any, name: str, event: Event) -> str:
    """As a person reads it; what else is known stands behind the sentence."""
    line = dict(event)
    known = {key: line.pop(key, "-") for key in _FIRST}
    traceback = line.pop("traceback", "")
    more = "".join(f" {key}={value!r}" for key, value in sorted(line.items()))
    head = "{time} {level} {logger} [{task_id} {task}] {message}".format(**known)
    return f"{head}{more}" + (f"\n{traceback}" if traceback else "")


def upper_level(logger: Any, name: str, event: Event) -> Event:
    event["level"] = str(event.get("level", "")).upper()
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    task_of_line,
    upper_level,
]
RENDERERS: dict[str, list[Any]] = {
    "text": [text_line],
    "json": [structlog.processors.JSONRenderer(ensure_ascii=False)],
}


def configuration(level: str, shape: str) -> dict[str, Any]:
    """The logging configuration; `shape` is "text" or "json"."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    ordered,
                    *RENDERERS[shape],
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            # A page that is missing is the visitor's affair, not a warning of ours.
            "django.request": {"level": "ERROR"},
            # Of passwords only what closed an account to an address.
            "axes": {"level": "WARNING"},
            # Each request and task is told of by the web server and the worker already.
            "django_structlog": {"level": "ERROR"},
        },
    }
