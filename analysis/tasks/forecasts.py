"""Doorbells of forecasts."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from analysis.evaluating import evaluate_forecasts
from analysis.forecasting import MAIN_LINES, Made, Subject, checked_horizons, make_forecast
from analysis.inputs import shares_named
from analysis.models import ForecastRun
from companies.models import Company
from engine.forecast.values import ForecastMethod
from jobs.base import Child, FanOut, Outcome, Run, partial, skipped, success, tracked_task
from jobs.states import State
from market.models import Instrument

NAMES_SHOWN = 20
CHILDREN_AT_ONCE = 100


@tracked_task("generate_stock_forecast", steps=("loading_history", "forecasting"))
def generate_stock_forecast(
    run: Run, instrument_id: int, horizons: Sequence[int] = (), force: bool = False
) -> Outcome:
    """Forecast the price of a share so many trading days ahead, with intervals, and say whether anything
    beats the last price.

    Gives the method and its weights, the skill against the random walk with its interval, for each horizon
    the day, the point and the intervals; `skipped` where nothing is new since the last forecast.
    """
    instrument = _instrument(instrument_id)
    if instrument is None:
        return skipped("The share is gone.", code="instrument_not_found")
    made = make_forecast(
        Subject(instrument=instrument),
        at=timezone.now(),
        horizons=horizons,
        force=force,
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    return _told(made)


@tracked_task("generate_statement_forecast", steps=("loading_history", "forecasting"))
def generate_statement_forecast(
    run: Run,
    company_id: int,
    concepts: Sequence[str] = (),
    horizons: Sequence[int] = (),
    force: bool = False,
) -> Outcome:
    """Forecast lines of a company's yearly statements, the main ones where none are named.

    Gives for each line the method, the skill against the random walk, and for each year ahead the point
    and the intervals; `skipped` where no line has enough years.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        return skipped("The company is gone.", code="company_not_found")
    lines = {}
    for concept in dict.fromkeys(concepts or MAIN_LINES):
        made = make_forecast(
            Subject(company=company, concept=concept),
            at=timezone.now(),
            horizons=horizons,
            force=force,
            report=run.report,
            task_run=run.row,
            storing=run.storing,
        )
        lines[concept] = _summary(made.run)
    short = [concept for concept, line in lines.items() if not line["points"]]
    fields: dict[str, Any] = {"company_id": company.pk, "lines": lines, "without_forecast": short}
    if len(short) == len(lines):
        return skipped(
            f"No line has enough years. {next(iter(lines.values()))['missing']}"
            " Process more annual reports of the company first.",
            code=ForecastMethod.INSUFFICIENT_HISTORY,
            **fields,
        )
    return success(**fields)


@tracked_task("batch_forecast_generation")
def batch_forecast_generation(
    run: Run, tickers: Sequence[str] = (), horizons: Sequence[int] = ()
) -> Outcome | FanOut:
    """Forecast the prices of the shares with these tickers, or of all that are collected.

    Gives how many shares there were, for how many there is a forecast, how many claim skill, which failed,
    which tickers nobody knows, and of each share, in the order of the tickers, the method of its forecast or
    what stood in the way.
    """
    if run.stage == "":
        checked_horizons(horizons, (1,))
        shares, unknown = shares_named(timezone.now().date(), tickers)
        if not shares:
            return skipped(
                "No such share is collected. Enter listings on the page of a company and update its prices.",
                code="no_listings",
                unknown_tickers=list(unknown),
            )
        children = [
            Child("generate_stock_forecast", share, {"instrument_id": share.pk, "horizons": list(horizons)})
            for share in shares
        ]
        memory = {"unknown": list(unknown), "order": [share.pk for share in shares]}
        return run.fan_out(stage="summary", children=children, memory=memory)
    return _summed_up(run)


@tracked_task("evaluate_forecast_accuracy", steps=("loading_history", "evaluating"))
def evaluate_forecast_accuracy(
    run: Run,
    instrument_id: int | None = None,
    company_id: int | None = None,
    concept: str = "",
    days_back: int = 30,
) -> Outcome | FanOut:
    """Compare the forecasts of a share, of a company's line, or of all subjects with what came in the last
    days. Forecasts made on or after the day they speak of are refused.

    Gives by method and horizon MAE, RMSE, sMAPE, MASE, bias, hit rate, coverage and pinball loss, and
    where the intervals held less than they promise.
    """
    if instrument_id is None and company_id is None:
        return _evaluate_all(run, days_back)
    subject = _subject(instrument_id, company_id, concept)
    if subject is None:
        return skipped("What was forecast is gone.", code="subject_not_found")
    found = evaluate_forecasts(
        subject,
        at=timezone.now(),
        days_back=days_back,
        report=run.report,
        task_run=run.row,
        storing=run.storing,
    )
    fields: dict[str, Any] = {
        "compared": found.filled,
        "waiting": found.waiting,
        "refused": found.refused,
        "overconfident": list(found.overconfident),
        "evaluations": [_measures(row) for row in found.evaluations],
    }
    if not found.evaluations:
        return skipped(
            "No forecast of a day in this window can be compared with what came. Make forecasts, and update"
            " prices when their days have passed.",
            code="nothing_to_compare",
            **fields,
        )
    return success(**fields)


