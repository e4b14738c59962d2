"""Prices, forecasts and what was concluded: collections, findings, accuracy, tone, anomalies."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from analysis.models import (
    Anomaly,
    ForecastEvaluation,
    ForecastRun,
    SentimentAnalysis,
    SentimentShift,
    TrainedModel,
)
from market.models import PriceBar, PriceFinding, ProviderRun
from monitoring.reports.figures import count_tile
from monitoring.reports.paper import Block, Cell, Grid, Heading, Section, Tile, Tiles, Tone
from monitoring.reports.window import Window

LISTED = 12


def market(window: Window) -> Section:
    """Prices that came, and forecasts with what came of them."""
    failed = ProviderRun.objects.exclude(code="")
    tiles = (
        _counted("collections", "Collections of prices", ProviderRun.objects.all(), "started_at", window),
        _counted("failed_collections", "Collections that failed", failed, "started_at", window, Tone.WARN),
        _counted("prices", "Daily prices stored", PriceBar.objects.all(), "fetched_at", window),
        _counted("findings", "Findings in prices", PriceFinding.objects.all(), "found_at", window, Tone.WARN),
        _counted("forecasts", "Forecasts made", ForecastRun.objects.all(), "made_at", window),
        _counted("evaluations", "Forecasts judged", ForecastEvaluation.objects.all(), "evaluated_at", window),
        _counted("models", "Models trained", TrainedModel.objects.all(), "trained_at", window),
    )
    return Section("market", "Market and forecasts", (Tiles(tiles), _accuracy(window)))


def conclusions(window: Window) -> Section:
    """What looks wrong and how reports sound."""
    found = Anomaly.objects.filter(first_found_at__gte=window.since, first_found_at__lt=window.until)
    tiles = (
        _counted("anomalies", "Anomalies found", Anomaly.objects.all(), "first_found_at", window, Tone.WARN),
        _counted(
            "decided", "Anomalies decided", Anomaly.objects.exclude(decided_at=None), "decided_at", window
        ),
        _counted("tones", "Documents judged for tone", SentimentAnalysis.objects.all(), "made_at", window),
        _counted("shifts", "Shifts of tone", SentimentShift.objects.all(), "found_at", window, Tone.WARN),
    )
    rows = tuple(
        (
            Cell(one.company.name),
            Cell(f"{one.label}, {one.window_end:%Y-%m-%d}", one.get_absolute_url()),
            Cell(one.get_severity_display()),
            Cell(one.explanation[:240]),
        )
        for one in found.select_related("company").order_by("-severity_rank", "-window_end", "pk")[:LISTED]
    )
    headings = tuple(map(Heading, ("Company", "What", "Severity", "Because")))
    more = max(found.count() - LISTED, 0)
    address = reverse("admin:analysis_anomaly_changelist")
    grid = Grid("Anomalies", headings, rows, "Nothing new looks wrong.", more, address)
    blocks: tuple[Block, ...] = (Tiles(tiles), grid)
    return Section("conclusions", "Anomalies and tone", blocks)


def _accuracy(window: Window) -> Grid:
    judged = ForecastEvaluation.objects.filter(
        evaluated_at__gte=window.since, evaluated_at__lt=window.until
    ).select_related("instrument__listing__company", "company")
    rows = tuple(
        (
            Cell(str(one.subject)),
            Cell(one.get_method_display()),
            Cell(f"{one.horizon}"),
            Cell(f"{one.count:,}"),
            Cell("–" if one.mase is None else f"{one.mase:.2f}"),
            Cell("–" if one.skill is None else f"{one.skill:+.1%}"),
            Cell(f"{one.coverage80:.0%}"),
            Cell(f"{one.coverage95:.0%}"),
        )
        for one in judged.order_by("horizon", "method", "pk")[:LISTED]
    )
    numbers = ("Horizon", "Forecasts", "MASE", "Skill", "In 80 %", "In 95 %")
    headings = (Heading("Subject"), Heading("Method"), *(Heading(text, True) for text in numbers))
    more = max(judged.count() - LISTED, 0)
    return Grid("How good forecasts were", headings, rows, "No forecast came due.", more)


def _counted(
    code: str, label: str, rows: QuerySet[Any], field: str, window: Window, tone: Tone = Tone.PLAIN
) -> Tile:
    now, before = (
        rows.filter(**{f"{field}__gte": one.since, f"{field}__lt": one.until}).count()
        for one in (window, window.before)
    )
    return count_tile(code, label, now, before, window=window, tone=tone if now else Tone.PLAIN)
