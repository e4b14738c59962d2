"""How much the shares of several companies move as one: load, ask the engine, store."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date, datetime, timedelta
from itertools import combinations
from math import nan

from analysis.anomalies.patterns import returns_of
from analysis.models import IN_PRICES, Anomaly, AnomalyState, SystemicRiskReport
from companies.models import Company
from engine import ENGINE_VERSION
from engine.errors import NotEnoughData
from engine.progress import Report, silent
from jobs.models import TaskRun
from jobs.run import Storing
from market.instruments import collected
from market.models import Instrument

USUAL_WINDOW = 504  # two years of trading
LEAST_DAYS = 60
TOGETHER = timedelta(days=3)


def analyse_systemic_risk(
    companies: Sequence[Company],
    *,
    at: datetime,
    window: int = USUAL_WINDOW,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> SystemicRiskReport:
    """Compare the returns of the companies on the days on which all have one, and keep the report. A
    company without enough prices is left out and named.

    Raises NotEnoughData where fewer than three companies, or too few common days, are left.
    """
    from engine.anomaly.systemic import systemic_risk

    report("loading_prices", 0, 1)
    returns, left_out = _returns(companies, at)
    days = sorted({day for known in returns.values() for day in known})[-window:]
    kept = {
        name: [known.get(day, nan) for day in days]
        for name, known in returns.items()
        if sum(day in known for day in days) >= LEAST_DAYS
    }
    left_out += [
        {"company": name, "reason": f"Fewer than {LEAST_DAYS} days of prices in the window."}
        for name in sorted(returns.keys() - kept.keys())
    ]
    try:
        report("comparing", 0, 1)
        found = systemic_risk(kept)
    except NotEnoughData as error:
        names = ", ".join(one["company"] for one in left_out)
        said = f"{error.message} Without enough prices: {names}." if names else error.message
        raise NotEnoughData(said, code=error.code) from error
    common = [day for n, day in enumerate(days) if all(values[n] == values[n] for values in kept.values())]
    by_slug = {company.slug: company for company in companies}
    row = SystemicRiskReport(
        window_start=common[0],
        window_end=common[-1],
        days=found.days,
        absorption_ratio=found.absorption_ratio,
        absorption_low=found.interval[0],
        absorption_high=found.interval[1],
        mean_tail_dependence=found.mean_tail_dependence,
        measures={
            "shrinkage": found.shrinkage,
            "pairs": [asdict(pair) for pair in found.pairs],
            "anomalies_together": _together([by_slug[name] for name in kept], common[0], common[-1]),
        },
        ranking=[asdict(standing) for standing in found.standings],
        left_out=left_out,
        verdict=found.verdict,
        engine_version=ENGINE_VERSION,
        made_at=at,
        task_run=task_run,
    )
    with storing():
        row.save()
        row.companies.set(by_slug[name] for name in kept)
    return row


def _returns(
    companies: Sequence[Company], at: datetime
) -> tuple[dict[str, Mapping[date, float]], list[dict[str, str]]]:
    """Of each company the share that is collected first, by the company's slug."""
    shares: dict[int, Instrument] = {}
    for one in collected(at.date()).filter(listing__company__in=companies).order_by("pk"):
        shares.setdefault(one.listing.company_id, one)
    returns: dict[str, Mapping[date, float]] = {}
    left_out = []
    for company in companies:
        share = shares.get(company.pk)
        known = returns_of(share) if share is not None else {}
        if known:
            returns[company.slug] = known
        else:
            left_out.append({"company": company.slug, "reason": "No share of it has prices."})
    return returns, left_out


def _together(companies: Sequence[Company], first: date, last: date) -> list[dict[str, object]]:
    """How often two companies' shares had anomalies within three days of each other."""
    rows = (
        Anomaly.objects.filter(
            company__in=companies, kind__in=IN_PRICES, window_end__gte=first, window_start__lte=last
        )
        .exclude(state=AnomalyState.REJECTED)
        .values_list("company__slug", "window_start", "window_end")
    )
    windows: dict[str, list[tuple[date, date]]] = {}
    for slug, start, end in rows:
        windows.setdefault(slug, []).append((start, end))
    return [
        {
            "left": left,
            "right": right,
            "count": sum(
                a - TOGETHER <= d and c - TOGETHER <= b for a, b in windows[left] for c, d in windows[right]
            ),
        }
        for left, right in combinations(sorted(windows), 2)
    ]
