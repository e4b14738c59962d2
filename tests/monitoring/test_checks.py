"""The system check refuses a task without queue, limits or documentation and a schedule of nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from celery import current_app
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.queues import DEFAULT, TASK_ROUTES, Route
from config.schedules import Schedule
from jobs.base import Outcome, Run, success, tracked_task
from monitoring import checks
from monitoring.task_page import describe, table, with_table

NAME = "tests.checked"
ROUTE = Route(DEFAULT, soft=60, hard=7200, max_retries=2, rate_limit="10/h", shared_rate="10/h")


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A task of this test alone; what other tests have registered stays out of the way."""
    from jobs import registry

    monkeypatch.setitem(TASK_ROUTES, NAME, ROUTE)

    @tracked_task(NAME, steps=("looking", "storing"))
    def checked(run: Run, number: int, style: str = "short", force: bool = False) -> Outcome:
        """Check a number,
        in two lines.

        Gives what was found.
        """
        return success()

    yield
    current_app.tasks.pop(NAME, None)
    registry._definitions.pop(NAME, None)


def said(check, name: str = NAME) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    return [(found.id, found.msg) for found in check(None) if name in found.msg]


@pytest.mark.usefixtures("task")
class TestATask:
    def test_with_everything_is_fine(self) -> None:
        for check in (
            checks.every_task_is_routed,
            checks.every_task_has_its_limits,
            checks.every_task_is_documented,
        ):
            assert said(check) == []

    def test_needs_a_route(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(TASK_ROUTES, NAME)
        assert said(checks.every_task_is_routed) == [("tenfold.E001", f"The task {NAME} has no route.")]

    @pytest.mark.parametrize(
        ("attribute", "value", "sentence"),
        [
            ("soft_time_limit", 61, "has soft_time_limit 61, and its route says 60."),
            ("time_limit", None, ""),
            ("max_retries", 3, "has max_retries 3, and its route says 2."),
            ("rate_limit", "1/s", "has rate_limit '1/s', and its route says '10/h'."),
            ("queue", "scraping", "has queue 'scraping', and its route says 'default'."),
        ],
    )
    def test_needs_the_limits_of_its_route(
        self, monkeypatch: pytest.MonkeyPatch, attribute: str, value: object, sentence: str
    ) -> None:
        monkeypatch.setattr(current_app.tasks[NAME], attribute, value, raising=False)
        expected = [("tenfold.E003", f"The task {NAME} {sentence}")] if sentence else []
        assert said(checks.every_task_has_its_limits) == expected

    def test_needs_a_docstring_that_says_what_it_gives(self) -> None:
        from jobs import registry

        definition = registry.find(NAME)
        definition.function.__doc__ = "Check a number."
        assert said(checks.every_task_is_documented) == [
            ("tenfold.E004", f"The task {NAME} does not say what it does and gives.")
        ]

    def test_is_described_by_its_signature_and_its_docstring(self) -> None:
        assert table({NAME: ROUTE}).splitlines()[2] == (
            f"| `{NAME}` | default | 1 min | 2 h | 2 | 10/h everywhere | `number`, `style` (short), `force` |"
            " Check a number, in two lines. Steps: `looking`, `storing`. | what was found |"
        )
        assert describe(NAME).steps == ("looking", "storing")

    def test_a_page_that_differs_is_refused(self, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
        settings.BASE_DIR = tmp_path
        (tmp_path / "docs").mkdir()
        page = tmp_path / "docs" / "tasks.md"
        assert said(checks.every_task_is_documented, "docs/tasks.md") == []  # none came with it
        page.write_text("# Tasks\n")
        assert [found.id for found in checks.every_task_is_documented(None)][-1] == "tenfold.E005"
        empty = "# Tasks\n<!-- tasks: made by `./run manage document_tasks` -->\n<!-- end of tasks -->\nEnd\n"
        page.write_text(empty)
        assert said(checks.every_task_is_documented, "docs/tasks.md") == [
            ("tenfold.E005", "docs/tasks.md does not describe the tasks as they are.")
        ]
        call_command("document_tasks")
        assert page.read_text().startswith("# Tasks\n<!-- tasks")
        assert page.read_text().endswith("<!-- end of tasks -->\nEnd\n")
        assert said(checks.every_task_is_documented, "docs/tasks.md") == []
        changed = {**TASK_ROUTES, NAME: replace(ROUTE, hard=3600)}
        assert with_table(page.read_text(), changed) != page.read_text()


def test_a_route_without_a_task_is_a_typo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TASK_ROUTES, "tests.typo", ROUTE)
    assert said(checks.every_task_is_routed, "tests.typo") == [
        ("tenfold.E002", "The route tests.typo belongs to no task.")
    ]


def test_a_default_schedule_names_a_task_and_arguments_it_takes(settings) -> None:  # type: ignore[no-untyped-def]
    good = Schedule("Good", "classify_document", "", every_seconds=60, arguments={"document_id": 1})
    settings.SCHEDULES = (good,)
    assert checks.every_schedule_can_start(None) == []
    settings.SCHEDULES = (
        good,
        replace(good, task="clasify_document"),
        replace(good, name="Bad", arguments={"documents": 1}),
    )
    assert [found.msg for found in checks.every_schedule_can_start(None)] == [
        "The schedule Good: There is no task named 'clasify_document'.",
        "The schedule Bad: The task classify_document cannot be started like this: missing a required"
        " argument: 'document_id'.",
        "Two schedules are named Good.",
    ]


@pytest.mark.django_db
def test_a_stored_schedule_that_starts_nothing_is_named() -> None:
    every = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)

    def stored(name: str, **columns: object) -> None:
        PeriodicTask.objects.create(name=name, interval=every, **columns)

    message = '{"task": "classify_document", "arguments": {"document_id": 1}}'
    stored("fine", task="jobs.start_scheduled", kwargs=message)
    stored("Celery's own", task="celery.backend_cleanup")
    stored("off", task="nothing", enabled=False)
    assert checks.every_stored_schedule_can_start(None, databases=["default"]) == []
    stored("past the door", task="classify_document", kwargs='{"document_id": 1}')
    stored("unknown", task="jobs.start_scheduled", kwargs='{"task": "clasify"}')
    stored("no object", task="jobs.start_scheduled", kwargs="[]")
    assert [found.msg for found in checks.every_stored_schedule_can_start(None, databases=["default"])] == [
        "The schedule no object cannot start: Its arguments have to be an object such as"
        ' {"task": "...", "arguments": {}}.',
        "The schedule past the door cannot start: It has to send jobs.start_scheduled, which launches the"
        " run.",
        "The schedule unknown cannot start: There is no task named 'clasify'.",
    ]
    assert checks.every_stored_schedule_can_start(None) == []
