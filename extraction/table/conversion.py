"""A table shown in another currency. Converted figures are marked and never stored as facts."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from companies.models import ExchangeRate
from engine.compiling.rests import CLOSING_CASH, OPENING_CASH
from engine.currency import EURO, LONGEST_CLOSURE, MissingRate, QuotedRate, Rate, RateTable
from engine.kinds import GapReason, PeriodKind, RowKind, StatementKind
from engine.values import Period
from extraction.table.figures import CellFigure, RowFigures, TableFigures

ONE_DAY = timedelta(days=1)
PLACES = Decimal("0.000001")  # as many as stored figures have


def currencies() -> list[str]:
    """The currencies there are rates of, the euro among them; none where nothing was imported."""
    found = ExchangeRate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return sorted({*found, EURO}) if found else []


def converted(table: TableFigures, currency: str) -> TableFigures:
    """The table in another currency: flows at the average rate of their period, balances at the rate
    of their day, numbers of shares as they are. Where a rate is missing there is a gap that says so.

    One query. A table that is in that currency already, or in none that is known, comes back as it is,
    the latter with a warning.
    """
    if currency == table.currency:
        return table
    if not table.currency:
        warning = f"The currency of this statement is not known, so that it is not shown in {currency}."
        return replace(table, warnings=(*table.warnings, warning))
    conversion = _Conversion(table, currency, _rates(table, currency))
    return replace(
        table,
        rows=tuple(conversion.row(row) for row in table.rows),
        currency=currency,
        converted_from=table.currency,
        warnings=(*table.warnings, *conversion.warnings()),
    )


def _rates(table: TableFigures, currency: str) -> RateTable:
    """The rates of the days that the table's columns span."""
    ends = [column.period.end for column in table.columns]
    starts = [column.period.start or column.period.end for column in table.columns]
    if not ends:
        return RateTable([], "")
    rows = ExchangeRate.objects.filter(
        currency__in=[table.currency, currency],
        day__gte=min(starts) - timedelta(days=LONGEST_CLOSURE + 1),
        day__lte=max(ends),
    ).values_list("currency", "day", "rate", "source")
    found = list(rows)
    sources = sorted({source for *_, source in found})
    return RateTable((Rate(name, day, rate) for name, day, rate, _ in found), ", ".join(sources))


@dataclass(frozen=True, slots=True)
class _Conversion:
    table: TableFigures
    currency: str
    rates: RateTable

    def row(self, row: RowFigures) -> RowFigures:
        if row.kind in (RowKind.HEADING, RowKind.SHARES):
            return row
        cells = [
            self._cell(cell, self._moment(row, column.period))
            for cell, column in zip(row.cells, self.table.columns, strict=True)
        ]
        return replace(row, cells=tuple(cells))

    def _moment(self, row: RowFigures, period: Period) -> Period:
        """The time whose rate counts: cash in a statement of flows is a balance all the same."""
        if row.concept == CLOSING_CASH:
            return Period(PeriodKind.INSTANT, None, period.end)
        if row.concept == OPENING_CASH and period.start is not None:
            return Period(PeriodKind.INSTANT, None, period.start - ONE_DAY)
        return period

    def _cell(self, cell: CellFigure, moment: Period) -> CellFigure:
        if cell.value is None:
            return cell
        if cell.value == 0:
            return replace(cell, converted=f"Nothing in {self.table.currency} is nothing in {self.currency}.")
        rate = self.rates.for_period(self.table.currency, self.currency, moment)
        if isinstance(rate, MissingRate):
            no_rate = GapReason.NO_RATE.value
            return replace(cell, value=None, gap=no_rate, reason=rate.reason, fact_id=None)
        told = self._told(cell.value, rate)
        return replace(cell, value=(cell.value * rate.value).quantize(PLACES), converted=told)

    def _told(self, value: Decimal, rate: QuotedRate) -> str:
        which = (
            f"the average of {rate.days} daily rates from {_day(rate.first)} to {_day(rate.last)}"
            if rate.is_average
            else f"the rate of {_day(rate.last)}"
        )
        return (
            f"Converted from {self.table.currency} {_plain(value)} at {rate.value:.6f} {self.currency},"
            f" {which} ({self.rates.source})."
        )

    def warnings(self) -> tuple[str, ...]:
        """What a reader of converted flows of cash must know."""
        if self.table.statement is not StatementKind.CASH_FLOW_STATEMENT:
            return ()
        return (
            "Flows are converted at average rates and cash at the rates of its days, so that opening cash"
            " and flows do not add up to closing cash: the difference is the effect of the rates.",
        )


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
