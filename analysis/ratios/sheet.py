"""Ratios of a company as a table: groups, ratios as lines, years as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analysis.models import MetricValue
from engine.kinds import RatioStatus, RatioUnit
from engine.ratios.reference import in_words
from engine.ratios.registry import Ratio, load_registry
from extraction.table.presentation import DisplayUnit
from extraction.table.sparkline import Sparkline, sparkline

# In place of a value, and what it stands for.
SIGNS: Mapping[RatioStatus, tuple[str, str]] = {
    RatioStatus.UNAVAILABLE: ("·", "not available: a figure is missing"),
    RatioStatus.NOT_MEANINGFUL: ("n.m.", "not meaningful: the divisor is negative or next to nothing"),
    RatioStatus.NOT_APPLICABLE: ("×", "not applicable to this kind of company"),
}
_DIGITS = {RatioUnit.SHARE: 1, RatioUnit.DAYS: 0}
# The five factors whose product is the return on equity, in the order in which they are multiplied.
FACTORS = ("tax_burden", "interest_burden", "operating_margin", "asset_turnover", "equity_multiplier")
PRODUCT = "du_pont_return_on_equity"


@dataclass(frozen=True, slots=True)
class RatioCell:
    """One year of a ratio. `key` names it in addresses; `text` is the value or the sign for none."""

    value: MetricValue
    key: str
    text: str
    hint: str

    @property
    def has_value(self) -> bool:
        return self.value.value is not None


@dataclass(frozen=True, slots=True)
class RatioRow:
    """A ratio over the years, newest first; None where a year has none, as after a change of definitions."""

    ratio: Ratio
    unit: str
    formula: str
    cells: tuple[RatioCell | None, ...]
    trend: Sparkline | None


@dataclass(frozen=True, slots=True)
class RatioGroup:
    code: str
    label: str
    rows: tuple[RatioRow, ...]


@dataclass(frozen=True, slots=True)
class RatioSheet:
    """`legend` has the signs that occur, each with what it stands for."""

    years: tuple[date, ...]
    groups: tuple[RatioGroup, ...]
    legend: tuple[tuple[str, str], ...]
    filled: int
    empty: int

    def cell(self, key: str) -> tuple[RatioRow, RatioCell] | None:
        """The cell that an address names, with its row."""
        for group in self.groups:
            for row in group.rows:
                for cell in row.cells:
                    if cell is not None and cell.key == key:
                        return row, cell
        return None

    def row(self, code: str) -> RatioRow | None:
        return next((row for group in self.groups for row in group.rows if row.ratio.code == code), None)

    @property
    def du_pont(self) -> tuple[RatioRow, ...]:
        """The factors of the return on equity and their product; nothing where no year has the product."""
        product = self.row(PRODUCT)
        if product is None or not any(cell and cell.has_value for cell in product.cells):
            return ()
        factors = (self.row(code) for code in FACTORS)
        return (*(row for row in factors if row is not None), product)


def sheet_of(values: Iterable[MetricValue], currency: str, *, only_filled: bool = False) -> RatioSheet:
    """The table of all values; with `only_filled` without ratios that have no value in any year."""
    kept: dict[str, dict[date, MetricValue]] = {}
    for value in values:
        kept.setdefault(value.code, {})[value.period_end] = value
    years = tuple(sorted({end for of_code in kept.values() for end in of_code}, reverse=True))
    money = _money_unit(kept)
    registry = load_registry()
    groups = []
    for code, label in registry.groups.items():
        ratios = [ratio for ratio in registry.ratios.values() if ratio.group == code and ratio.code in kept]
        rows = [_row(ratio, kept[ratio.code], years, money, currency) for ratio in ratios]
        if only_filled:
            rows = [row for row in rows if any(cell and cell.has_value for cell in row.cells)]
        if rows:
            groups.append(RatioGroup(code, label, tuple(rows)))
    shown = [cell.value for group in groups for row in group.rows for cell in row.cells if cell]
    statuses = {value.status for value in shown}
    return RatioSheet(
        years=years,
        groups=tuple(groups),
        legend=tuple(words for status, words in SIGNS.items() if status in statuses),
        filled=sum(value.value is not None for value in shown),
        empty=sum(value.value is None for value in shown),
    )


def unit_words(ratio: Ratio, currency: str, money: DisplayUnit = DisplayUnit.UNITS) -> str:
    """What the numbers of a ratio count, in a word or two."""
    match ratio.unit:
        case RatioUnit.SHARE:
            return "%"
        case RatioUnit.MONEY:
            return f"{currency} {'' if money is DisplayUnit.UNITS else money.value}".strip()
        case RatioUnit.PER_SHARE:
            return f"{currency} per share".strip()
    return str(ratio.unit)


def text_of(ratio: Ratio, number: Decimal, money: DisplayUnit = DisplayUnit.UNITS) -> str:
    """A value as it is shown: shares of one in percent, money in a unit."""
    if ratio.unit is RatioUnit.SHARE:
        number *= 100
    if ratio.unit is RatioUnit.MONEY:
        number /= money.factor
    digits = 0 if ratio.unit is RatioUnit.MONEY else _DIGITS.get(ratio.unit, 2)
    return f"{number:,.{digits}f}".replace("-", "−")


def _row(
    ratio: Ratio,
    of_years: Mapping[date, MetricValue],
    years: Sequence[date],
    money: DisplayUnit,
    currency: str,
) -> RatioRow:
    found = [of_years.get(year) for year in years]
    drawn = [None if value is None else value.value for value in reversed(found)]
    return RatioRow(
        ratio=ratio,
        unit=unit_words(ratio, currency, money),
        formula=in_words(ratio.tree),
        cells=tuple(None if value is None else _cell(ratio, value, money) for value in found),
        trend=sparkline(drawn),
    )


def _cell(ratio: Ratio, value: MetricValue, money: DisplayUnit) -> RatioCell:
    if value.value is None:
        text, hint = SIGNS[RatioStatus(value.status)][0], value.explanation
    else:
        text, hint = text_of(ratio, value.value, money), f"{in_words(ratio.tree)}"
    return RatioCell(value, f"{value.code}.{value.period_end.isoformat()}", text, hint)


def _money_unit(kept: Mapping[str, Mapping[date, MetricValue]]) -> DisplayUnit:
    """Millions where all amounts are of ten millions and more, thousands likewise."""
    ratios = load_registry().ratios
    amounts = [
        abs(value.value)
        for code, of_years in kept.items()
        if code in ratios and ratios[code].unit is RatioUnit.MONEY
        for value in of_years.values()
        if value.value
    ]
    largest = max(amounts, default=Decimal(0))
    for unit in (DisplayUnit.MILLIONS, DisplayUnit.THOUSANDS):
        if largest >= 10 * unit.factor:
            return unit
    return DisplayUnit.UNITS
