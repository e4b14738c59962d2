"""The sign of each row: +1 or -1, so that figures become contributions that add up.

Costs are printed positive by some issuers and in brackets by others, sometimes within one
statement. The convention is read from the lines whose nature is known; then arithmetic decides
wherever a subtotal is printed.
"""

from collections.abc import Iterator, Sequence

from engine.check.sums import Structure, find_structure
from engine.concepts.taxonomy import Item, Taxonomy
from engine.kinds import RowKind, StatementKind
from engine.statement import Row, RowMapping, RowSign, StatementTable

SUBTOTAL = "subtotal"
NATURAL = "natural_sign"
AS_PRINTED = "as_printed"

LIABILITIES = frozenset(("current_liabilities", "non_current_liabilities", "liabilities"))

# The part of an income statement in which a line without a concept is taken for a cost.
COSTS_BEHIND = frozenset(("is.revenue", "is.gross_profit"))
CLOSING = frozenset(("cf.net_change", "cf.cash_close"))
COSTS_END = frozenset(("is.operating_profit", "is.pbt"))


def resolve_signs(
    table: StatementTable, mappings: Sequence[RowMapping], taxonomy: Taxonomy
) -> tuple[RowSign, ...]:
    """A sign for every row, in the order of the table's rows. Rule `subtotal` means that a printed
    sum proves it, `natural_sign` that the concept's nature decided, `as_printed` neither."""
    items = tuple(taxonomy[m.concept] if m.concept is not None else None for m in mappings)
    structure = structure_of(table, items)
    proven = {row for found in structure.sums if found.holds for row in (found.total, *found.parts)}
    deducted = set(_deducted(structure, items)) | set(_bracketed_liabilities(table, structure, items))
    return tuple(
        RowSign(-factor if n in deducted else factor, _rule(items[n], n in proven))
        for n, factor in enumerate(structure.factors)
    )


def _deducted(structure: Structure, items: Sequence[Item | None]) -> Iterator[int]:
    """Rows that a statement subtracts on its way to another line, as the share of others is taken
    off the profit to reach the owners' share. Their contribution has the opposite sign."""
    for found in structure.sums:
        closing = items[found.total]
        for row in found.parts:
            item = items[row]
            if item is not None and closing is not None and item.deducted_for == closing.code:
                yield row


def _bracketed_liabilities(
    table: StatementTable, structure: Structure, items: Sequence[Item | None]
) -> Iterator[int]:
    """The liabilities of a sheet that prints them in brackets, because it goes on to its net assets by
    plain addition. A liability is a positive contribution, whichever way it is printed."""
    named = {n for n, item in enumerate(items) if item is not None and item.section in LIABILITIES}
    figures = [cell.number for n in named for cell in table.rows[n].cells if cell is not None and cell.number]
    if sum(number < 0 for number in figures) * 2 <= len(figures):
        return
    # Lines without a concept are known by the total they add up to.
    for found in reversed(structure.sums):
        if found.total in named:
            named |= set(found.parts)
    yield from named


def structure_of(table: StatementTable, items: Sequence[Item | None]) -> Structure:
    """The sums of a table, begun with the signs that the concepts suggest."""
    totals = total_rows(table, items)
    return find_structure(table, first_guess(table, items, totals), totals, fixed_rows(table, items))


def total_rows(table: StatementTable, items: Sequence[Item | None]) -> frozenset[int]:
    """Rows that must be a sum of lines above: printed totals, totals by concept, and the line that
    a statement reaches by subtracting another."""
    reached = {item.deducted_for for item in items if item is not None}
    return frozenset(
        n
        for n, (row, item) in enumerate(zip(table.rows, items, strict=True))
        if row.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)
        or (item is not None and (item.is_sum or item.code in reached))
    )


def fixed_rows(table: StatementTable, items: Sequence[Item | None]) -> frozenset[int]:
    """Rows whose sign is beyond doubt: the totals that are positive by nature, and in a balance
    sheet every asset and liability. Otherwise equity would be found to be assets with liabilities
    turned negative."""
    return frozenset(
        n
        for n, item in enumerate(items)
        if item is not None and item.sign == 1 and (item.is_sum or table.kind is StatementKind.BALANCE_SHEET)
    )


def first_guess(
    table: StatementTable, items: Sequence[Item | None], totals: frozenset[int]
) -> tuple[int, ...]:
    """The sign each row would have by its nature and by how this statement prints outflows. The custom
    of the statement goes before the single row, because a cost may for once be a gain; only below
    operating profit, where incomes and costs are mixed, and below the closing cash does each row follow
    its own."""
    supplement = _supplement(items)
    positive = _mostly_positive(
        [table.rows[n] for n, item in enumerate(items[:supplement]) if item is not None and item.sign == -1]
    )
    factors = []
    among_costs = False
    for n, (row, item) in enumerate(zip(table.rows, items, strict=True)):
        if item is not None and item.code in COSTS_BEHIND:
            among_costs = True
        if item is not None and item.code in COSTS_END:
            among_costs = False
        if row.kind in (RowKind.PER_SHARE, RowKind.SHARES) or n in totals:
            factors.append(1)
        elif item is not None and item.sign == -1:
            own = n >= supplement or (
                table.kind is StatementKind.INCOME_STATEMENT and item.section == "financing"
            )
            factors.append(-1 if (_mostly_positive([row]) if own else positive) else 1)
        elif item is None and among_costs and positive and table.kind is StatementKind.INCOME_STATEMENT:
            factors.append(-1)
        else:
            factors.append(1)
    return tuple(factors)


def _supplement(items: Sequence[Item | None]) -> int:
    """The first row below the closing cash, where a statement of cash flows repeats what was paid for
    interest and taxes. Nothing adds up there, so the signs of the flows do not hold."""
    last = max((n for n, item in enumerate(items) if item is not None and item.code in CLOSING), default=None)
    return len(items) if last is None else last + 1


def _mostly_positive(rows: Sequence[Row]) -> bool:
    figures = [cell.number for row in rows for cell in row.cells if cell is not None and cell.number]
    return sum(number > 0 for number in figures) * 2 > len(figures)


def _rule(item: Item | None, proven: bool) -> str:
    if proven:
        return SUBTOTAL
    return NATURAL if item is not None and item.sign != 0 else AS_PRINTED
