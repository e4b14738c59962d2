"""How the system was: alerts, quality of data, health, room, and what language models cost."""

from collections import Counter
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.urls import reverse

from documents.models import DocumentVersion
from extraction.models import LlmCall
from monitoring.models import (
    Alert,
    AlertDelivery,
    AlertSeverity,
    AlertState,
    DeliveryState,
    Health,
    HealthCheck,
    HealthTransition,
    Metric,
    PerformanceSample,
    QualityFinding,
    QualityReport,
)
from monitoring.models.quality import ALL
from monitoring.quality.rule import rules
from monitoring.reports.figures import (
    amount_tile,
    count_tile,
    in_bytes,
    in_dollars,
    share_of,
    share_tile,
)
from monitoring.reports.paper import Block, Cell, Grid, Heading, Section, Text, Tile, Tiles, Tone
from monitoring.reports.window import Window

LISTED = 15
_TONES = {AlertSeverity.CRITICAL: Tone.BAD, AlertSeverity.WARNING: Tone.WARN}


def alerts(window: Window) -> Section:
    """What people were told, and what nobody has settled."""
    now, before = _raised(window), _raised(window.before)
    severities, severities_before = _by_severity(now), _by_severity(before)
    standing = _unresolved_at(window.until)
    sent, failed = (_deliveries(window, state) for state in (DeliveryState.SENT, DeliveryState.FAILED))
    tiles = (
        count_tile("raised", "Alerts raised", now.count(), before.count(), window=window),
        *(
            count_tile(
                severity.code,
                f"Of these {severity.label.lower()}",
                severities[severity],
                severities_before[severity],
                window=window,
                tone=_TONES.get(severity, Tone.PLAIN) if severities[severity] else Tone.PLAIN,
            )
            for severity in reversed(AlertSeverity)
        ),
        count_tile(
            "unresolved",
            "Not resolved at the end",
            standing.count(),
            _unresolved_at(window.since).count(),
            window=window,
            address=reverse("admin:monitoring_alert_changelist"),
        ),
        count_tile(
            "messages", "Messages sent", sent, _deliveries(window.before, DeliveryState.SENT), window=window
        ),
        count_tile(
            "messages_failed",
            "Messages that failed",
            failed,
            _deliveries(window.before, DeliveryState.FAILED),
            window=window,
            tone=Tone.BAD if failed else Tone.PLAIN,
        ),
    )
    rows = tuple(
        (
            Cell(f"{alert.first_at:%m-%d %H:%M}"),
            Cell(
                str(AlertSeverity(alert.severity).label),
                tone=_TONES.get(AlertSeverity(alert.severity), Tone.PLAIN),
            ),
            Cell(alert.title, alert.get_absolute_url()),
            Cell(f"{alert.count:,}"),
        )
        for alert in now.order_by("-severity", "-count", "first_at", "pk")[:LISTED]
    )
    headings = (Heading("First"), Heading("Severity"), Heading("What"), Heading("Times", True))
    more = max(now.count() - LISTED, 0)
    return Section(
        "alerts",
        "Alerts",
        (Tiles(tiles), Grid("Raised", headings, rows, "Nobody had to be told of anything.", more)),
    )


def quality(window: Window) -> Section:
    """The last look at the data in the window, and what it found."""
    last, before = _last_look(window), _last_look(window.before)
    findings = QualityFinding.objects.all()
    new, new_before = (
        findings.filter(first_seen__gte=one.since, first_seen__lt=one.until).count()
        for one in (window, window.before)
    )
    gone, gone_before = (
        findings.filter(resolved_at__gte=one.since, resolved_at__lt=one.until).count()
        for one in (window, window.before)
    )
    score, was = (None if one is None else one.score for one in (last, before))
    difference = "" if score is None or was is None else f"{abs(score - was)}"
    tiles = (
        amount_tile(
            "score",
            "Score of 100",
            "–" if score is None else str(score),
            score,
            was,
            difference,
            window=window,
            tone=Tone.GOOD if score is not None and score >= 95 else Tone.PLAIN,
        ),
        count_tile(
            "new", "Findings new", new, new_before, window=window, tone=Tone.WARN if new else Tone.PLAIN
        ),
        count_tile("resolved", "Findings gone", gone, gone_before, window=window),
    )
    blocks: list[Block] = [Tiles(tiles)]
    if last is None:
        return Section(
            "quality", "Quality of data", (*blocks, Text("Nobody looked at the data in this time."))
        )
    parts = [part for part in last.parts if part["faulty"]]
    parts.sort(key=lambda part: (-part["weight"], -part["faulty"], part["rule"]))
    rows = tuple(
        (
            Cell(rules()[part["rule"]].title if part["rule"] in rules() else part["rule"]),
            Cell(f"{part['checked']:,}"),
            Cell(f"{part['faulty']:,}", tone=Tone.WARN),
        )
        for part in parts[:LISTED]
    )
    headings = (Heading("Rule"), Heading("Looked at", True), Heading("At fault", True))
    more = max(len(parts) - LISTED, 0)
    grid = Grid(
        "Where the score was lost",
        headings,
        rows,
        "No rule found a fault.",
        more,
        reverse("quality:overview"),
    )
    return Section("quality", "Quality of data", (*blocks, grid))


