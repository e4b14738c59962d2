"""Published reports made from labels and figures, as the vintages a compile takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from engine.compiling.values import KnownReport, Vintage
from engine.kinds import CellState, PeriodKind, RowKind, StatementKind
from engine.values import Period

IS, BS, CF = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET, StatementKind.CASH_FLOW_STATEMENT


@dataclass(frozen=True)
class Line:
    """A printed line: figures newest first in the report's unit; None blank, "?" not read."""

    label: str
    concept: str | None
    figures: tuple
    kind: RowKind = RowKind.LINE
    section: str = ""


def year(end: date) -> Period:
    """The full year that ends on a day."""
    return Period(PeriodKind.DURATION, end.replace(year=end.year - 1) + timedelta(days=1), end)


def day(end: date) -> Period:
    """The day itself, as a balance sheet has it."""
    return Period(PeriodKind.INSTANT, None, end)


def report(
    name: str,
    published: date,
    periods: Sequence[Period],
    lines: Sequence[Line],
    *,
    statement: StatementKind = IS,
    scale: int = 1_000_000,
    currency: str = "EUR",
    restated: Sequence[bool] = (),
) -> list[Vintage]:
    """All figures of one statement of one report. `restated` marks columns."""
    return [
        _vintage(name, published, period, n, line, figure, statement, scale, currency, marked)
        for n, line in enumerate(lines)
        for period, figure, marked in zip(
            periods, line.figures, restated or (False,) * len(periods), strict=True
        )
        if figure is not None
    ]


def _vintage(name, published, period, n, line, figure, statement, scale, currency, marked):
    unread = figure == "?"
    per_share = line.kind is RowKind.PER_SHARE
    printed = None if unread else Decimal(str(figure))
    unit = 1 if per_share else scale
    decimals = 0 if printed is None else max(0, -printed.as_tuple().exponent)
    state = CellState.NOT_READ if unread else CellState.NIL if printed == 0 else CellState.VALUE
    return Vintage(
        source=f"{name}/{n}/{period.end}",
        document=name,
        statement=statement,
        concept=line.concept,
        label=line.label,
        section=line.section,
        row=n,
        level=0,
        kind=line.kind,
        period=period,
        state=state,
        value=None if printed is None else printed * unit,
        decimals=decimals - (len(str(unit)) - 1),
        currency=currency,
        published_on=published,
        restated_marker=marked,
        confidence=0.95,
    )


def known(name: str, end: date, published: date, read: bool = True) -> KnownReport:
    """A report the compile may expect figures from."""
    return KnownReport(name, end, published, read)
