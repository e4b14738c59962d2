"""Lines that one report lacks and another proves to be missing there."""

from datetime import date
from decimal import Decimal

import pytest

from engine.compiling.anchoring import anchor_lines
from engine.compiling.dropped import DroppedLine, find_dropped_lines
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import RowKind
from tests.engine.compiling.made_reports import BS, Line, day, report

NEW, OLD, OLDER = day(date(2024, 12, 31)), day(date(2023, 12, 31)), day(date(2022, 12, 31))
CASH = Line("Cash", "bs.cash", (123, 117))
STOCK = Line("Inventories", "bs.inventories", (451, 433))
DUE = Line("Receivables", "bs.receivables", (389, 376))
TOTAL = Line("Total current assets", "bs.total_ca", (963, 926), RowKind.TOTAL)


def older(line: Line, figures: tuple[int, int]) -> Line:
    return Line(line.label, line.concept, figures, line.kind)


BEFORE = [older(CASH, (117, 99)), older(STOCK, (433, 401)), older(DUE, (376, 322)), older(TOTAL, (926, 822))]


def found(newer: list[Line], earlier: list[Line]) -> tuple[DroppedLine, ...]:
    vintages = [
        *report("2024", date(2025, 3, 1), (NEW, OLD), newer, statement=BS),
        *report("2023", date(2024, 3, 1), (OLD, OLDER), earlier, statement=BS),
    ]
    return find_dropped_lines(anchor_lines(vintages, load_taxonomy()), load_taxonomy())


def test_reports_that_are_whole_lack_nothing() -> None:
    assert found([CASH, STOCK, DUE, TOTAL], BEFORE) == ()


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_line_that_was_not_read_is_named_with_its_figure(place: int) -> None:
    (missing,) = found([CASH, STOCK, DUE, TOTAL], [line for n, line in enumerate(BEFORE) if n != place])
    line = BEFORE[place]
    assert (missing.document, missing.key, missing.label) == ("2023", line.concept, line.label)
    assert (missing.period, missing.value) == (OLD, Decimal(line.figures[0]) * 1_000_000)
    assert missing.proof.document == "2024"
    assert missing.explanation.startswith(f"The line “{line.label}” of 2023-12-31 is missing: another report")


def test_a_line_that_was_merged_into_another_is_not_missing() -> None:
    merged = [
        older(CASH, (117, 99)),
        Line("Receivables", "bs.receivables", (809, 723)),
        older(TOTAL, (926, 822)),
    ]
    assert found([CASH, STOCK, DUE, TOTAL], merged) == ()


def test_the_same_figure_by_another_name_is_not_missing() -> None:
    renamed = [
        older(CASH, (117, 99)),
        Line("Something of its own", None, (433, 401)),
        older(DUE, (376, 322)),
        older(TOTAL, (926, 822)),
    ]
    assert found([CASH, STOCK, DUE, TOTAL], renamed) == ()
