"""One ratio of one year over many companies."""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from statistics import median, quantiles

from django.db.models import F, Max

from analysis.models import MetricValue
from analysis.ratios.sheet import SIGNS, text_of, unit_words
from engine.kinds import CompiledView, RatioStatus, RatioUnit
from engine.ratios.registry import Ratio

SHOWN = 500
# Quartiles of fewer say nothing.
FEWEST = 4


@dataclass(frozen=True, slots=True)
class PeerRow:
    """A company's value, its place among those with one, and its sign and reason where it has none."""

    value: MetricValue
    place: int | None
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Peers:
    """`middle` and the quartiles are of all companies with a value, None where there are too few or amounts
    are in several currencies. `rows` are at most SHOWN of `total`, highest first."""

    year: int | None
    rows: tuple[PeerRow, ...]
    total: int
    with_value: int
    low: str | None
    middle: str | None
    high: str | None
    has_several_currencies: bool


def peers_of(ratio: Ratio, year: int | None, sector: str = "") -> Peers:
    """The latest view of a year, the newest there is where none is named. Three queries."""
    values = MetricValue.objects.filter(code=ratio.code, metric_set__view=CompiledView.LATEST)
    if sector:
        values = values.filter(metric_set__template=sector)
    if year is None:
        year = values.aggregate(newest=Max("fiscal_year"))["newest"]
    of_year = values.filter(fiscal_year=year)
    known = list(of_year.values_list("value", "metric_set__currency"))
    numbers = sorted(number for number, _ in known if number is not None)
    is_money = ratio.unit in (RatioUnit.MONEY, RatioUnit.PER_SHARE)
    several = is_money and len({currency for number, currency in known if number is not None}) > 1
    shown = of_year.select_related("metric_set__company").order_by(
        F("value").desc(nulls_last=True), "metric_set__company__name", "-period_end"
    )[:SHOWN]
    quartiles = quantiles(numbers, n=4, method="inclusive") if len(numbers) >= FEWEST else []
    low, high = (_text(ratio, quartiles[0]), _text(ratio, quartiles[2])) if quartiles else (None, None)
    return Peers(
        year=year,
        rows=tuple(_row(ratio, value, numbers, several=several) for value in shown),
        total=len(known),
        with_value=len(numbers),
        low=None if several else low,
        middle=None if several or not numbers else _text(ratio, median(numbers)),
        high=None if several else high,
        has_several_currencies=several,
    )


def _row(ratio: Ratio, value: MetricValue, numbers: list[Decimal], *, several: bool) -> PeerRow:
    unit = unit_words(ratio, value.metric_set.currency)
    if value.value is None:
        return PeerRow(value, None, SIGNS[RatioStatus(value.status)][0], "")
    above = len(numbers) - bisect_right(numbers, value.value)
    return PeerRow(value, None if several else above + 1, _text(ratio, value.value), unit)


def _text(ratio: Ratio, number: Decimal) -> str:
    return text_of(ratio, number)
