"""Whether the system can do its work: all questions of `monitoring.probes`, each within its time.

Each answer is a verdict with a sentence and the time it took. What needs the database is held to its time
by the database; what may hang elsewhere is asked in a thread that is left behind. What is measured of a
machine (disk, memory) is of the one that asks.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection, transaction
from redis.exceptions import RedisError

from monitoring.models import Health
from monitoring.probes import PROBES, Answer, Probe, migrations

_WORST_FIRST = (Health.UNHEALTHY, Health.DEGRADED, Health.HEALTHY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one question found; `milliseconds` is how long the answer took."""

    name: str
    health: Health
    sentence: str
    milliseconds: int = 0

    @property
    def title(self) -> str:
        """The name for people."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Checkup:
    """All answers, and the worst of them."""

    verdicts: tuple[Verdict, ...]

    @property
    def health(self) -> Health:
        return worst(verdict.health for verdict in self.verdicts)


def worst(found: Iterable[Health]) -> Health:
    """What is not known does not count; of nothing, healthy."""
    states = set(found)
    return next((health for health in _WORST_FIRST if health in states), Health.HEALTHY)


def examine(names: Iterable[str] = PROBES) -> Checkup:
    """Ask all questions, or those of these names."""
    return Checkup(tuple(ask(PROBES[name]) for name in names))


def alive() -> Health:
    """What strangers may know: whether the database and the broker answer."""
    return examine(("database", "broker")).health


def readiness() -> Verdict:
    """Whether requests can be answered: the database is there with every table this code wants."""
    return ask(Probe("ready", migrations, seconds=3))


def ask(probe: Probe) -> Verdict:
    """One question. Never raises for what it asks about."""
    began = time.monotonic()
    try:
        health, sentence = _ASKED[probe.kept_by](probe)
    except (DatabaseError, InterfaceError):
        if not connection.in_atomic_block:  # it would be closed under whoever opened that
            connection.close_if_unusable_or_obsolete()
        health, sentence = Health.UNHEALTHY, "The database does not answer."
    except TimeoutError:
        health, sentence = Health.UNHEALTHY, f"No answer within {probe.seconds:g} seconds."
    except RedisError:
        health, sentence = Health.DEGRADED, "It does not answer. What it would keep is made each time."
    except OSError as error:
        health, sentence = Health.UNHEALTHY, f"It cannot be used: {error.strerror or type(error).__name__}."
    taken = time.monotonic() - began
    if health == Health.UNHEALTHY and probe.kept_by == "database" and taken >= probe.seconds:
        sentence = f"The database gave no answer within {probe.seconds:g} seconds."
    if health == Health.HEALTHY and probe.slow_after is not None and taken > probe.slow_after:
        health, sentence = Health.DEGRADED, f"It answers slowly: {taken:.1f} seconds. {sentence}"
    return Verdict(probe.name, health, sentence, round(taken * 1000))


def _within_database(probe: Probe) -> Answer:
    with database_answers_within(probe.seconds):
        return probe.ask()


def _within_thread(probe: Probe) -> Answer:
    """Raises TimeoutError where it takes too long; the thread ends by itself or with the process."""
    answers: list[Answer] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(probe.ask())
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name=f"probe-{probe.name}", daemon=True)
    thread.start()
    thread.join(probe.seconds)
    if failures:
        raise failures[0]
    if not answers:
        raise TimeoutError
    return answers[0]


_ASKED: dict[str, Callable[[Probe], Answer]] = {
    "database": _within_database,
    "thread": _within_thread,
    "itself": lambda probe: probe.ask(),
}


@contextmanager
def database_answers_within(seconds: float) -> Iterator[None]:
    """Statements, and waits for locks, end with an OperationalError after so long."""
    within = _postgres_within if connection.vendor == "postgresql" else _sqlite_within
    with within(seconds):
        yield


@contextmanager
def _postgres_within(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
        yield
        # An outer transaction goes on with its own.
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


@contextmanager
def _sqlite_within(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    line = connection.connection
    deadline = time.monotonic() + seconds
    (before,) = line.execute("PRAGMA busy_timeout").fetchone()
    line.set_progress_handler(lambda: int(time.monotonic() > deadline), 10_000)
    line.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        line.set_progress_handler(None, 0)
        line.execute(f"PRAGMA busy_timeout = {int(before)}")
