"""From the printed unit to whole currency units and whole shares, with contribution sign."""

from dataclasses import dataclass
from decimal import Decimal

from engine.kinds import RowKind
from engine.statement import Cell, Column, Row, RowSign, StatementTable
from engine.values import Unit


@dataclass(frozen=True, slots=True)
class BaseValue:
    """A figure in base units. `decimals` counts digits after the decimal mark of base units: a
    figure in millions without a fraction has -6, a figure in cents 2."""

    value: Decimal
    decimals: int
    currency: str | None


def unit_of(table: StatementTable, row: Row, column: Column) -> Unit:
    """The unit in force in one cell: the row's own, else the column's, else the table's."""
    for unit in (row.unit, column.unit):
        if unit is not None and unit.scale is not None:
            return Unit(unit.currency or table.unit.currency, unit.scale, unit.minor_units)
    return table.unit


def base_value(
    table: StatementTable, row: Row, column: Column, cell: Cell, sign: RowSign
) -> BaseValue | None:
    """The figure of one cell in base units, None where it has no number or its scale is unknown:
    a scale is never guessed."""
    unit = unit_of(table, row, column)
    if cell.number is None or unit.scale is None:
        return None
    shift = len(str(unit.scale)) - len(str(unit.minor_units))
    value = cell.number * unit.scale / unit.minor_units * sign.factor
    currency = None if row.kind is RowKind.SHARES else unit.currency
    # Nothing has no sign: a printed dash times -1 would else be shown as -0.
    return BaseValue(value or Decimal(0), cell.decimals - shift, currency)
