"""A workbook that was exported, changed by a person and brought back: what its cells say now.

Every exported cell has one line on a hidden sheet, with what it was and a formula that points at it.
Spreadsheet programs keep that formula pointing at the cell when rows are put in or moved, so the
formula says where the cell stands today. Nothing is calculated here and no stored result of a formula
is believed: what counts is what the cell itself contains.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from engine.errors import Unreadable

SHEET = "Cells"
COLUMNS = (
    "sheet", "row", "period_kind", "period_start", "period_end", "content", "exported", "now", "factor",
    "fact", "statement", "version", "content_hash",
)  # fmt: skip
MOST_CELLS = 20_000
_TEXT = 300  # of a label or a text that was typed into a cell; more is never needed
_POINTS_AT = re.compile(r"\A=IF\(ISBLANK\(\$?'?(.+?)'?!\$?([A-Z]{1,3})\$?([0-9]{1,7})\)", re.DOTALL)


class Found(StrEnum):
    """What stands in a cell today."""

    NUMBER = "number"
    FORMULA = "formula"
    TEXT = "text"
    BLANK = "blank"
    GONE = "gone"  # its row, column or sheet was deleted


@dataclass(frozen=True, slots=True)
class EditedCell:
    """One exported cell with what it was and what stands there now. `exported` and `number` are in the
    unit of its sheet (`factor` base units); `place` is where it stands today, such as B7."""

    sheet: str
    row: str
    period_kind: str
    period_start: str
    period_end: str
    content: str
    exported: Decimal | None
    factor: int
    fact: int | None
    statement: int | None
    version: int | None
    content_hash: str
    found: Found
    number: Decimal | None
    text: str
    place: str

    def to_json(self) -> list[Any]:
        """Plain values; decimals as strings."""
        return [
            self.sheet, self.row, self.period_kind, self.period_start, self.period_end, self.content,
            None if self.exported is None else str(self.exported), self.factor, self.fact, self.statement,
            self.version, self.content_hash, self.found.value,
            None if self.number is None else str(self.number), self.text, self.place,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "EditedCell":
        """The inverse of `to_json`."""
        *first, exported, factor, fact, statement, version, digest, found, number, text, place = values
        sheet, row, kind, start, end, content = first
        return cls(
            sheet, row, kind, start, end, content, None if exported is None else Decimal(exported), factor,
            fact, statement, version, digest, Found(found), None if number is None else Decimal(number),
            text, place,
        )  # fmt: skip


def read_workbook(data: bytes) -> tuple[EditedCell, ...]:
    """Every cell that was exported, in the order of the hidden sheet.

    Raises Unreadable: not_a_workbook for what does not open, foreign_workbook for one that was not exported
    from here, changed_structure where the hidden sheet is not as it was.
    """
    # Imported here because only a workbook that comes back needs it, and it is slow to load.
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError) as error:
        raise Unreadable(
            "This is no Excel workbook (.xlsx), or it is damaged. Save it as .xlsx and upload it again.",
            code="not_a_workbook",
        ) from error
    if SHEET not in book.sheetnames:
        raise Unreadable(
            "This workbook was not exported from here: its hidden sheet Cells is not there. Export a fresh"
            " one and make the changes in it.",
            code="foreign_workbook",
        )
    lines = book[SHEET].iter_rows(values_only=True)
    heading = tuple(next(lines, ()))[: len(COLUMNS)]
    if heading != COLUMNS:
        raise Unreadable(
            "The hidden sheet Cells is not as it was exported. Export a fresh workbook and make the changes"
            " in it.",
            code="changed_structure",
        )
    found: list[EditedCell] = []
    for line in lines:
        if all(value is None for value in line):
            continue
        if len(found) >= MOST_CELLS:
            raise Unreadable("The workbook has more cells than any export has.", code="changed_structure")
        found.append(_cell(book, line))
    return tuple(found)


def _cell(book: Any, line: Sequence[Any]) -> EditedCell:
    values = [*line, *[None] * (len(COLUMNS) - len(line))]
    try:
        place, content = _content(book, values[7])
        kind, number, text = content
        return EditedCell(
            sheet=_words(values[0]),
            row=_words(values[1]),
            period_kind=_words(values[2]),
            period_start=_words(values[3]),
            period_end=_words(values[4]),
            content=_words(values[5]),
            exported=None if values[6] is None else Decimal(str(values[6])),
            factor=int(values[8]),
            fact=None if values[9] is None else int(values[9]),
            statement=None if values[10] is None else int(values[10]),
            version=None if values[11] is None else int(values[11]),
            content_hash=_words(values[12]),
            found=kind,
            number=number,
            text=text,
            place=place,
        )
    except (TypeError, ValueError, InvalidOperation, OverflowError) as error:
        raise Unreadable(
            "The hidden sheet Cells is not as it was exported. Export a fresh workbook and make the changes"
            " in it.",
            code="changed_structure",
        ) from error


def _content(book: Any, pointer: Any) -> tuple[str, tuple[Found, Decimal | None, str]]:
    """Where a cell stands, and what it contains."""
    match = _POINTS_AT.match(pointer) if isinstance(pointer, str) else None
    sheet = match[1].replace("''", "'") if match else ""
    if match is None or sheet not in book.sheetnames:
        return "", (Found.GONE, None, "")
    place = f"{match[2]}{match[3]}"
    cell = book[sheet][place]
    value = cell.value
    # The library fills an empty cell that has a link with the address of the link.
    if value is None or value == "" or (cell.hyperlink is not None and value == cell.hyperlink.target):
        return place, (Found.BLANK, None, "")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        is_formula = not isinstance(value, str) or value.startswith("=")
        return place, (Found.FORMULA if is_formula else Found.TEXT, None, _words(value))
    number = Decimal(str(value))
    if not number.is_finite():
        return place, (Found.TEXT, None, str(value))
    return place, (Found.NUMBER, number, str(value))


def _words(value: Any) -> str:
    return "" if value is None else str(value)[:_TEXT]