def health(window: Window) -> Section:
    """How often the system was well, and what changed."""
    now, before = _looks(window), _looks(window.before)
    well = share_of(now[Health.HEALTHY], now.total())
    tiles = (
        share_tile(
            "healthy_share",
            "Looks that found it healthy",
            well,
            share_of(before[Health.HEALTHY], before.total()),
            window=window,
            tone=Tone.GOOD if well == 1 else Tone.WARN if well is not None else Tone.PLAIN,
        ),
        count_tile("looks", "Looks", now.total(), before.total(), window=window),
        count_tile("degraded", "Degraded", now[Health.DEGRADED], before[Health.DEGRADED], window=window),
        count_tile("unhealthy", "Unhealthy", now[Health.UNHEALTHY], before[Health.UNHEALTHY], window=window),
    )
    changes = HealthTransition.objects.filter(at__gte=window.since, at__lt=window.until).order_by("at", "pk")
    rows = tuple(
        (
            Cell(f"{one.at:%m-%d %H:%M}"),
            Cell(one.probe.replace("_", " ")),
            Cell(f"{Health(one.before).label} → {Health(one.after).label}", tone=_health_tone(one.after)),
            Cell(one.sentence),
        )
        for one in changes[:LISTED]
    )
    headings = (Heading("At"), Heading("Part"), Heading("Change"), Heading("Because"))
    more = max(changes.count() - LISTED, 0)
    return Section(
        "health",
        "Health",
        (Tiles(tiles), Grid("What changed", headings, rows, "Nothing changed its state.", more)),
    )


def room(window: Window) -> Section:
    """How much is kept at the end of the window."""
    database, database_before = (
        _sample_before(one, Metric.DATABASE_BYTES) for one in (window.until, window.since)
    )
    files, files_before = (_stored_before(moment) for moment in (window.until, window.since))
    tiles = (
        _size("database_bytes", "Database", database, database_before, window),
        _size("file_bytes", "Files of reports", files, files_before, window),
        _size(
            "free_memory_bytes",
            "Free memory",
            _sample_before(window.until, Metric.FREE_MEMORY_BYTES),
            _sample_before(window.since, Metric.FREE_MEMORY_BYTES),
            window,
        ),
    )
    return Section("storage", "Storage", (Tiles(tiles),))


def models(window: Window) -> Section:
    """Calls of language models that ended, and what they cost."""
    now, before = _calls(window), _calls(window.before)
    cost, was = (one.aggregate(cost=Sum("cost"))["cost"] or Decimal(0) for one in (now, before))
    tiles = (
        count_tile("calls", "Calls", now.count(), before.count(), window=window),
        amount_tile("cost", "Cost", in_dollars(cost), cost, was, in_dollars(abs(cost - was)), window=window),
    )
    by_model = now.values_list("model").annotate(
        Count("pk"), Sum("input_tokens"), Sum("output_tokens"), Sum("cost")
    )
    rows = tuple(
        (Cell(model), Cell(f"{count:,}"), Cell(f"{read:,}"), Cell(f"{written:,}"), Cell(in_dollars(paid)))
        for model, count, read, written, paid in by_model.order_by("model")
    )
    headings = (
        Heading("Model"),
        *(Heading(text, True) for text in ("Calls", "Tokens read", "Tokens written", "Cost")),
    )
    return Section(
        "models", "Language models", (Tiles(tiles), Grid("By model", headings, rows, "No model was asked."))
    )


def _raised(window: Window) -> QuerySet[Alert]:
    return Alert.objects.filter(first_at__gte=window.since, first_at__lt=window.until)


def _by_severity(raised: QuerySet[Alert]) -> Counter[int]:
    return Counter(raised.order_by().values_list("severity", flat=True))


def _unresolved_at(moment: object) -> QuerySet[Alert]:
    """By the moment of the decision, or of the last time where it ended by itself."""
    later = Q(decided_at__gte=moment) | Q(decided_at__isnull=True, last_at__gte=moment)
    return Alert.objects.filter(~Q(state=AlertState.RESOLVED) | later, first_at__lt=moment)


def _deliveries(window: Window, state: DeliveryState) -> int:
    return AlertDelivery.objects.filter(
        state=state, created_at__gte=window.since, created_at__lt=window.until
    ).count()


def _last_look(window: Window) -> QualityReport | None:
    looks = QualityReport.objects.filter(data_type=ALL, company__isnull=True)
    return (
        looks.filter(made_at__gte=window.since, made_at__lt=window.until).order_by("-made_at", "-pk").first()
    )


def _looks(window: Window) -> Counter[str]:
    looks = HealthCheck.objects.filter(checked_at__gte=window.since, checked_at__lt=window.until)
    return Counter(looks.order_by().values_list("health", flat=True))


def _health_tone(state: str) -> Tone:
    return {Health.HEALTHY: Tone.GOOD, Health.UNHEALTHY: Tone.BAD}.get(Health(state), Tone.WARN)


def _sample_before(moment: object, metric: Metric) -> Decimal | None:
    samples = PerformanceSample.objects.filter(metric=metric, at__lte=moment).order_by("-at")
    return samples.values_list("value", flat=True).first()


def _stored_before(moment: object) -> Decimal:
    """Each content counts once, however many documents have it."""
    stored = DocumentVersion.objects.filter(fetched_at__lt=moment).order_by().values("sha256")
    sizes = stored.annotate(bytes=Max("size")).values_list("bytes", flat=True)
    return Decimal(sum(sizes))


def _size(code: str, label: str, now: Decimal | None, before: Decimal | None, window: Window) -> Tile:
    difference = "" if now is None or before is None else in_bytes(abs(now - before))
    return amount_tile(code, label, in_bytes(now), now, before, difference, window=window)


def _calls(window: Window) -> QuerySet[LlmCall]:
    return LlmCall.objects.filter(finished_at__gte=window.since, finished_at__lt=window.until).order_by()
