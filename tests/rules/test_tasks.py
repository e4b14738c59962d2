"""Every task is routed, limited and documented; only `jobs` sends messages."""

import ast
from pathlib import Path

from celery import current_app
from django.conf import settings

from config.queues import QUEUES, TASK_ROUTES, Route
from config.schedules import SCHEDULES
from monitoring.task_page import with_table

ROOT = Path(__file__).resolve().parents[2]
APPS = ("companies", "documents", "market", "extraction", "analysis", "monitoring", "config")
# Celery's own tasks, and those that other tests register in this process.
NOT_OURS = ("celery.", "tests.")
SENDING = {"delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_task"}


def _registered() -> dict[str, object]:
    current_app.loader.import_default_modules()
    return {name: task for name, task in current_app.tasks.items() if not name.startswith(NOT_OURS)}


def _routes() -> dict[str, Route]:
    return {name: route for name, route in TASK_ROUTES.items() if not name.startswith(NOT_OURS)}


def test_every_registered_task_has_a_route_and_every_route_a_task() -> None:
    assert set(_registered()) == set(_routes())
    assert settings.TASK_ROUTES is TASK_ROUTES


def test_every_task_carries_the_limits_of_its_route() -> None:
    for name, task in _registered().items():
        route = TASK_ROUTES[name]
        own = (task.soft_time_limit, task.time_limit, task.max_retries, task.acks_late)
        assert own == (route.soft, route.hard, route.max_retries, True), name


def test_the_page_of_the_tasks_is_made_from_them() -> None:
    _registered()
    page = (ROOT / "docs" / "tasks.md").read_text()
    assert with_table(page, _routes()) == page, "Call ./run manage document_tasks."
    assert [name for name in _routes() if f"\n| `{name}` |" not in page] == []


def test_every_queue_is_documented() -> None:
    text = (ROOT / "docs" / "tasks.md").read_text()
    assert [queue for queue in QUEUES if f"`{queue}`" not in text] == []


def test_every_schedule_starts_a_task_that_exists() -> None:
    assert [schedule.name for schedule in SCHEDULES if schedule.task not in TASK_ROUTES] == []
    assert len({schedule.name for schedule in SCHEDULES}) == len(SCHEDULES)


def test_only_jobs_sends_messages() -> None:
    found = []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in SENDING:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}")
    assert found == []
