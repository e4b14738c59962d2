"""Looking through the rows of other apps: what is new becomes alerts, each row once.

A row may become visible long after it was made, when its transaction commits late. So a look does not go
on where the last one ended but sees the last day again, and leaves out the rows that are noted as told.
The note and the alert are written in one transaction.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from monitoring.alerts.deciding import resolve, resolve_alert, wake
from monitoring.alerts.raising import Raised, fingerprint_of, raise_alert
from monitoring.alerts.routing import tell_what_was_held
from monitoring.alerts.sources import MARKED, MOST_ROWS, SOURCES, Happening, Source, failure_rate
from monitoring.alerts.stored_rules import ensure_rules, rule_of, threshold
from monitoring.models import Alert, AlertSource, QualityFinding, ToldRow

SEEN_AGAIN = timedelta(days=1)
# How long a told row is remembered. Some are written again later, such as a share whose exchange rests.
KEPT = timedelta(days=60)
ASKED_TOGETHER = 500
# What ails the system when it is first looked at is news all the same.
ALSO_BEFORE = frozenset({"changes_of_health"})


@dataclass(slots=True)
class Collected:
    """What a look found: rows by source, alerts made or counted on, messages, and sources that failed."""

    rows: dict[str, int] = field(default_factory=dict)
    new: int = 0
    again: int = 0
    messages: int = 0
    resolved: int = 0
    woken: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, raised: Raised) -> None:
        if raised.alert is not None:
            self.new += raised.is_new
            self.again += not raised.is_new
            self.messages += len(raised.deliveries)


def collect(now: datetime) -> Collected:
    """Look through every source, at the rate of failures, and at what is snoozed or held back. A source
    that fails is named, and the others are looked at all the same."""
    ensure_rules()
    found = Collected(woken=wake(now))
    for name, source in SOURCES.items():
        try:
            _look(name, source, now, found)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # one broken source must not silence the others
            found.failed[name] = f"{type(error).__name__}: {error}"[:300]
    _judge_failures(now, found)
    found.resolved += _resolve_mended_data(now)
    found.messages += len(tell_what_was_held(now))
    return found


@transaction.atomic
def _look(name: str, source: Source, now: datetime, found: Collected) -> None:
    # What was there before the first look is not news.
    AlertSource.objects.get_or_create(name=name, defaults={"started_at": now, "looked_at": now})
    place = AlertSource.objects.select_for_update().get(name=name)
    since = place.looked_at - SEEN_AGAIN
    if name not in ALSO_BEFORE:
        since = max(place.started_at, since)
    new = list(islice(_untold(place, source(since)), MOST_ROWS))
    ToldRow.objects.bulk_create([ToldRow(source=place, key=one.row, at=one.at) for one in new])
    for together in _gathered(new):
        _tell(together, now, found)
    if name in MARKED and new:
        model, column = MARKED[name]
        model._default_manager.filter(pk__in=[one.row for one in new]).update(**{column: now})
    # With more to come, the next look begins no later than the last row of this one.
    place.looked_at = new[-1].at if len(new) == MOST_ROWS else now
    place.save(update_fields=["looked_at"])
    place.told.filter(at__lt=now - KEPT).delete()
    if new:
        found.rows[name] = len(new)


def _untold(place: AlertSource, happenings: Iterator[Happening]) -> Iterator[Happening]:
    while together := list(islice(happenings, ASKED_TOGETHER)):
        known = set(place.told.filter(key__in=[one.row for one in together]).values_list("key", flat=True))
        yield from (one for one in together if one.row not in known)


def _gathered(happenings: Iterable[Happening]) -> list[list[Happening]]:
    """Those that are one alert together, in order. What is over ends what was gathered before it."""
    groups: dict[tuple[str, bool, int], list[Happening]] = {}
    turns: dict[str, int] = {}
    last: dict[str, bool] = {}
    for one in happenings:
        mark = fingerprint_of(one.rule, one.subject, one.key)
        if last.get(mark, one.is_over) != one.is_over:
            turns[mark] = turns.get(mark, 0) + 1
        last[mark] = one.is_over
        groups.setdefault((mark, one.is_over, turns.get(mark, 0)), []).append(one)
    return list(groups.values())


def _tell(together: list[Happening], now: datetime, found: Collected) -> None:
    last = together[-1]
    if last.is_over:
        found.resolved += resolve_alert(
            last.rule, subject=last.subject, key=last.key, at=now, note=last.text or "It is over."
        )
        return
    texts = list(dict.fromkeys(one.text for one in together if one.text))
    more = [f"And {len(texts) - 20:,} more."] if len(texts) > 20 else []
    found.add(
        raise_alert(
            last.rule,
            subject=last.subject,
            key=last.key,
            title=last.title(len(together)),
            text="\n".join([*texts[:20], *more]),
            address=last.address,
            severity=last.severity,
            payload=last.payload,
            count=len(together),
            at=now,
        )
    )


def _judge_failures(now: datetime, found: Collected) -> None:
    rule = rule_of("failure-rate")
    failed, ended = failure_rate(now)
    if ended >= threshold(rule, "least_runs") and failed * 100 > ended * threshold(rule, "percent"):
        found.add(
            raise_alert(
                "failure-rate",
                title=f"{failed:,} of {ended:,} runs of the last hour failed",
                text=f"That is {failed / ended:.1%}; from {threshold(rule, 'percent'):g} % on it is told.",
                payload={"failed": failed, "ended": ended},
                address="/admin/jobs/taskrun/?state__exact=failed",
                at=now,
            )
        )
    else:
        found.resolved += resolve_alert("failure-rate", at=now, note=f"{failed} of {ended} runs failed.")


def _resolve_mended_data(now: datetime) -> int:
    """Resolve what was told of findings that the looks at the data since then see no more; how many."""
    told = Alert.objects.unresolved().filter(rule__code="quality-finding")
    seen = QualityFinding.objects.filter(resolved_at__isnull=True).order_by()
    still = set(seen.values_list("rule", "company").distinct())
    mended = [alert.pk for alert in told if (alert.payload["rule"], alert.payload["company"]) not in still]
    return resolve(
        Alert.objects.filter(pk__in=mended),
        by=None,
        at=now,
        note="A later look at the data found it no more.",
    )
