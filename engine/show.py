"""A reading as text for a terminal."""

from engine.kinds import CellState, CheckOutcome, RowKind
from engine.statement import Cell, Reading, StatementReading, StatementTable, Survey

LABEL_WIDTH = 62
CELL_WIDTH = 14


def show_reading(reading: Reading) -> str:
    """Every statement as an aligned table, then what is missing and the warnings."""
    blocks = [show_statement(statement) for statement in reading.statements]
    for missing in reading.abstentions:
        lines = [f"{_name(missing.kind.value)}: {missing.reason} [{missing.code}]"]
        lines += [f"    page {r.pages[0]} scored {r.score:g}: {r.reason}" for r in missing.runners_up[:3]]
        blocks.append("\n".join(lines))
    blocks += [f"Warning: {warning}" for warning in reading.warnings]
    return "\n\n".join(blocks)


def show_statement(statement: StatementReading) -> str:
    """One statement: title, page and unit, then its lines with years as columns."""
    table = statement.table
    pages = ", ".join(map(str, table.pages))
    lines = [
        f"{_name(table.kind.value).upper()}  ({table.scope.value}, page {pages}, {unit_text(table)})",
        " " * LABEL_WIDTH + "".join(f"{_heading(table, n):>{CELL_WIDTH}}" for n in range(len(table.columns))),
    ]
    for row in table.rows:
        label = "  " * min(row.level, 6) + row.label
        if len(label) >= LABEL_WIDTH:
            label = label[: LABEL_WIDTH - 2] + "…"
        cells = "" if row.kind is RowKind.HEADING else "".join(f"{_cell(c):>{CELL_WIDTH}}" for c in row.cells)
        lines.append(f"{label:<{LABEL_WIDTH}}{cells}".rstrip())
    lines.append(_verdict(statement))
    return "\n".join(lines)


def unit_text(table: StatementTable) -> str:
    """The unit in words: "USD, millions"; what is unknown is said to be unknown."""
    scales = {1: "whole units", 1_000: "thousands", 1_000_000: "millions", 1_000_000_000: "billions"}
    scale = (
        "unit unknown"
        if table.unit.scale is None
        else scales.get(table.unit.scale, f"× {table.unit.scale:,}")
    )
    return f"{table.unit.currency or 'currency unknown'}, {scale}"


def show_survey(survey: Survey) -> str:
    """What the file is, one fact per line."""
    facts = {
        "sha256": survey.sha256,
        "size": f"{survey.size:,} bytes",
        "pages": survey.pages,
        "encrypted": "yes" if survey.encrypted else "no",
        "copying forbidden": "yes" if survey.copying_forbidden else "no",
        "pages with text": f"{survey.text_share:.0%}",
        "producer": survey.producer or "-",
        "title": survey.title or "-",
    }
    return "\n".join(f"{name:18}{value}" for name, value in facts.items())


def _name(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _heading(table: StatementTable, n: int) -> str:
    period = table.columns[n].period
    text = period.end.isoformat() if period else table.columns[n].heading[-CELL_WIDTH + 2 :] or "?"
    return text + (" R" if table.columns[n].restated else "")


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.state is CellState.NIL:
        return "–"
    return f"{cell.number:,}" if cell.number is not None else cell.text


def _verdict(statement: StatementReading) -> str:
    held = sum(check.outcome is CheckOutcome.HOLDS for check in statement.checks)
    failed = [check for check in statement.checks if check.outcome is CheckOutcome.FAILS]
    text = f"Checks: {held} hold"
    if failed:
        text += f", {len(failed)} fail: " + "; ".join(dict.fromkeys(check.explanation for check in failed))
    return text