def _evaluate_all(run: Run, days_back: int) -> Outcome | FanOut:
    if run.stage == "summary":
        return _summed_up(run)
    subjects = ForecastRun.objects.order_by().values_list("instrument_id", "company_id", "concept").distinct()
    children = [
        Child(
            "evaluate_forecast_accuracy",
            None,
            {"instrument_id": share, "company_id": company, "concept": concept, "days_back": days_back},
        )
        for share, company, concept in subjects
    ]
    if not children:
        return skipped("Nothing has been forecast yet.", code="nothing_to_compare")
    return run.fan_out(stage="summary", children=children)


def _summed_up(run: Run) -> Outcome:
    """One that failed makes the whole partial, never a failure. Results are read one after the other, so
    that a thousand shares take no more memory than what is told of them."""
    counts: Counter[str] = Counter()
    incomplete: list[str] = []
    reason = ""
    told: dict[int, dict[str, object]] = {}
    for child in run.children().iterator(chunk_size=CHILDREN_AT_ONCE):
        counts["total"] += 1
        is_complete = child.state in (State.SUCCEEDED, State.SKIPPED)
        result = (child.result or {}) if child.state != State.FAILED else {}
        if not is_complete:
            counts["incomplete"] += 1
            incomplete = [*incomplete, child.subject_label][:NAMES_SHOWN]
            reason = reason or f"{child.subject_label}: {child.error_message or child.message}"
        counts["short"] += result.get("method") == ForecastMethod.INSUFFICIENT_HISTORY
        counts["claiming"] += bool(result.get("claims_skill"))
        share = child.arguments.get("instrument_id")
        if share is not None:
            told[share] = {
                "instrument_id": share,
                "share": child.subject_label,
                "method": result.get("method"),
                "forecast_id": result.get("forecast_id"),
                **({} if is_complete else {"code": child.error_code or child.state}),
            }
    fields: dict[str, Any] = {
        "total": counts["total"],
        "complete": counts["total"] - counts["incomplete"] - counts["short"],
        "claiming_skill": counts["claiming"],
        "insufficient_history": counts["short"],
        "failed": incomplete,
        "unknown_tickers": run.memory.get("unknown", []),
    }
    if "order" in run.memory:
        fields["results"] = [told[share] for share in run.memory["order"] if share in told]
    if incomplete:
        return partial(
            f"{counts['incomplete']} of {counts['total']} are not complete. The first: {reason}",
            code="children_incomplete",
            **fields,
        )
    return success(**fields)


def _told(made: Made) -> Outcome:
    fields = _summary(made.run)
    if not made.run.is_forecast:
        return skipped(
            f"{made.run.reason} Update the prices of this share from further back.",
            code=ForecastMethod.INSUFFICIENT_HISTORY,
            **fields,
        )
    if made.repeated:
        return skipped(
            "Nothing is new since the last forecast. Update prices first, or repeat with force.",
            code="unchanged",
            **fields,
        )
    return success(**fields)


def _summary(made: ForecastRun) -> dict[str, Any]:
    return {
        "forecast_id": made.pk,
        "subject": made.subject,
        "method": made.method,
        "weights": made.weights,
        "claims_skill": made.claims_skill,
        "skill": made.skill,
        "skill_interval": [made.skill_low, made.skill_high],
        "data_until": made.data_until.isoformat() if made.data_until else None,
        "history": made.history,
        "missing": made.reason,
        "points": [
            {
                "horizon": point.horizon,
                "target_date": point.target_date.isoformat(),
                **{name: str(getattr(point, name)) for name in ("point", "lo80", "hi80", "lo95", "hi95")},
            }
            for point in made.points.all()
        ],
    }


def _measures(row: object) -> dict[str, object]:
    names = ("method", "horizon", "count", "mae", "rmse", "smape", "mase", "bias", "pinball", "skill",
             "hit_rate", "hit_low", "hit_high", "coverage80", "coverage95")  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _instrument(pk: int) -> Instrument | None:
    return Instrument.objects.select_related("listing__exchange", "listing__company").filter(pk=pk).first()


def _subject(instrument_id: int | None, company_id: int | None, concept: str) -> Subject | None:
    if instrument_id is not None:
        instrument = _instrument(instrument_id)
        return None if instrument is None else Subject(instrument=instrument)
    if company_id is None or not concept:
        return None
    company = Company.objects.filter(pk=company_id).first()
    return None if company is None else Subject(company=company, concept=concept)
