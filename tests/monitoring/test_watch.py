"""Looks by the clock: when a part counts as worse or better, what is kept, and what is told once."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from monitoring import watch
from monitoring.models import Health, HealthCheck, HealthTransition
from monitoring.probes import PROBES, Probe
from monitoring.watch import Standing, look, settle

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
GOOD, LESS, BAD, UNKNOWN = Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY, Health.UNKNOWN


@pytest.mark.parametrize(
    ("answers", "standings"),
    [
        ([GOOD, BAD, GOOD, GOOD], [GOOD, BAD, BAD, GOOD]),
        ([BAD, GOOD, BAD, GOOD, BAD], [BAD, BAD, BAD, BAD, BAD]),
        ([BAD, LESS, LESS, GOOD, GOOD], [BAD, BAD, LESS, LESS, GOOD]),
        ([LESS, BAD, GOOD, LESS], [LESS, BAD, BAD, LESS]),
        ([UNKNOWN, GOOD, BAD, UNKNOWN, UNKNOWN], [UNKNOWN, GOOD, BAD, BAD, UNKNOWN]),
    ],
)
def test_worse_at_once_and_better_after_two_looks(answers: list[Health], standings: list[Health]) -> None:
    standing: Standing | None = None
    seen = []
    for answer in answers:
        standing = settle(standing, answer)
        seen.append(standing.health)
    assert seen == standings


class Part:
    """A part of the system that answers what it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[Health] = []
        self.paused: list[float] = []
        monkeypatch.setattr(watch, "PROBES", {"part": Probe("part", self.ask, kept_by="itself")})

    def ask(self) -> tuple[Health, str]:
        answer = self.answers.pop(0)
        return answer, f"It is {answer.value}."

    def looked_at(self, at: datetime, *answers: Health) -> HealthCheck:
        self.answers = list(answers)
        check = look(at, pause=self.paused.append)
        assert self.answers == []
        return check


@pytest.mark.django_db
def test_a_change_is_kept_once_and_flutter_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part(monkeypatch)
    minutes = [NOON + timedelta(minutes=10 * number) for number in range(8)]
    part.looked_at(minutes[0], GOOD)
    # A hiccup: the second answer is good.
    assert part.looked_at(minutes[1], BAD, GOOD).health == GOOD
    assert HealthTransition.objects.count() == 0
    red = part.looked_at(minutes[2], BAD, BAD)
    assert (red.observed, red.health, part.paused) == (BAD, BAD, [3.0, 3.0])
    assert red.probes == [
        {
            "name": "part",
            "observed": "unhealthy",
            "health": "unhealthy",
            "good_looks": 0,
            "sentence": "It is unhealthy.",
            "milliseconds": red.milliseconds,
        }
    ]
    part.looked_at(minutes[3], BAD)
    between = part.looked_at(minutes[4], GOOD)
    assert (between.observed, between.health, between.probes[0]["good_looks"]) == (GOOD, BAD, 1)
    part.looked_at(minutes[5], BAD)
    part.looked_at(minutes[6], GOOD)
    assert part.looked_at(minutes[7], GOOD).health == GOOD
    told = HealthTransition.objects.order_by("at").values_list("probe", "before", "after", "at", "sentence")
    assert list(told) == [
        ("part", "healthy", "unhealthy", minutes[2], "It is unhealthy."),
        ("part", "unhealthy", "healthy", minutes[7], "It is healthy."),
    ]


@pytest.mark.django_db
def test_what_is_bad_at_the_first_look_ever_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    Part(monkeypatch).looked_at(NOON, BAD, BAD)
    assert HealthTransition.objects.get().before == GOOD


@pytest.mark.django_db
def test_all_parts_are_looked_at(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.broker._closed_until", math.inf)
    call_command("sync_schedules", verbosity=0)
    check = look(NOON, pause=lambda seconds: None)
    found = {probe["name"]: probe["health"] for probe in check.probes}
    assert list(found) == list(PROBES)
    assert {name for name, health in found.items() if health == "unhealthy"} == {"broker", "workers"}
    # Nothing was ever sent in this database, whose schedules are new.
    assert found["scheduler"] == "healthy"
    assert {one.probe: one.after for one in check.transitions.all()} == {
        "broker": "unhealthy",
        "workers": "unhealthy",
    }
