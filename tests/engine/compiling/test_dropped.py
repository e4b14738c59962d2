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


def test_two_lines_that_another_report_prints_as_one_are_not_missing() -> None:
    parted = [
        older(CASH, (117, 99)),
        Line("Raw materials", None, (233, 201)),
        Line("Finished goods", None, (200, 200)),
        older(DUE, (376, 322)),
        older(TOTAL, (926, 822)),
    ]
    assert found([CASH, STOCK, DUE, TOTAL], parted) == ()


def test_a_total_on_the_way_that_another_report_does_not_print_is_not_missing() -> None:
    quick = Line("Cash and receivables", None, (512, 493), RowKind.SUBTOTAL)
    assert found([CASH, DUE, quick, STOCK, TOTAL], BEFORE) == ()


def test_the_total_of_a_sheet_is_missing_though_another_line_has_its_figure() -> None:
    now = [
        Line("Total assets", "bs.total_assets", (963, 926), RowKind.TOTAL),
        Line("Total liabilities", "bs.total_liab", (451, 433), RowKind.TOTAL),
        Line("Total equity", "bs.total_equity", (512, 493), RowKind.TOTAL),
        Line("Total liabilities and equity", "bs.total_el", (963, 926), RowKind.TOTAL),
    ]
    before = [Line(one.label, one.concept, (one.figures[1], 800), one.kind) for one in now[:3]]
    (missing,) = found(now, before)
    assert (missing.document, missing.key, missing.value) == ("2023", "bs.total_el", Decimal(926_000_000))
