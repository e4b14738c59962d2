"""Search the statements of a company for anomalies: load, ask the engine, store."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from analysis.anomalies.keep import Found, Kept, keep
from analysis.anomalies.load import books_of, coincidents
from analysis.anomalies.peers import UNLIKE_PEERS, years_unlike_others
from analysis.models import AnomalyKind, RiskAssessment
from companies.models import Company
from engine.compiling.anchoring import anchor_lines
from engine.compiling.dropped import find_dropped_lines
from engine.compiling.periods import settle_periods
from engine.concepts.taxonomy import load_taxonomy
from engine.errors import NotEnoughData
from engine.kinds import CellState, Scope, Severity, StatementKind
from engine.progress import Report, silent
from engine.ratios.calculate import RatioValue, calculate
from extraction.load import vintages_of
from extraction.models import Fact
from jobs.models import TaskRun
from jobs.run import Storing


@dataclass(frozen=True, slots=True)
class Detected:
    """What a search found and kept, what it set aside and why, and what it could not judge; `judged` is
    how many metrics had enough years."""

    judged: int
    kept: Kept
    assessments: tuple[RiskAssessment, ...]
    set_aside: tuple[dict[str, str], ...]
    skipped: tuple[dict[str, str], ...]
    doubts: tuple[str, ...]


def detect_in_statements(
    company: Company,
    *,
    at: datetime,
    metrics: Collection[str] = (),
    strictness: float = 1.0,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Detected:
    """Search ratios and growth of a company's compiled years and quarters, or those of `metrics` alone, and
    without such a choice the first digits of its reports, lines that one report lacks and another proves,
    and years unlike those of other companies of its sector. A finding of a metric has to reach `strictness`
    times its threshold.

    Raises BadInput where the statements are in several currencies.
    """
    # Loaded when a search is made: whatever starts this program would hold the libraries of statistics.
    from engine.anomaly.books import explained, metrics_of
    from engine.anomaly.points import detect

    report("loading_statements", 0, 1)
    books = books_of(company)
    ratios = calculate(books.figures, books.template)
    watched = metrics_of(books.figures, ratios, books.quarters)
    series = [one for one in watched.series if not metrics or one.metric in metrics]
    report("detecting", 0, 1)
    aside = explained(watched, books.figures, books.known)
    run = detect(series, aside)
    labels = {one.metric: one.label for one in watched.series}
    found = [
        _outlier(one, labels[one.metric])
        for one in run.findings
        if abs(one.statistic) >= strictness * one.threshold
    ]
    skipped = [{"metric": one.metric, "reason": one.reason} for one in run.skipped]
    skipped += [
        {"metric": name, "reason": "It is not known, or no year of this company has it."}
        for name in sorted(set(metrics) - labels.keys())
    ]
    kinds = {AnomalyKind.OUTLIER}
    if not metrics:
        kinds.add(AnomalyKind.FIRST_DIGITS)
        found += list(_first_digits(company, skipped))
        kinds.add(AnomalyKind.MISSING_LINE)
        found += list(_missing_lines(company))
        kinds.add(AnomalyKind.UNLIKE_PEERS)
        try:
            found += years_unlike_others(company, ratios, books.template, aside)
        except NotEnoughData as error:
            skipped.append({"metric": UNLIKE_PEERS, "reason": error.message})
    found = _with_coincidents(company, found)
    report("storing", 0, 1)
    with storing():
        kept = keep(company, found, kinds, at=at, task_run=task_run, asked=frozenset(metrics))
        assessments = () if metrics else _assess(company, ratios, at, task_run)
    return Detected(
        len(series) - len(run.skipped),
        kept,
        assessments,
        tuple(
            {"metric": one.metric, "end": one.end.isoformat(), "reason": one.reason.value}
            for one in run.explained
        ),
        tuple(skipped),
        books.doubts,
    )


def _outlier(one: Any, label: str) -> Found:
    return Found(
        AnomalyKind.OUTLIER, one.metric, label, one.end, one.end, round(one.statistic, 4), one.threshold,
        one.severity, one.explanation, one.value, one.low, one.high, one.probability,
        {"facts": [int(pk) for pk in one.sources], "detectors": list(one.detectors)},
    )  # fmt: skip


def _first_digits(company: Company, skipped: list[dict[str, str]]) -> Iterator[Found]:
    """One look at all figures of each report. One with too few is named, not passed over."""
    from engine.anomaly.filing import first_digits
    from engine.anomaly.options import options

    rows = (
        Fact.objects.filter(company=company, superseded_at__isnull=True, state=CellState.VALUE)
        .order_by("document_id", "pk")
        .values_list("document_id", "document__title", "document__period_end", "value")
    )
    reports: dict[tuple[int, str, date | None], list[Decimal]] = {}
    for document, title, end, value in rows:
        if value is not None:
            reports.setdefault((document, title, end), []).append(value)
    limits = options("benford")
    for (document, title, end), values in reports.items():
        metric = f"first_digits:{document}"
        if end is None:
            skipped.append({"metric": metric, "reason": f"The year of “{title}” is not known."})
            continue
        try:
            seen = first_digits(values)
        except NotEnoughData as error:
            skipped.append({"metric": metric, "reason": f"“{title}”: {error.message}"})
            continue
        if seen.conforms:
            continue
        said = (
            f"The first digits of the {seen.figures} figures of “{title}” are not spread as Benford's law"
            f" lets expect: mean absolute deviation {seen.deviation:.4f} where {limits['nonconformity']} is"
            f" the limit, probability {seen.probability:.2g}. This says where to look, not what is wrong."
        )
        yield Found(
            AnomalyKind.FIRST_DIGITS, metric, f"First digits of “{title}”", end, end,
            round(seen.deviation, 6), limits["nonconformity"], Severity.LOW, said,
            probability=seen.probability,
            evidence={"documents": [document], "digits": list(seen.counts)},
        )  # fmt: skip


def _missing_lines(company: Company) -> Iterator[Found]:
    """Lines that one report lacks and another proves to be missing there."""
    taxonomy = load_taxonomy()
    for statement in StatementKind:
        vintages = settle_periods(vintages_of(company, statement, Scope.CONSOLIDATED), statement)
        for one in find_dropped_lines(anchor_lines(vintages, taxonomy), taxonomy):
            facts = [int(vintage.source) for vintage in (one.proof, *one.beside)]
            # So many figures of the sum agree; two are the least that make one.
            yield Found(
                AnomalyKind.MISSING_LINE, f"missing:{one.document}:{one.key}"[:120],
                f"Missing line “{one.label}”", one.period.end, one.period.end, float(len(one.beside)), 2.0,
                Severity.MEDIUM, one.explanation,
                evidence={"facts": facts, "documents": [int(one.document)]},
            )  # fmt: skip


def _with_coincidents(company: Company, found: Sequence[Found]) -> list[Found]:
    then = coincidents(company, sorted({one.end for one in found}))
    return [
        replace(
            one,
            explanation=" ".join([one.explanation, *then[one.end]]),
            evidence={**one.evidence, "coincident": then[one.end]},
        )
        if then[one.end]
        else one
        for one in found
    ]


def _assess(
    company: Company, ratios: Sequence[RatioValue], at: datetime, task_run: TaskRun | None
) -> tuple[RiskAssessment, ...]:
    """What each ratio with a limit says of each year. Years that are not there any more are taken out."""
    from engine.anomaly.filing import assessments

    places = Decimal("0.000001")
    rows = [
        RiskAssessment(
            company=company,
            ratio=one.ratio,
            label=one.label,
            period_end=one.end,
            value=one.value.quantize(places),
            limit=one.limit.quantize(places),
            is_beyond=one.is_beyond,
            explanation=one.explanation,
            source=one.source,
            evidence={"facts": [int(pk) for pk in one.sources]},
            assessed_at=at,
            task_run=task_run,
        )
        for one in assessments(ratios)
    ]
    RiskAssessment.objects.filter(company=company).delete()
    return tuple(RiskAssessment.objects.bulk_create(rows))
