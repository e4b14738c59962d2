"""What is watched in a company's statements: ratios, and growth of its weighty lines; and which of their
points are explained before anything is called an anomaly."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.anomaly.circumstances import Circumstances, Place, Restated
from engine.anomaly.options import options
from engine.anomaly.points import MetricSeries, Point
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import Frequency, PeriodKind, RatioStatus, RestatementKind, RowKind, SetAside
from engine.ratios.calculate import Figure, RatioValue
from engine.ratios.registry import load_registry
from engine.values import Period

GROWTH = "growth:"
QUARTERLY_GROWTH = "quarterly_growth:"

# A fiscal year ends within so many days of the one before it.
_YEAR = (timedelta(days=357), timedelta(days=378))
_BASE = {"is": "is.revenue", "cf": "is.revenue", "bs": "bs.total_assets"}
# A quarter has thirteen or fourteen weeks.
_QUARTER = (82, 100)
_OVER_THE_YEAR = " against the same quarter of the year before"
_PER_SHARE = (RowKind.PER_SHARE, RowKind.SHARES)
_BY_RESTATEMENT = {
    RestatementKind.SUSPECTED_ERROR: SetAside.SCALE_DOUBT,
    RestatementKind.CURRENCY_CHANGE: SetAside.CURRENCY_CHANGE,
    RestatementKind.FRAMEWORK_CHANGE: SetAside.FRAMEWORK_CHANGE,
}


@dataclass(frozen=True, slots=True)
class Metrics:
    """The series that are watched. `operands` are the figures behind each point."""

    series: tuple[MetricSeries, ...]
    operands: Mapping[Place, tuple[Place, ...]]


def metrics_of(
    figures: Iterable[Figure], ratios: Iterable[RatioValue], quarters: Iterable[Figure] = ()
) -> Metrics:
    """Ratios that compare over the years, and growth of every line that is not a trifle. Amounts
    themselves are not watched: a company that grows has a new record every year. Flows of `quarters` grow
    against the same quarter of the year before, which takes the seasons out."""
    books = _by_place(figures)
    points: dict[str, list[Point]] = defaultdict(list)
    operands: dict[Place, tuple[Place, ...]] = {}
    labels: dict[str, str] = {}
    watched, registry = options("books"), load_registry()
    for value in ratios:
        ratio = registry.ratios[value.code]
        if ratio.group not in watched["ratio_groups"] or value.code in watched["left_out"]:
            continue
        if value.status is not RatioStatus.VALUE or value.value is None:
            continue
        labels[value.code] = ratio.label
        sources = tuple(dict.fromkeys(source for one in value.operands for source in one.sources))
        amount = 1.0 if ratio.formula.endswith(tuple(watched["of_everything"])) else None
        points[value.code].append(Point(value.end, float(value.value), sources, amount))
        operands[value.code, value.end] = tuple((one.concept, one.end) for one in value.operands)
    by_quarter = {(one.concept, one.period.end): one for one in quarters if _is_quarter(one.period)}
    of_length = ((_growth(books), GROWTH, ""), (_growth(by_quarter), QUARTERLY_GROWTH, _OVER_THE_YEAR))
    for growth, prefix, words in of_length:
        for concept, label, point, places in growth:
            metric = prefix + concept
            labels[metric] = f"Growth of {label}{words}"
            points[metric].append(point)
            operands[metric, point.end] = places
    series = tuple(
        MetricSeries(
            metric,
            labels[metric],
            Frequency.QUARTERLY if metric.startswith(QUARTERLY_GROWTH) else Frequency.ANNUAL,
            tuple(sorted(found, key=lambda point: point.end)),
        )
        for metric, found in points.items()
    )
    return Metrics(series, operands)


def explained(metrics: Metrics, figures: Sequence[Figure], known: Circumstances) -> dict[Place, SetAside]:
    """The points that need no detector to be explained, each with the first reason that holds."""
    restated = _restated(known.restated)
    bought = _years_of_acquisitions(_by_place(figures))
    short = [
        figure.period.end
        for figure in figures
        if figure.period.kind is PeriodKind.DURATION
        and figure.period.days is not None
        and not figure.period.is_full_year
    ]
    found: dict[Place, SetAside] = {}
    for (metric, end), operands in metrics.operands.items():
        reason = (
            (SetAside.CONFIRMED if (metric, end) in known.decided else None)
            or _by_restatement(operands, restated)
            or (SetAside.TRANSITION_PERIOD if any(_soon_after(end, day) for day in short) else None)
            or (SetAside.ACQUISITION if _within_one(end, bought) and _over_time(operands) else None)
            or (SetAside.SPLIT if _split(operands, known.splits) else None)
        )
        if reason is not None:
            found[metric, end] = reason
    return found


def _by_place(figures: Iterable[Figure]) -> dict[Place, Figure]:
    """Flows of full years and stocks, the first of each place."""
    kept: dict[Place, Figure] = {}
    for figure in figures:
        if figure.period.kind is PeriodKind.INSTANT or figure.period.is_full_year:
            kept.setdefault((figure.concept, figure.period.end), figure)
    return kept


def _growth(books: Mapping[Place, Figure]) -> Iterable[tuple[str, str, Point, tuple[Place, ...]]]:
    """Growth over a year of the lines that usually have a weight, from figures of the same sign."""
    taxonomy = load_taxonomy()
    by_concept: dict[str, list[Figure]] = defaultdict(list)
    for figure in books.values():
        by_concept[figure.concept].append(figure)
    for concept, found in by_concept.items():
        if concept not in taxonomy:
            continue
        ordered = sorted(found, key=lambda figure: figure.period.end)
        per_share = taxonomy[concept].kind in _PER_SHARE
        weights = sorted(w for f in ordered if (w := _weight(f, books)) is not None)
        usual = weights[len(weights) // 2] if weights else 0.0
        if not per_share and usual < options("books")["least_weight"]:
            continue
        for now in ordered:
            before = _a_year_before(now, ordered)
            if before is None or before.value * now.value <= 0:
                continue
            weight = None if per_share else _weight(before, books)
            point = Point(
                now.period.end, float(now.value / before.value - 1), (*now.sources, *before.sources), weight
            )
            places = ((concept, now.period.end), (concept, before.period.end))
            yield concept, taxonomy[concept].label, point, places


def _is_quarter(period: Period) -> bool:
    return period.days is not None and _QUARTER[0] <= period.days <= _QUARTER[1]


def _a_year_before(now: Figure, others: Iterable[Figure]) -> Figure | None:
    return next((one for one in others if _YEAR[0] <= now.period.end - one.period.end <= _YEAR[1]), None)


def _weight(figure: Figure, books: Mapping[Place, Figure]) -> float | None:
    """The share of revenue, or of total assets, that a figure is."""
    base = books.get((_BASE.get(figure.concept.partition(".")[0], ""), figure.period.end))
    return None if base is None or not base.value else float(abs(figure.value / base.value))


def _restated(known: Iterable[Restated]) -> dict[Place, SetAside]:
    """A change too small to explain anything explains nothing."""
    found: dict[Place, SetAside] = {}
    least = options("points")["least_relative_change"]
    for one in known:
        if one.kind is RestatementKind.ROUNDING or (one.change is not None and abs(one.change) < least):
            continue
        reason = _BY_RESTATEMENT.get(one.kind, SetAside.RESTATEMENT)
        # A doubt about the figure itself goes before a change that its issuer made.
        if found.get((one.concept, one.end)) is not SetAside.SCALE_DOUBT:
            found[one.concept, one.end] = reason
    return found


def _by_restatement(operands: Sequence[Place], restated: Mapping[Place, SetAside]) -> SetAside | None:
    """A restated year and the year after it, whose report restated it, stand on the new basis, the years
    before on the old. Figures of two years explain themselves where the basis changes between them, a
    figure of one year alone where it is on the new one, which the years before are not."""
    for concept in dict.fromkeys(concept for concept, _ in operands):
        ends = sorted(end for other, end in operands if other == concept)
        reasons = {end: restated[concept, end] for end in ends if (concept, end) in restated}
        new = {end for end in ends if end in reasons or _year_before(concept, end, restated) is not None}
        doubts = [reason for reason in reasons.values() if reason is SetAside.SCALE_DOUBT]
        if doubts:
            return doubts[0]
        if len(ends) > 1 and reasons and len(new) < len(ends):
            return next(iter(reasons.values()))
        if len(ends) == 1 and new:
            return reasons.get(ends[0]) or _year_before(concept, ends[0], restated)
    return None


def _year_before(concept: str, end: date, restated: Mapping[Place, SetAside]) -> SetAside | None:
    return next(
        (
            reason
            for (other, day), reason in restated.items()
            if other == concept and reason is not SetAside.SCALE_DOUBT and _YEAR[0] <= end - day <= _YEAR[1]
        ),
        None,
    )


def _years_of_acquisitions(books: Mapping[Place, Figure]) -> set[date]:
    """The ends of years in which much was bought, and of those after, the first whole year with it."""
    least = Decimal(str(options("books")["large_acquisition"]))
    found = set()
    ends = {end for _, end in books}
    for (concept, end), figure in books.items():
        assets = books.get(("bs.total_assets", end))
        if concept != "cf.acquisitions" or assets is None or -figure.value < least * assets.value:
            continue
        found |= {end, *(other for other in ends if _YEAR[0] <= other - end <= _YEAR[1])}
    return found


def _within_one(end: date, years: Iterable[date]) -> bool:
    """Whether a year, or one of its quarters, ends then."""
    return any(timedelta(0) <= day - end < _YEAR[0] - timedelta(days=7) for day in years)


def _over_time(operands: Sequence[Place]) -> bool:
    """Whether figures of two years, or flows and stocks, are set against each other: what was bought
    counts in full in one and in part in the other."""
    return len({end for _, end in operands}) > 1 or len({name.partition(".")[0] for name, _ in operands}) > 1


def _soon_after(end: date, short: date) -> bool:
    return timedelta(0) <= end - short <= _YEAR[1]


def _split(operands: Sequence[Place], splits: Iterable[date]) -> bool:
    taxonomy = load_taxonomy()
    ends = [end for concept, end in operands if concept in taxonomy and taxonomy[concept].kind in _PER_SHARE]
    return len(ends) > 1 and any(min(ends) < day <= max(ends) for day in splits)
