"""How the system was over a time, part by part, as stretches of equal state for a drawing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from monitoring.models import Health, HealthCheck
from monitoring.probes import PROBES

WIDTH = 1000
# A look says how things are until the next one. After so long without one, nobody knows: the schedule looks
# every ten minutes.
LONGEST_SILENCE = timedelta(minutes=35)
THE_WHOLE = "the_whole"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time of one state. `x` and `width` are in a drawing `WIDTH` wide."""

    health: Health
    since: datetime
    until: datetime
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the system over the time. Shares are of the time that is known, in percent; the times
    of its answers in milliseconds, None where it never answered."""

    name: str
    stretches: tuple[Stretch, ...]
    healthy: float | None
    degraded: float
    unhealthy: float
    usual: int | None
    slowest: int | None

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


def history(first: datetime, until: datetime) -> list[Part]:
    """The whole and each part from `first` to `until`, in the order in which they are asked. One query."""
    looks = list(
        # The look before says how the time begins.
        HealthCheck.objects.filter(checked_at__gt=first - LONGEST_SILENCE, checked_at__lte=until)
        .order_by("checked_at", "pk")
        .values_list("checked_at", "health", "milliseconds", "probes")
    )
    states: dict[str, list[tuple[datetime, Health]]] = defaultdict(list)
    taken: dict[str, list[int]] = defaultdict(list)
    for at, health, milliseconds, probes in looks:
        for probe in (_whole(health, milliseconds), *probes):
            states[probe["name"]].append((at, Health(probe["health"])))
            if at > first:
                taken[probe["name"]].append(probe["milliseconds"])
    known = [name for name in (THE_WHOLE, *PROBES) if name in states]
    names = [*known, *sorted(states.keys() - set(known))]
    return [_part(name, stretches(states[name], first, until), taken[name]) for name in names]


def stretches(
    states: Sequence[tuple[datetime, Health]], first: datetime, until: datetime
) -> tuple[Stretch, ...]:
    """Looks as stretches of time, neighbours of one state as one. What nobody looked at is not in them."""
    found: list[tuple[Health, datetime, datetime]] = []
    for place, (at, health) in enumerate(states):
        following = states[place + 1][0] if place + 1 < len(states) else until
        begin, end = max(at, first), min(following, at + LONGEST_SILENCE, until)
        if end <= begin:
            continue
        if found and found[-1][0] == health and found[-1][2] == begin:
            found[-1] = (health, found[-1][1], end)
        else:
            found.append((health, begin, end))
    whole = (until - first) / WIDTH
    return tuple(
        Stretch(health, begin, end, round((begin - first) / whole, 2), round((end - begin) / whole, 2))
        for health, begin, end in found
    )


def _whole(health: str, milliseconds: int) -> dict[str, Any]:
    return {"name": THE_WHOLE, "health": health, "milliseconds": milliseconds}


def _part(name: str, found: tuple[Stretch, ...], taken: list[int]) -> Part:
    known = sum((one.until - one.since).total_seconds() for one in found if one.health != Health.UNKNOWN)

    def share(of: Iterable[Health]) -> float:
        seconds = sum((one.until - one.since).total_seconds() for one in found if one.health in of)
        return 100 * seconds / known if known else 0.0

    return Part(
        name=name,
        stretches=found,
        healthy=share([Health.HEALTHY]) if known else None,
        degraded=share([Health.DEGRADED]),
        unhealthy=share([Health.UNHEALTHY]),
        usual=round(median(taken)) if taken else None,
        slowest=max(taken, default=None),
    )
