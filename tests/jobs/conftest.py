"""People and helpers of the tests about runs."""

import pytest
from django.contrib.auth import get_user_model

from jobs.timing import Timing


@pytest.fixture(autouse=True)
def _work() -> None:
    """The tasks of these tests are registered."""
    import tests.jobs.work  # noqa: F401


@pytest.fixture
def eager(settings, django_capture_on_commit_callbacks):  # type: ignore[no-untyped-def]
    """Runs are worked on here, in the process of the test, as soon as they are sent."""
    from celery import current_app

    current_app.conf.task_always_eager = True
    yield django_capture_on_commit_callbacks(execute=True)
    current_app.conf.task_always_eager = False


@pytest.fixture
def olivia(db):  # type: ignore[no-untyped-def]
    """An operator: may use the admin and is responsible for the work."""
    return get_user_model().objects.create_user("olivia", is_staff=True, is_superuser=True)


@pytest.fixture
def victor(db):  # type: ignore[no-untyped-def]
    """A person who uses the API, may start two tasks and sees what is his own."""
    person = get_user_model().objects.create_user("victor")
    from tests.people import allow

    allow(person, "tests.echo", "tests.family")
    return person


@pytest.fixture
def stella(db):  # type: ignore[no-untyped-def]
    """Somebody else who may start the same."""
    person = get_user_model().objects.create_user("stella")
    from tests.people import allow

    allow(person, "tests.echo", "tests.family")
    return person


@pytest.fixture
def quick(settings) -> Timing:  # type: ignore[no-untyped-def]
    """Durations in which a test can wait."""
    settings.JOBS = {
        "lease": 2,
        "heartbeat": 0.5,
        "resend_after": 1,
        "retry_first": 0.1,
        "retry_longest": 0.3,
        "send_pause": 0.5,
    }
    return Timing(**settings.JOBS)
