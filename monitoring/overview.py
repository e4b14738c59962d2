"""What the first page says: what waits for a decision, what runs, what failed and why, what is new.

Each function asks a bounded number of questions, however much there is. What sums up many rows is kept
in the cache for a minute.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import yaml
from django.conf import settings
from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from companies.models import Company
from companies.seed import SEED_FILE
from documents.models import Document
from engine.kinds import RestatementKind
from extraction.amounts import change_in_percent, pair_in_words
from extraction.coverage.calendar import Calendar, calendar_of
from extraction.models import Restatement, ReviewItem, ReviewKind, ReviewState
from jobs.models import TaskRun
from jobs.standing import says, tone_of
from jobs.states import State
from monitoring.caching import kept
from monitoring.health import Checkup, examine

COMPANIES_SHOWN = 12
SHOWN = 6
LATEST = 60  # restatements looked at for the ones that are shown
RUNS_SHOWN = 8
FAILURES_GROUPED = 300  # the newest ones; more of them are of the same few sorts
DAYS_OF_FAILURES = 7
DAYS_DRAWN = 14
SUM_KEPT, HEALTH_KEPT, SEED_KEPT = 60, 15, 3600  # seconds
SUM_SHOWN_MEANWHILE = 900  # while somebody makes a newer one

# Which states of finished runs are drawn as what, best first.
DRAWN: tuple[tuple[str, str, tuple[State, ...]], ...] = (
    ("good", "Succeeded", (State.SUCCEEDED,)),
    ("warn", "Partly succeeded", (State.PARTIAL,)),
    ("off", "Skipped or cancelled", (State.SKIPPED, State.CANCELLED)),
    ("bad", "Failed", (State.FAILED, State.DEAD)),
)
DEMO_SEED = Path(settings.BASE_DIR) / "demo" / "seed.yaml"


@dataclass(frozen=True, slots=True)
class Running:
    """A run under way, as one line."""

    run: TaskRun
    tone: str
    said: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The newest runs under way without their parts, how many there are, and how many wait to start."""

    runs: tuple[Running, ...]
    count: int
    queued: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Runs of one task that failed for one reason: how many, and the newest of them."""

    task: str
    code: str
    count: int
    newest: TaskRun


@dataclass(frozen=True, slots=True)
class Day:
    """How the runs of one day ended, in the order of `DRAWN`."""

    day: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Restated:
    """A restatement with both figures as people say them."""

    restatement: Restatement
    old: str
    new: str
    change: str


def under_way() -> UnderWay:
    whole = TaskRun.objects.unfinished().filter(parent__isnull=True)
    counts = dict(whole.values_list("state").annotate(Count("pk")).order_by())
    newest = whole.order_by("-queued_at")[:RUNS_SHOWN]
    return UnderWay(
        tuple(Running(run, tone_of(run), says(run)) for run in newest),
        sum(counts.values()),
        counts.get(State.QUEUED, 0),
    )


def failures() -> tuple[Failure, ...]:
    """What failed in the last week and was asked for by itself, by task and reason, newest first."""
    since = timezone.now() - timedelta(days=DAYS_OF_FAILURES)
    failed = (
        TaskRun.objects.filter(
            state__in=[State.FAILED, State.DEAD], finished_at__gte=since, parent__isnull=True
        )
        .order_by("-finished_at")
        .only("task", "error_code", "error_message", "subject_label", "queued_at", "finished_at")
    )
    grouped: dict[tuple[str, str], list[TaskRun]] = {}
    for run in failed[:FAILURES_GROUPED]:
        grouped.setdefault((run.task, run.error_code), []).append(run)
    return tuple(Failure(task, code, len(runs), runs[0]) for (task, code), runs in grouped.items())


def days(today: date | None = None, *, renew: bool = False) -> tuple[Day, ...]:
    """How runs ended on each of the last fourteen days, oldest first; parts of runs are not counted."""
    last = today or timezone.localdate()
    first = last - timedelta(days=DAYS_DRAWN - 1)

    def counted() -> dict[tuple[str, str], int]:
        midnight = timezone.make_aware(datetime.combine(first, time.min))
        ended = TaskRun.objects.filter(finished_at__gte=midnight, parent__isnull=True)
        rows = ended.annotate(day=TruncDate("finished_at")).values_list("day", "state").annotate(Count("pk"))
        return {(f"{day}", state): count for day, state, count in rows.order_by()}

    counts = kept(f"overview.days.{last}", SUM_KEPT, counted, stale=SUM_SHOWN_MEANWHILE, renew=renew)
    return tuple(
        Day(day, tuple(sum(counts.get((f"{day}", state), 0) for state in states) for _, _, states in DRAWN))
        for day in (first + timedelta(days=number) for number in range(DAYS_DRAWN))
    )


def open_questions() -> tuple[tuple[tuple[str, str, int], ...], tuple[ReviewItem, ...]]:
    """How many questions of each kind are open, most first, and the newest of them."""
    items = ReviewItem.objects.filter(state=ReviewState.OPEN)
    counts: Counter[str] = Counter(dict(items.values_list("kind").annotate(Count("pk")).order_by()))
    labels = dict(ReviewKind.choices)
    kinds = tuple((kind, str(labels.get(kind, kind)), count) for kind, count in counts.most_common())
    return kinds, tuple(items.select_related("company", "document").order_by("-created_at", "-pk")[:SHOWN])


def coverage() -> Calendar:
    """The companies about which something was found last."""
    newest = (
        Company.objects.filter(is_active=True)
        .annotate(seen=Max("documents__created_at"))
        .order_by(F("seen").desc(nulls_last=True), "name")
    )
    return calendar_of(newest[:COMPANIES_SHOWN])


def newest_restatements() -> tuple[Restated, ...]:
    """Of those found last the ones published last, the largest change first."""
    found = (
        Restatement.objects.filter(old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True)
        .exclude(kind=RestatementKind.ROUNDING)
        .select_related("company", "new_fact")
        # They are numbered in the order in which they are found, and the number needs no sorting.
        .order_by("-pk")
    )
    latest = sorted(
        found[:LATEST], key=lambda one: (one.new_fact.published_on, one.period_end, _size(one)), reverse=True
    )
    return tuple(restated(one) for one in latest[:SHOWN])


def _size(one: Restatement) -> Decimal:
    """How large the change is, by the figure that was given first; from nothing it is the largest."""
    return abs(one.new_value - one.old_value) / abs(one.old_value) if one.old_value else Decimal("Infinity")


def restated(one: Restatement) -> Restated:
    """A restatement, fetched with its newer fact, in words."""
    fact = one.new_fact
    old, new = pair_in_words(one.old_value, one.new_value, fact.currency, fact.row_kind)
    return Restated(one, old, new, change_in_percent(one.old_value, one.new_value))


def newest_reports() -> QuerySet[Document]:
    reports = Document.objects.periodic().not_duplicates().select_related("company")
    return reports.order_by("-pk")[:SHOWN]


def health() -> Checkup:
    """What the parts of the system answer, asked at most every quarter of a minute."""
    return kept("overview.health", HEALTH_KEPT, examine)


def own_companies() -> QuerySet[Company]:
    """Companies that somebody has added: neither the demo nor the well-known ones every start brings."""
    return Company.objects.exclude(slug__in=seeded())


def seeded(*, renew: bool = False) -> list[str]:
    """The slugs of the companies that come along."""

    def read() -> list[str]:
        files: Iterable[Path] = (path for path in (SEED_FILE, DEMO_SEED) if path.is_file())
        loaded = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
        return [entry["slug"] for data in loaded for entry in data["companies"]]

    return kept("overview.seeded", SEED_KEPT, read, stale=SEED_KEPT, renew=renew)
