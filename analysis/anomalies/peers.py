"""The years of a company beside those of others of its sector, as the page of ratios chooses them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from analysis.anomalies.keep import Found
from analysis.models import AnomalyKind, MetricSet, MetricValue
from companies.models import Company
from engine.anomaly.circumstances import Place
from engine.errors import NotEnoughData
from engine.kinds import CompiledView, PeriodKind, RatioStatus, RatioUnit, SectorTemplate
from engine.ratios.calculate import RatioValue
from engine.ratios.registry import load_registry
from engine.values import Period

if TYPE_CHECKING:
    from engine.anomaly.peers import PeerFinding

UNLIKE_PEERS = "unlike_peers"
# More say nothing more of what is usual; those whose ratios came out last are taken.
MOST_PEERS = 200


def years_unlike_others(
    company: Company, ratios: Sequence[RatioValue], template: SectorTemplate, aside: Collection[Place]
) -> list[Found]:
    """The years whose ratios together are unlike those of the same years of other companies. Ratios that
    are in `aside`, by code and day, are explained and left out.

    Raises NotEnoughData where too few companies of the sector have ratios.
    """
    # Loaded when a search is made, as the other detectors are.
    from engine.anomaly.options import options
    from engine.anomaly.peers import PeerRow, unlike_peers

    codes = _compared()
    own: dict[date, dict[str, RatioValue]] = defaultdict(dict)
    for one in ratios:
        if one.code in codes and one.value is not None and (one.code, one.end) not in aside:
            own[one.end][one.code] = one
    years = {Period(PeriodKind.INSTANT, None, end).fiscal_year for end in own}
    others = _others(company, template, codes, years)
    peers, least = len({pk for pk, _ in others}), options("peers")["least_peers"]
    if peers < least:
        raise NotEnoughData(
            f"{peers} other companies of the sector have ratios of these years; {least} are needed.",
            code="insufficient_history",
        )
    rows = [PeerRow(f"{pk} {end}", values) for (pk, end), values in others.items()]
    mine = {f"{company.pk} {end}": end for end in own}
    rows += [
        PeerRow(key, {code: float(one.value or 0) for code, one in own[end].items()})
        for key, end in mine.items()
    ]
    return [
        _found(one, mine[one.key], own[mine[one.key]], f"{len(rows) - 1} years of {peers} other companies")
        for one in unlike_peers(rows)
        if one.key in mine
    ]


def _found(one: "PeerFinding", end: date, ratios: Mapping[str, RatioValue], others: str) -> Found:
    from engine.anomaly.points import severity_of

    labels = load_registry().ratios
    telling = "; ".join(f"{labels[code].label} {score:+.1f}" for code, score in one.telling)
    behind = [
        source
        for code, _ in one.telling
        if code in ratios
        for operand in ratios[code].operands
        for source in operand.sources
    ]
    return Found(
        AnomalyKind.UNLIKE_PEERS, UNLIKE_PEERS, "Year beside other companies", end, end,
        round(one.score, 4), one.threshold,
        severity_of(max((abs(score) for _, score in one.telling), default=0.0), None),
        f"The ratios of {end} are together unlike those of the other {others} of the sector and its own:"
        f" isolation score {one.score:.2f} where {one.threshold} is the limit. What sets the year apart, in"
        f" robust standard deviations from the middle: {telling or 'no ratio alone'}.",
        evidence={
            "facts": sorted({int(source) for source in behind if source.isdecimal()}),
            "detectors": ["isolation forest"],
        },
    )  # fmt: skip


def _compared() -> frozenset[str]:
    """Ratios that are watched and compare between companies: amounts do not."""
    from engine.anomaly.options import options

    watched = options("books")
    return frozenset(
        code
        for code, ratio in load_registry().ratios.items()
        if ratio.group in watched["ratio_groups"]
        and code not in watched["left_out"]
        and ratio.unit not in (RatioUnit.MONEY, RatioUnit.PER_SHARE)
    )


def _others(
    company: Company, template: SectorTemplate, codes: Collection[str], years: Collection[int]
) -> dict[tuple[int, date], dict[str, float]]:
    """Ratios by company and end of the year. Two queries."""
    sets = list(
        MetricSet.objects.filter(view=CompiledView.LATEST, template=template)
        .exclude(company=company)
        .order_by("-calculated_at", "pk")
        .values_list("pk", flat=True)[:MOST_PEERS]
    )
    values = MetricValue.objects.filter(
        metric_set__in=sets, code__in=codes, fiscal_year__in=years, status=RatioStatus.VALUE
    ).order_by("metric_set__company_id", "period_end", "code")
    found: dict[tuple[int, date], dict[str, float]] = defaultdict(dict)
    for pk, end, code, value in values.values_list("metric_set__company_id", "period_end", "code", "value"):
        if value is not None:
            found[pk, end][code] = float(value)
    return dict(found)
