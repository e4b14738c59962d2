"""Doorbells of anomalies."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from analysis.anomalies.baselines import update_baselines
from analysis.anomalies.detect import Detected, detect_in_statements
from analysis.anomalies.keep import Kept
from analysis.anomalies.patterns import (
    LONGEST_WINDOW,
    SHORTEST_WINDOW,
    USUAL_WINDOW,
    search_prices,
)
from analysis.anomalies.systemic import analyse_systemic_risk
from analysis.models import Anomaly
from analysis.training.anomalies import current_strictness
from companies.models import Company
from engine.errors import BadInput, NotEnoughData
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State
from market.models import Instrument

SHOWN = 50


@tracked_task("detect_metric_anomalies", steps=("loading_statements", "detecting", "storing"))
def detect_metric_anomalies(
    run: Run, company_id: int | None = None, metrics: Sequence[str] = ()
) -> Outcome | FanOut:
    """Search a company's compiled years for figures that do not fit, after setting aside what is explained;
    without a company, those of all that are active.

    Gives the anomalies with their explanation, what was set aside and why, what ratios say of risk, and
    which metrics have too few years; `skipped` where none has enough.
    """
    if company_id is None:
        return _for_all(run, "detect_metric_anomalies")
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    try:
        found = detect_in_statements(
            company,
            at=timezone.now(),
            metrics=metrics,
            strictness=current_strictness(),
            report=run.report,
            task_run=run.row,
            storing=run.storing,
        )
    except BadInput as error:
        return skipped(error.message, code=error.code)
    return _told(company, found)


@tracked_task("pattern_anomaly_detection", steps=("loading_prices", "detecting", "storing"))
def pattern_anomaly_detection(
    run: Run, company_id: int | None = None, data_window: int = USUAL_WINDOW
) -> Outcome | FanOut:
    """Search the last days of a company's shares for changes of behaviour, unrest, unusual volume, broken
    correlations and days like no others; without a company, those of all that are active.

    Gives for each share the window and the anomalies with what happened at the time; `skipped` where no
    share has enough prices.
    """
    if not SHORTEST_WINDOW <= data_window <= LONGEST_WINDOW:
        raise ValueError(f"A window has {SHORTEST_WINDOW} to {LONGEST_WINDOW} days.")
    if company_id is None:
        return _for_all(run, "pattern_anomaly_detection", data_window=data_window)
    shares = list(
        Instrument.objects.filter(listing__company_id=company_id)
        .select_related("listing__exchange", "listing__company")
        .order_by("pk")
    )
    searched: list[dict[str, object]] = []
    short: dict[str, str] = {}
    for share in shares:
        try:
            found = search_prices(
                share,
                at=timezone.now(),
                window=data_window,
                report=run.report,
                task_run=run.row,
                storing=run.storing,
            )
        except (BadInput, NotEnoughData) as error:
            short[str(share)] = error.message
            continue
        searched.append(
            {
                "share": str(share),
                "window": [found.first.isoformat(), found.last.isoformat()],
                "days": found.days,
                "peers": found.peers,
                **_counts(found.kept),
            }
        )
    fields: dict[str, Any] = {"company_id": company_id, "searched": searched, "without_search": short}
    if not searched:
        return skipped(
            "No share of this company has enough prices. Enter its listing and update its prices.",
            code="insufficient_history",
            **fields,
        )
    return success(**fields)


@tracked_task("update_anomaly_baselines", steps=("loading_statements", "storing"))
def update_anomaly_baselines(run: Run, company_id: int | None = None) -> Outcome | FanOut:
    """Write down what is usual for a company's metrics and shares, confirmed and explained points left out;
    without a company, for all that are active.

    Gives the new versions, how many are as they were, and the metrics with too few points.
    """
    if company_id is None:
        return _for_all(run, "update_anomaly_baselines")
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    try:
        found = update_baselines(
            company, at=timezone.now(), report=run.report, task_run=run.row, storing=run.storing
        )
    except BadInput as error:
        return skipped(error.message, code=error.code)
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "new": [
            {"metric": row.metric, "version": row.version, "points": row.points, "median": row.median}
            for row in found.new[:SHOWN]
        ],
        "new_count": len(found.new),
        "unchanged": found.unchanged,
        "too_few_points": list(found.short),
    }
    if not found.new and not found.unchanged:
        return skipped(
            "Nothing has enough points for what is usual. Process more annual reports of the company, or"
            " update the prices of its shares.",
            code="insufficient_history",
            **fields,
        )
    return success(**fields)


@tracked_task("systemic_risk_analysis", steps=("loading_prices", "comparing"))
def systemic_risk_analysis(run: Run, company_ids: Sequence[int] = (), data_window: int = 504) -> Outcome:
    """Measure how much the shares of companies move as one; of all active ones where none are named.

    Gives the absorption ratio with its interval, the dependence in bad days, the ranking and the verdict;
    `skipped` below three companies with prices of enough common days.
    """
    companies = Company.objects.filter(is_active=True).order_by("pk")
    if company_ids:
        companies = Company.objects.filter(pk__in=list(company_ids)).order_by("pk")
    try:
        row = analyse_systemic_risk(
            list(companies),
            at=timezone.now(),
            window=data_window,
            report=run.report,
            task_run=run.row,
            storing=run.storing,
        )
    except NotEnoughData as error:
        return skipped(error.message, code=error.code)
    return success(
        report_id=row.pk,
        days=row.days,
        absorption_ratio=row.absorption_ratio,
        interval=[row.absorption_low, row.absorption_high],
        mean_tail_dependence=row.mean_tail_dependence,
        ranking=row.ranking,
        left_out=row.left_out,
        verdict=row.verdict,
    )


def _for_all(run: Run, task: str, **arguments: object) -> Outcome | FanOut:
    if run.stage == "summary":
        return _summed_up(run)
    companies = list(Company.objects.filter(is_active=True).order_by("pk"))
    if not companies:
        return skipped("No company is active. Add companies first.", code="no_companies")
    children = [Child(task, company, {"company_id": company.pk, **arguments}) for company in companies]
    return run.fan_out(stage="summary", children=children)


def _summed_up(run: Run) -> Outcome:
    """One that failed makes the whole partial, never a failure."""
    children = list(run.children())
    incomplete = [child for child in children if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    fields: dict[str, Any] = {
        "total": len(children),
        "skipped": sum(child.state == State.SKIPPED for child in children),
        "found": sum((child.result or {}).get("found", 0) for child in children),
        "failed": [child.subject_label for child in incomplete[:SHOWN]],
    }
    if incomplete:
        first = incomplete[0]
        return partial(
            f"{len(incomplete)} of {len(children)} are not complete. The first: {first.subject_label}:"
            f" {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)


def _told(company: Company, found: Detected) -> Outcome:
    fields: dict[str, Any] = {
        "company_id": company.pk,
        **_counts(found.kept),
        "risk_assessments": [
            {"ratio": row.ratio, "period_end": row.period_end.isoformat(), "says": row.explanation}
            for row in found.assessments
            if row.is_beyond
        ][:SHOWN],
        "set_aside": list(found.set_aside[:SHOWN]),
        "set_aside_count": len(found.set_aside),
        "skipped": list(found.skipped[:SHOWN]),
        "reports_in_doubt": list(found.doubts),
    }
    if not found.judged:
        return skipped(
            "No metric has enough years: five are needed. Process more annual reports of the company first.",
            code="insufficient_history",
            **fields,
        )
    return success(**fields)


def _counts(kept: Kept) -> dict[str, object]:
    return {
        "anomalies": [_brief(row) for row in kept.anomalies[:SHOWN]],
        "found": len(kept.anomalies),
        "new": kept.new,
        "decided_before": kept.decided,
        "gone": kept.gone,
    }


def _brief(row: Anomaly) -> dict[str, object]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "metric": row.metric,
        "window": [row.window_start.isoformat(), row.window_end.isoformat()],
        "severity": row.severity,
        "state": row.state,
        "explanation": row.explanation,
    }
