"""The demo company's figures: leaves from `company.yaml`, totals as the sums the file declares.

Everything here is in base units (euro, shares) with contribution sign.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine.kinds import RowKind, StatementKind

DATA = Path(__file__).with_name("company.yaml")
SCALE_OF_DATA = 1000
PER_SHARE_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LineOfStatement:
    """One line as the data file declares it; a heading has no key."""

    key: str
    labels: tuple[tuple[int, str], ...]
    kind: RowKind
    level: int
    note: str
    parts: tuple[str, ...]
    shares: str
    since: int

    def label(self, report_year: int) -> str:
        """The wording that the report of that year prints."""
        return next(text for year, text in reversed(self.labels) if year <= report_year)


@dataclass(frozen=True, slots=True)
class AnnualReport:
    """One report to be printed: the years of its columns newest first."""

    year: int
    design: str
    scale: int
    years: tuple[int, ...]
    published: date

    @property
    def name(self) -> str:
        return f"annual-report-{self.year}"


@cache
def data() -> dict[str, Any]:
    """The data file as it is."""
    loaded: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


def reports() -> tuple[AnnualReport, ...]:
    """All annual reports, oldest first."""
    return tuple(
        AnnualReport(
            year=entry["year"],
            design=entry["design"],
            scale=entry["scale"],
            years=tuple(entry["year"] - back for back in range(entry["years"])),
            published=entry["published"],
        )
        for entry in data()["reports"]
    )


def lines(kind: StatementKind) -> tuple[LineOfStatement, ...]:
    """The declared lines of a statement in printed order."""
    return tuple(_line(entry) for entry in data()["lines"][kind.value])


def _line(entry: dict[str, Any]) -> LineOfStatement:
    heading = entry.get("heading")
    labels = entry.get("labels") or {0: heading or entry["label"]}
    return LineOfStatement(
        key=entry.get("key", ""),
        labels=tuple((0 if index == 0 else year, text) for index, (year, text) in enumerate(labels.items())),
        kind=RowKind.HEADING if heading else RowKind(entry.get("kind", "line")),
        level=entry.get("level", 0),
        note=entry.get("note", ""),
        parts=tuple(entry.get("sum", ())),
        shares=entry.get("per", ""),
        since=entry.get("from", 0),
    )


def supplement(key: str, period: int | str) -> Decimal:
    """A figure of the notes in base units."""
    return Decimal(data()["supplement"][key][period]) * SCALE_OF_DATA


def value(
    kind: StatementKind, key: str, period: int | str, *, restated: bool = False, scale: int = SCALE_OF_DATA
) -> Decimal:
    """The figure of a line for a fiscal year or a half such as "2025H1".

    `restated` asks for the year as its successor's report shows it. `scale` is the one the report
    prints in: leaves are rounded to a tenth of a million where it prints millions, and totals are
    the sums of their parts as printed.
    """
    line = next(line for line in lines(kind) if line.key == key)
    if line.parts:
        parts = (value(kind, part, period, restated=restated, scale=scale) for part in line.parts)
        return sum(parts, Decimal(0))
    if line.shares:
        earnings = value(kind, "owners", period, restated=restated)
        return (earnings / supplement(line.shares, period)).quantize(PER_SHARE_STEP, ROUND_HALF_UP)
    if key == "cash_open":
        return _rounded(_leaf(StatementKind.BALANCE_SHEET, "cash", _opening(period), False), scale)
    return _rounded(_leaf(kind, key, period, restated), scale)


def _leaf(kind: StatementKind, key: str, period: int | str, restated: bool) -> Decimal:
    changed = data()["restated"].get(period, {}).get(kind.value, {}) if restated else {}
    return Decimal(changed.get(key, data()["figures"][kind.value][key][period])) * SCALE_OF_DATA


def _rounded(number: Decimal, scale: int) -> Decimal:
    if scale <= SCALE_OF_DATA:
        return number
    step = Decimal(scale) / 10
    return (number / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def _opening(period: int | str) -> int:
    """The fiscal year whose end is the period's beginning."""
    return int(str(period)[:4]) - 1
