"""Stored prices as a series: one price for each day, adjusted, as known now or on a day in the past."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from engine.prices import Action, ActionKind, AdjustedBar, adjusted
from engine.prices import PriceBar as Bar
from market.models import CorporateAction, Instrument, PriceBar


def bars_of(
    instrument: Instrument,
    *,
    first: date | None = None,
    last: date | None = None,
    known_at: datetime | None = None,
    final_only: bool = True,
) -> list[Bar]:
    """The prices of each day in order, in the quoted unit; of several sources, the first by priority.

    `known_at` leaves out what was fetched later, so that a correction that came afterwards is not
    foreseen. One query.
    """
    chosen: dict[date, PriceBar] = {}
    for bar in _rows(instrument, first, last, known_at, final_only):
        chosen.setdefault(bar.day, bar)
    return [_value(chosen[day]) for day in sorted(chosen)]


def actions_of(instrument: Instrument, *, known_at: datetime | None = None) -> list[Action]:
    """Splits and dividends in order. One query."""
    rows: Iterable[CorporateAction] = instrument.actions.order_by("ex_date", "kind")
    if known_at is not None:
        rows = instrument.actions.filter(recorded_at__lte=known_at).order_by("ex_date", "kind")
    return [Action(ActionKind(row.kind), row.ex_date, row.value) for row in rows]


def adjusted_series(
    instrument: Instrument,
    *,
    first: date | None = None,
    last: date | None = None,
    known_at: datetime | None = None,
    with_dividends: bool = True,
) -> tuple[AdjustedBar, ...]:
    """Final prices adjusted for splits and, unless told otherwise, dividends. Empty where nothing is stored.

    Actions with an ex date behind the last bar of the series are left out: they have not happened yet
    in it. Raises engine.errors.Inconsistent where a dividend cannot be.
    """
    bars = bars_of(instrument, first=first, last=last, known_at=known_at)
    if not bars:
        return ()
    # Some bars may have splits in them that came after the series ends; then all of them get these.
    ends = {ActionKind.SPLIT: max(bar.splits_until for bar in bars), ActionKind.DIVIDEND: bars[-1].day}
    known = actions_of(instrument, known_at=known_at)
    actions = [action for action in known if action.ex_date <= ends[action.kind]]
    return adjusted(bars, actions, with_dividends=with_dividends)


def _rows(
    instrument: Instrument,
    first: date | None,
    last: date | None,
    known_at: datetime | None,
    final_only: bool,
) -> QuerySet[PriceBar]:
    """The best row of each day first."""
    rows = PriceBar.objects.filter(instrument=instrument)
    known = Q(is_current=True) if known_at is None else Q(fetched_at__lte=known_at)
    rows = rows.filter(known)
    if final_only:
        rows = rows.filter(is_final=True)
    if first is not None:
        rows = rows.filter(day__gte=first)
    if last is not None:
        rows = rows.filter(day__lte=last)
    return rows.order_by("day", "provider__priority", "provider__code", "-revision")


def _value(row: PriceBar) -> Bar:
    return Bar(row.day, row.close, row.open, row.high, row.low, row.volume, row.splits_until)
