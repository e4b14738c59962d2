"""Where Celery keeps what it tells Flower and its own commands of a task.

The row of a run is the truth, so this may fail without harm to any work. It must not end a worker either: a
worker's main process notes there what expired, was revoked or lost its process, often long after its last
query, when the database may have been started again under its connection.
"""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django_celery_results.backends import DatabaseBackend

logger = logging.getLogger(__name__)


class ResultStore(DatabaseBackend):
    """The table of django-celery-results, by a new connection where the old one is broken."""

    def store_result(self, task_id: str, result: Any, state: str, *arguments: Any, **named: Any) -> Any:
        """Celery's; a database that does not answer costs the note and nothing else."""
        for _ in range(2):
            try:
                return super().store_result(task_id, result, state, *arguments, **named)
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block:
                    raise  # whoever opened it has to know
                connection.close_if_unusable_or_obsolete()
                failure = error
        logger.warning(
            "That task %s is %s was not noted in Celery's table of results: %s", task_id, state, failure
        )
        return result
