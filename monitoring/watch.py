"""Looking at the system by the clock: the answers are kept, and a change of state is noticed once.

A part turns worse when two answers a moment apart say so, and better when two looks in a row do. So a
hiccup turns nothing, an outage is noticed at the first look, and what flutters stays what it was.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jobs.models import TaskRun
from monitoring.health import Verdict, ask, worst
from monitoring.models import Health, HealthCheck, HealthTransition
from monitoring.probes import PROBES, Probe

BETTER_AFTER = 2  # looks in a row
SECOND_ANSWER_AFTER = 3.0  # seconds
_RANK = {Health.UNKNOWN: 0, Health.HEALTHY: 0, Health.DEGRADED: 1, Health.UNHEALTHY: 2}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a part stands after a look: its state, and how many looks in a row were better than that."""

    health: Health
    good_looks: int = 0


def settle(before: Standing | None, observed: Health) -> Standing:
    """The standing after one more answer. A part that was never looked at is what it says."""
    if before is None or _RANK[observed] > _RANK[before.health]:
        return Standing(observed)
    if _RANK[observed] == _RANK[before.health]:
        return Standing(observed)
    good_looks = before.good_looks + 1
    return Standing(observed) if good_looks >= BETTER_AFTER else Standing(before.health, good_looks)


def look(
    at: datetime,
    *,
    task_run: TaskRun | None = None,
    report: Callable[..., None] = lambda *_: None,
    pause: Callable[[float], None] = time.sleep,
) -> HealthCheck:
    """Ask all parts, and keep the answers and the changes they make."""
    last = HealthCheck.objects.first()
    before = {} if last is None else {probe["name"]: _standing(probe) for probe in last.probes}
    verdicts = []
    for done, probe in enumerate(PROBES.values()):
        report("asking", done, len(PROBES), probe.name)
        verdicts.append(_asked(probe, before.get(probe.name), pause))
    standings = {verdict.name: settle(before.get(verdict.name), verdict.health) for verdict in verdicts}
    return _keep(at, verdicts, standings, before, task_run)


def _asked(probe: Probe, before: Standing | None, pause: Callable[[float], None]) -> Verdict:
    """The answer; where it would turn the part worse, the better one of two."""
    verdict = ask(probe)
    if _RANK[verdict.health] <= _RANK[before.health if before else Health.HEALTHY]:
        return verdict
    pause(SECOND_ANSWER_AFTER)
    again = ask(probe)
    return min(again, verdict, key=lambda one: _RANK[one.health])


@transaction.atomic
def _keep(
    at: datetime,
    verdicts: list[Verdict],
    standings: Mapping[str, Standing],
    before: Mapping[str, Standing],
    task_run: TaskRun | None,
) -> HealthCheck:
    check = HealthCheck.objects.create(
        checked_at=at,
        observed=worst(verdict.health for verdict in verdicts),
        health=worst(standing.health for standing in standings.values()),
        milliseconds=sum(verdict.milliseconds for verdict in verdicts),
        probes=[_row(verdict, standings[verdict.name]) for verdict in verdicts],
        task_run=task_run,
    )
    changed = []
    for verdict in verdicts:
        was = before[verdict.name].health if verdict.name in before else Health.HEALTHY
        now = standings[verdict.name].health
        if _RANK[was] != _RANK[now]:
            changed.append(
                HealthTransition(
                    check_row=check,
                    probe=verdict.name,
                    before=was,
                    after=now,
                    sentence=verdict.sentence,
                    at=at,
                )
            )
    HealthTransition.objects.bulk_create(changed)
    return check


def _row(verdict: Verdict, standing: Standing) -> dict[str, Any]:
    return {
        "name": verdict.name,
        "observed": verdict.health.value,
        "health": standing.health.value,
        "good_looks": standing.good_looks,
        "sentence": verdict.sentence,
        "milliseconds": verdict.milliseconds,
    }


def _standing(probe: Mapping[str, Any]) -> Standing:
    return Standing(Health(probe["health"]), probe["good_looks"])
