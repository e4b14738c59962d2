"""The statements of a company as an Excel workbook that is alive: formulas, checks, notes and links."""

import io
from datetime import UTC, datetime, time

from xlsxwriter import Workbook

from extraction.exports.content import STATEMENT_NAMES, Export
from extraction.exports.safe_text import plain
from extraction.exports.workbook.layout import Layout, view_words
from extraction.exports.workbook.list_sheets import (
    ABOUT,
    CELLS,
    GAPS,
    RESTATEMENTS,
    SOURCES,
    write_about,
    write_cells,
    write_gaps,
    write_restatements,
    write_sources,
)  # fmt: skip
from extraction.exports.workbook.statement_sheet import StatementSheet
from extraction.exports.workbook.styles import GREEN, RULE, Styles

# A workbook says when it was made. Where no compile is kept to take the time from, it is this one,
# so that equal content gives equal bytes.
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def to_workbook(export: Export) -> bytes:
    """A workbook with one sheet per statement and the sheets About, Restatements, Gaps and Sources.

    Amounts are in each table's unit with contribution sign. The same compiled versions give the same
    bytes. Texts from documents are texts to every spreadsheet program.
    """
    output = io.BytesIO()
    # Links and formulas are written by us alone; a text is never turned into either.
    book = Workbook(
        output,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "max_url_length": 2079,
        },
    )
    _describe(book, export)
    styles = Styles(book)
    about = book.add_worksheet(ABOUT)
    layouts = {table.statement: Layout(table) for table in export.tables}
    statements = [
        StatementSheet(book.add_worksheet(STATEMENT_NAMES[statement]), styles, statement, layouts, export)
        for statement in layouts
    ]
    lists = {name: book.add_worksheet(name) for name in (RESTATEMENTS, GAPS, SOURCES, CELLS)}
    for statement in statements:
        statement.write()
        statement.sheet.set_tab_color(GREEN)
    write_restatements(lists[RESTATEMENTS], styles, export)
    write_gaps(lists[GAPS], styles, export)
    write_sources(lists[SOURCES], styles, export)
    cells = write_cells(book, lists[CELLS], statements)
    write_about(about, styles, export, statements, cells)
    for sheet in (about, *lists.values()):
        sheet.set_tab_color(RULE)
    # The first statement is what people want to see first.
    statements[0].sheet.activate()
    book.close()
    return output.getvalue()


def _describe(book: Workbook, export: Export) -> None:
    first = export.tables[0]
    times = [table.compilation.compiled_at for table in export.tables]
    known = [moment for moment in times if moment is not None]
    as_of = datetime.combine(first.as_of, time(), UTC) if first.as_of else NO_TIME
    book.set_properties(
        {
            "title": plain(f"{export.company.name}: financial statements"),
            "subject": view_words(first),
            "author": "Tenfold",
            "created": max(known, default=as_of).astimezone(UTC).replace(microsecond=0, tzinfo=None),
        }
    )
