"""Figures that a later report gives differently, and how.

A comparative that merely repeats a figure is no restatement, nor is one that is printed more
coarsely: two publications differ only when no number could have been rounded to both. What then
differs is named: one unit of the last digit, declared by the report, moved between lines, another
currency, a suspected error of scale or sign, or silent.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from engine.compiling.anchoring import AnchoredLine
from engine.compiling.lines import same_figure
from engine.compiling.values import Restatement, Vintage
from engine.compiling.vintages import publication_order
from engine.kinds import RestatementKind, RowKind
from engine.values import Period

POWERS = tuple(Decimal(10) ** power for power in (3, 6, 9))
SLACK = Decimal("0.001")
SUMS = (RowKind.SUBTOTAL, RowKind.TOTAL)


@dataclass(frozen=True, slots=True)
class _Change:
    """Two publications that follow one another and differ."""

    line: AnchoredLine
    old: Vintage
    new: Vintage

    @property
    def delta(self) -> Decimal:
        return (self.new.value or Decimal(0)) - (self.old.value or Decimal(0))

    @property
    def tolerance(self) -> Decimal:
        """Half a last digit of each publication."""
        half = Decimal("0.5")
        return half.scaleb(-self.old.decimals) + half.scaleb(-self.new.decimals)


def find_restatements(lines: Iterable[AnchoredLine], periods: Sequence[Period]) -> tuple[Restatement, ...]:
    """Every change of a figure between publications, by line and period, newest period first."""
    shown = set(periods)
    changes = [change for line in lines for change in _changes(line) if change.new.period in shown]
    moved = _moved(changes)
    return tuple(
        _restatement(change, n in moved)
        for n, change in sorted(
            enumerate(changes), key=lambda pair: (-pair[1].new.period.end.toordinal(), pair[0])
        )
    )


def _changes(line: AnchoredLine) -> Iterator[_Change]:
    by_period: dict[Period, dict[tuple[object, str], Vintage]] = defaultdict(dict)
    for vintage in sorted(line.vintages, key=publication_order):
        if vintage.value is not None:
            by_period[vintage.period][vintage.published_on, vintage.document] = vintage
    for vintages in by_period.values():
        for old, new in pairwise(vintages.values()):
            if (old.currency != new.currency and None not in (old.currency, new.currency)) or not same_figure(
                old, new
            ):
                yield _Change(line, old, new)


def _in_another_currency(old: Vintage, new: Vintage) -> bool:
    return old.currency != new.currency and None not in (old.currency, new.currency)


def _moved(changes: Sequence[_Change]) -> set[int]:
    """The changes that cancel out: what one line lost, another of the same report gained."""
    together: dict[tuple[str, str, Period], list[int]] = defaultdict(list)
    for n, change in enumerate(changes):
        if change.line.lines[0].kind not in SUMS:
            together[change.old.document, change.new.document, change.new.period].append(n)
    moved: set[int] = set()
    for numbers in together.values():
        for i, one in enumerate(numbers):
            for other in numbers[i + 1 :]:
                total = changes[one].delta + changes[other].delta
                if abs(total) <= changes[one].tolerance + changes[other].tolerance:
                    moved |= {one, other}
        tolerance = sum((changes[n].tolerance for n in numbers), Decimal(0))
        if len(numbers) > 2 and abs(sum((changes[n].delta for n in numbers), Decimal(0))) <= tolerance:
            moved |= set(numbers)
    return moved


def _restatement(change: _Change, moved: bool) -> Restatement:
    kind = _kind(change, moved)
    return Restatement(
        row_key=change.line.key,
        label=change.new.label or change.old.label,
        period=change.new.period,
        old_source=change.old.source,
        new_source=change.new.source,
        old_value=change.old.value or Decimal(0),
        new_value=change.new.value or Decimal(0),
        kind=kind,
        explanation=_explain(change, kind),
    )


def _kind(change: _Change, moved: bool) -> RestatementKind:
    old, new = change.old, change.new
    if _in_another_currency(old, new):
        return RestatementKind.CURRENCY_CHANGE
    if _looks_wrong(old, new):
        return RestatementKind.SUSPECTED_ERROR
    if abs(change.delta) <= Decimal(1).scaleb(-min(old.decimals, new.decimals)):
        return RestatementKind.ROUNDING
    if old.ifrs_18 != new.ifrs_18:
        return RestatementKind.FRAMEWORK_CHANGE
    if new.restated_marker:
        return RestatementKind.DECLARED
    return RestatementKind.RECLASSIFICATION if moved else RestatementKind.SILENT


def _looks_wrong(old: Vintage, new: Vintage) -> bool:
    """The same digits with another sign or a power of a thousand apart."""
    if not old.value or not new.value:
        return False
    if old.value == -new.value:
        return True
    ratio = abs(new.value / old.value)
    return any(abs(r / power - 1) <= SLACK for power in POWERS for r in (ratio, 1 / ratio))


_BECAUSE = {
    RestatementKind.CURRENCY_CHANGE: "the later report is drawn up in another currency",
    RestatementKind.SUSPECTED_ERROR: (
        "the digits are the same but the sign or the power of ten is not; check both pages before "
        "trusting either"
    ),
    RestatementKind.FRAMEWORK_CHANGE: "the later report presents its income statement by IFRS 18",
    RestatementKind.DECLARED: "the later report marks the column as restated",
    RestatementKind.RECLASSIFICATION: (
        "other lines of the same report changed by the opposite amount, so the figure was moved between lines"
    ),
    RestatementKind.SILENT: "neither report says why in the column heading",
    RestatementKind.ROUNDING: "one unit of the last digit, so the totals were rounded another way",
}


def _explain(change: _Change, kind: RestatementKind) -> str:
    old, new = change.old, change.new
    share = f", {_percent(change.delta / abs(old.value))}" if old.value else ""
    return (
        f"The report of {new.published_on} gives {_money(new)} for the period to {new.period.end} where "
        f"the report of {old.published_on} gave {_money(old)}{share}: {_BECAUSE[kind]}."
    )


def _money(vintage: Vintage) -> str:
    value = vintage.value or Decimal(0)
    figure = f"{value:,.{max(0, vintage.decimals)}f}"
    return f"{vintage.currency} {figure}" if vintage.currency else figure


def _percent(share: Decimal) -> str:
    return f"{abs(share) * 100:.1f} % {'more' if share > 0 else 'less'}"
