"""Doorbells of ratios. Repeating any of them is harmless: what is equal is not written again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from analysis.models import MetricValue
from analysis.ratios.calculate import Calculated, by_code, calculate_as_of, calculate_ratios
from analysis.ratios.due import companies_due
from companies.models import Company
from engine.errors import BadInput
from engine.kinds import CompiledView, RatioStatus
from engine.ratios.registry import load_registry
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State

CALCULATE = "calculate_financial_metrics"


@tracked_task(CALCULATE, steps=("loading_statements", "calculating_ratios"))
def calculate_financial_metrics(
    run: Run,
    company_id: int,
    metrics: Sequence[str] = (),
    period: str = "",
    view: str = CompiledView.LATEST,
    as_of: str | None = None,
    force: bool = False,
) -> Outcome:
    """Work out all ratios of a company's compiled years, and tell of some of them: those of `metrics`, and
    of `period`, a fiscal year or its last day. Without either the newest year is told. The view as of a
    day is told and not kept.

    Gives by ratio and year the value, its status and reason, its formula and the ids of the facts it was
    worked out from; `skipped` where nothing changed.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    unknown = sorted(set(metrics) - load_registry().ratios.keys())
    if unknown:
        raise BadInput(
            f"There is no ratio {unknown[0]!r}. Use one of the defined codes.", code="unknown_ratio"
        )
    if CompiledView(view) is CompiledView.AS_OF:
        if as_of is None:
            raise BadInput("The view as of a day needs the day. Name it in as_of.", code="no_day")
        found = calculate_as_of(company, date.fromisoformat(as_of))
    else:
        found = calculate_ratios(
            company,
            at=timezone.now(),
            view=CompiledView(view),
            force=force,
            report=run.report,
            task_run=run.row,
            storing=run.storing,
        )
    return _outcome(company, found, metrics, period)


def _outcome(company: Company, found: Calculated, metrics: Sequence[str], period: str) -> Outcome:
    if not found.values:
        return skipped(
            "No full year of this company has been compiled. Process its annual reports first.",
            code="no_compiled_years",
            company_id=company.pk,
        )
    newest = found.values[0].period_end.isoformat()
    wanted = period or ("" if metrics else newest)
    told = [
        value
        for value in found.values
        if (not metrics or value.code in metrics)
        and wanted in ("", str(value.fiscal_year), value.period_end.isoformat())
    ]
    fields: dict[str, Any] = {
        "company_id": company.pk,
        "view": found.view,
        "years": sorted({value.fiscal_year for value in found.values}, reverse=True),
        "values": sum(value.status == RatioStatus.VALUE for value in found.values),
        "without_value": sum(value.status != RatioStatus.VALUE for value in found.values),
        "written": found.written,
        "removed": found.removed,
        "warnings": list(found.warnings),
        "metrics": {
            code: {end: _told(value) for end, value in years.items()} for code, years in by_code(told).items()
        },
    }
    if found.stored is not None and not found.written and not found.removed:
        return skipped(
            "Nothing has changed since these ratios were last worked out.", code="unchanged", **fields
        )
    return success(**fields)


def _told(value: MetricValue) -> dict[str, Any]:
    return {
        "value": None if value.value is None else str(value.value),
        "status": value.status,
        "formula": load_registry().ratios[value.code].formula,
        "inputs": sorted({fact for operand in value.operands for fact in operand["facts"]}),
        **({"reason": value.explanation} if value.explanation else {}),
    }


@tracked_task("update_financial_metrics")
def update_financial_metrics(run: Run) -> Outcome | FanOut:
    """Work out the ratios of every company whose years were compiled, or whose prices came, since then.

    Gives the counts of companies and of those whose ratios came out otherwise.
    """
    if run.stage == "":
        children = [
            Child(CALCULATE, company, {"company_id": company.pk, "view": view})
            for company in companies_due()
            for view in (CompiledView.LATEST, CompiledView.ORIGINAL)
        ]
        if not children:
            return skipped("The ratios of all companies are up to date.", code="nothing_due")
        return run.fan_out(stage="summary", children=children)
    children_ = list(run.children())
    fields: dict[str, Any] = {
        "companies": len({child.arguments["company_id"] for child in children_}),
        "changed": len(
            {child.arguments["company_id"] for child in children_ if child.state == State.SUCCEEDED}
        ),
    }
    failed = [child for child in children_ if child.state not in (State.SUCCEEDED, State.SKIPPED)]
    if failed:
        first = failed[0]
        return partial(
            f"The ratios of {len(failed)} of {len(children_)} views could not be worked out. The first:"
            f" {first.subject_label}: {first.error_message or first.message}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)
