"""How log lines look: time, level, logger, the task they belong to, and the sentence."""

import json
import logging
from typing import Any

from celery import current_task


class TaskContext(logging.Filter):
    """Puts the id and name of the running task on every record; a dash outside of tasks."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(current_task, "request", None) if current_task else None
        record.task_id = (request.id if request else None) or "-"
        record.task_name = (current_task.name if request and request.id else None) or "-"
        return True


class JsonLine(logging.Formatter):
    """One JSON object for each record, for machines that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "task_id": getattr(record, "task_id", "-"),
            "task": getattr(record, "task_name", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configuration(level: str, shape: str) -> dict[str, Any]:
    """The logging configuration; `shape` is "text" or "json"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"task": {"()": TaskContext}},
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s [%(task_id)s %(task_name)s] %(message)s"},
            "json": {"()": JsonLine},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": shape, "filters": ["task"]},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": level, "propagate": False},
            # A page that is missing is the visitor's affair, not a warning of ours.
            "django.request": {"level": "ERROR"},
        },
    }
