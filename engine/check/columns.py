"""How the columns of a table depend on one another, as their figures show it.

Some issuers print one period in several columns that add up to the last of them (revenue, capital
and total), and some print a year once more in another currency. Neither is a further period: the
parts are no figures of the whole issuer, and the translation is only as exact as its source.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import median

from engine.kinds import RowKind
from engine.statement import Row, StatementTable

LEAST_ROWS = 3  # rows with figures from which an arithmetic between columns is no chance
SURE_ROWS = 5  # the largest figures, which tell the rate of a translation best
LEAST_SHARE = 0.9  # of them; a line of years or of shares among the amounts is no translation
HALF = Decimal("0.5")


def part_columns(table: StatementTable) -> frozenset[int]:
    """Columns that are parts of a total of the same period, unit and scope: in every row the total is
    their sum, and somewhere it is more than one of them."""
    return frozenset(
        part
        for group in _of_one_period(table)
        for total in group
        if _is_total_of(table, total, parts := [column for column in group if column != total])
        for part in parts
    )


def _of_one_period(table: StatementTable) -> Iterator[list[int]]:
    """Groups of three columns and more that say the same of themselves."""
    groups: dict[object, list[int]] = {}
    for number, column in enumerate(table.columns):
        if column.period is not None:
            groups.setdefault((column.period, column.unit, column.scope), []).append(number)
    yield from (group for group in groups.values() if len(group) >= 3)


def _is_total_of(table: StatementTable, total: int, parts: Sequence[int]) -> bool:
    rows = [row for row in _lines(table) if _number(row, total) is not None]
    if len(rows) < LEAST_ROWS or not all(_adds_up(row, total, parts) for row in rows):
        return False
    return all(any(_number(row, part) for row in rows) for part in parts)


def _adds_up(row: Row, total: int, parts: Sequence[int]) -> bool:
    numbers = [_number(row, part) or Decimal(0) for part in parts]
    decimals = max((cell.decimals for cell in row.cells if cell is not None), default=0)
    rounding = HALF.scaleb(-decimals) * (len(parts) + 1)
    return abs(sum(numbers, Decimal(0)) - (_number(row, total) or Decimal(0))) <= rounding


def column_roundings(table: StatementTable) -> tuple[Decimal, ...]:
    """Per column by how much, in its printed unit, a figure may be off beside its own last digit. It is
    nothing but for a column translated from one of coarser figures: a year in millions of one currency,
    printed once more in thousands of another, keeps the rounding of the millions."""
    nothing = Decimal(0)
    if len({column.unit.currency for column in table.columns} - {None}) < 2:
        return (nothing,) * len(table.columns)
    return tuple(
        max((_lent_rounding(table, number, source) for source in _sources(table, number)), default=nothing)
        for number in range(len(table.columns))
    )


def _sources(table: StatementTable, number: int) -> Iterator[int]:
    """Columns of the same period in another currency."""
    own = table.columns[number]
    for other, column in enumerate(table.columns):
        currencies = {own.unit.currency, column.unit.currency}
        if column.period == own.period and len(currencies) == 2 and None not in currencies:
            yield other


def _lent_rounding(table: StatementTable, number: int, source: int) -> Decimal:
    """Half of the source's last digit at the rate of the translation; nothing where the columns are no
    translations of one another or the source is the finer one."""
    pairs = [
        (own, lent)
        for row in _lines(table)
        if (own := _number(row, number)) and (lent := _number(row, source))
    ]
    if len(pairs) < LEAST_ROWS:
        return Decimal(0)
    largest = sorted(pairs, key=lambda pair: -abs(pair[1]))[:SURE_ROWS]
    rate = median(abs(own / lent) for own, lent in largest)
    step, own_step = rate * _last_digit(table, source), _last_digit(table, number)
    fitting = sum(abs(own - lent * rate) <= step + own_step for own, lent in pairs)
    is_translation = fitting >= LEAST_SHARE * len(pairs)
    return HALF * step if is_translation and step > own_step else Decimal(0)


def _last_digit(table: StatementTable, number: int) -> Decimal:
    decimals = max((cell.decimals for row in _lines(table) if (cell := row.cells[number])), default=0)
    return Decimal(1).scaleb(-decimals)


def _lines(table: StatementTable) -> list[Row]:
    """The rows with amounts of money."""
    return [row for row in table.rows if row.kind not in (RowKind.HEADING, RowKind.PER_SHARE, RowKind.SHARES)]


def _number(row: Row, column: int) -> Decimal | None:
    cell = row.cells[column]
    return None if cell is None else cell.number
