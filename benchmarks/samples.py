"""The real reports of ../shared/samples with their truth, read once.

What is compiled here comes from the PDF files themselves: every figure has passed through the reader
before it is compared with the truth. Readings are kept in a temporary folder named after the engine
that made them, so that a change of the engine reads everything anew.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import engine
from benchmarks.filed import Company, Expected, Filed
from benchmarks.scoring import SCALES
from engine.exchange import reading_from_json, reading_to_json
from engine.kinds import StatementKind
from engine.reading import read
from engine.statement import Reading

FOLDER = Path(__file__).parents[2] / "shared" / "samples"
# An annual report comes out about two months after its year: what counts is the order of the reports.
UNTIL_PUBLISHED = timedelta(days=60)
# The parts of the engine that no reading depends on
AFTER_READING = frozenset({"anomaly", "compiling", "forecast", "ratios", "sentiment", "text"})

# The truth's names of lines, and the concepts that are right for them. Issuers without minorities
# print one profit and one equity, which is both that of the group and that of its owners.
CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "revenue": ("is.revenue",),
    "cost_of_revenue": ("is.cost_of_sales",),
    "gross_profit": ("is.gross_profit",),
    "rnd": ("is.rnd",),
    "sga": ("is.sga", "is.selling", "is.admin"),
    "operating_income": ("is.operating_profit",),
    "interest_expense": ("is.finance_costs",),
    "pretax_income": ("is.pbt",),
    "income_tax": ("is.tax",),
    "net_income": ("is.net_income", "is.ni_owners"),
    "net_income_attributable": ("is.ni_owners", "is.net_income"),
    "eps_basic": ("is.eps_basic",),
    "eps_diluted": ("is.eps_diluted",),
    "cash": ("bs.cash",),
    "receivables": ("bs.receivables",),
    "inventory": ("bs.inventories",),
    "total_current_assets": ("bs.total_ca",),
    "ppe_net": ("bs.ppe",),
    "goodwill": ("bs.goodwill",),
    "total_assets": ("bs.total_assets",),
    "accounts_payable": ("bs.payables",),
    "total_current_liabilities": ("bs.total_cl",),
    "long_term_debt": ("bs.lt_debt",),
    "total_liabilities": ("bs.total_liab",),
    "retained_earnings": ("bs.retained",),
    "total_equity": ("bs.total_equity", "bs.equity_owners"),
    "equity_attributable_to_parent": ("bs.equity_owners", "bs.total_equity"),
    "total_liabilities_and_equity": ("bs.total_el",),
    "net_income_cf": ("cf.start",),
    "depreciation_amortization": ("cf.da",),
    "cfo": ("cf.cfo",),
    "capex": ("cf.capex_ppe",),
    "cfi": ("cf.cfi",),
    "dividends_paid": ("cf.dividends",),
    "share_repurchases": ("cf.buybacks",),
    "cff": ("cf.cff",),
    "fx_effect": ("cf.fx",),
    "net_change_in_cash": ("cf.net_change",),
    "cash_beginning": ("cf.cash_open",),
    "cash_end": ("cf.cash_close",),
}
PER_SHARE = ("eps_basic", "eps_diluted")


@dataclass(frozen=True, slots=True)
class Sample:
    """One report with what it prints. `published` is supposed from the end of its year."""

    name: str
    company: str
    truth: dict[str, Any]
    published: date


@cache
def reports() -> tuple[Sample, ...]:
    """Every report with truth, by company, oldest first. Empty where the folder is not there."""
    found = []
    for path in sorted((FOLDER / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if "statements" in truth:
            found.append(Sample(path.stem, truth["company_key"], truth, _newest(truth) + UNTIL_PUBLISHED))
    return tuple(sorted(found, key=lambda report: (report.company, report.published, report.name)))


def _newest(truth: Mapping[str, Any]) -> date:
    ends = [end for statement in truth["statements"].values() for end in statement["periods"] if end]
    return date.fromisoformat(max(ends))


@cache
def readings() -> Mapping[str, Reading]:
    """Every report read, on all processors; from the temporary folder where this engine has read it."""
    folder = Path(tempfile.gettempdir()) / f"tenfold-readings-{_engine_digest()}"
    folder.mkdir(exist_ok=True)
    names = [report.name for report in reports()]
    missing = [name for name in names if not (folder / f"{name}.json").exists()]
    if missing:
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            for name, text in zip(missing, pool.map(_read, missing), strict=True):
                unfinished = folder / f"{name}.{os.getpid()}"
                unfinished.write_text(text, encoding="utf-8")
                unfinished.replace(folder / f"{name}.json")
    return {name: reading_from_json((folder / f"{name}.json").read_text(encoding="utf-8")) for name in names}


def _engine_digest() -> str:
    root = Path(engine.__file__).parent
    files = sorted(path for kind in ("py", "yaml") for path in root.rglob(f"*.{kind}"))
    digest = hashlib.sha256()
    for path in files:
        if AFTER_READING.isdisjoint(path.relative_to(root).parts):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read(name: str) -> str:
    return reading_to_json(read((FOLDER / "reports" / f"{name}.pdf").read_bytes()))


@cache
def companies() -> Mapping[str, Company]:
    """The companies with several reports."""
    groups: dict[str, list[Sample]] = {}
    for report in reports():
        groups.setdefault(report.company, []).append(report)
    return {name: _company(name, group) for name, group in groups.items() if len(group) > 1}


def _company(name: str, group: list[Sample]) -> Company:
    filed = tuple(
        Filed(report.name, report.published - UNTIL_PUBLISHED, report.published, readings()[report.name])
        for report in group
    )
    return Company(name, filed, tuple(figure for report in group for figure in _key_figures(report)))


def _key_figures(report: Sample) -> Iterator[Expected]:
    """The key items that the truth gives of a report."""
    for kind in StatementKind:
        statement = report.truth["statements"].get(kind.value)
        if statement is None:
            continue
        for key, entry in statement["key_items"].items():
            values = statement["items"][entry["item"]]["values"]
            scale: Decimal | int = 1 if key in PER_SHARE else SCALES[statement["unit"]]
            if key in PER_SHARE and statement.get("eps_unit") in ("cents", "pence"):
                scale = Decimal("0.01")
            for end, value in zip(statement["periods"], values, strict=True):
                if end and value is not None:
                    full = Decimal(str(value)) * scale
                    yield Expected(report.name, kind, key, CONCEPTS[key], date.fromisoformat(end), full)


def restated_values() -> list[dict[str, Any]]:
    """What the samples know of figures that a later report gives differently."""
    text = (FOLDER / "truth" / "restated_values.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text, parse_float=Decimal)
    return found
