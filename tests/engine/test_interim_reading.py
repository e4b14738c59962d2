"""Reports of quarters and halves, as PDFs: which period each column reports."""

from datetime import date

import pytest

from engine.kinds import StatementKind
from engine.reading import read
from tests.engine.makepdf import INCOME, PROSE, balance, cash_flow, income, report

UNITS = ("€m",) * 4
QUARTER, HALF = (date(2024, 4, 1), date(2024, 6, 30)), (date(2024, 1, 1), date(2024, 6, 30))
QUARTER_23, HALF_23 = (date(2023, 4, 1), date(2023, 6, 30)), (date(2023, 1, 1), date(2023, 6, 30))


@pytest.mark.parametrize(
    ("heads", "extra"),
    [
        ((("Q2 2024", "Q2 2023", "H1 2024", "H1 2023"), UNITS), []),
        (
            (("Apr–Jun", "Apr–Jun", "Jan–Jun", "Jan–Jun"), ("2024", "2023") * 2, UNITS),
            [],
        ),
        ((("2Q24", "2Q23", "1H24", "1H23"), ("2024", "2023", "2024", "2023"), UNITS), []),
        (
            (("3 months to", "3 months to", "6 months to", "6 months to"), ("2024", "2023") * 2, UNITS),
            [],
        ),
        (
            (("",) * 4, ("2024", "2023") * 2, UNITS),
            [(318.0, 741.0, "Three months"), (440.0, 741.0, "Six months")],
        ),
    ],
    ids=["letters", "spans", "digits_first", "each_column", "one_over_two"],
)
def test_a_quarter_beside_its_half_year(heads, extra):
    four = tuple(row if len(row) == 1 else (row[0], row[1], *row[2:], *row[2:]) for row in INCOME)
    interim = income(
        title="Condensed consolidated interim income statement",
        lines=("for the three and six months ended 30 June 2024",),
        heads=heads,
        rows=four,
        rights=(355.0, 415.0, 480.0, 540.0),
        note_at=None,
        extra=extra,
    )
    at_june = balance(lines=("as at 30 June 2024",), heads=(("30 June 2024", "31 December 2023"), UNITS[:2]))
    flows = cash_flow(lines=("for the six months ended 30 June 2024",), heads=(("2024", "2023"), UNITS[:2]))
    reading = read(report([PROSE, interim, at_june, flows], title="Half-year report 2024"))
    periods = {
        s.table.kind: [(c.period.start, c.period.end) for c in s.table.columns if c.period]
        for s in reading.statements
    }
    assert periods == {
        StatementKind.INCOME_STATEMENT: [QUARTER, QUARTER_23, HALF, HALF_23],
        StatementKind.BALANCE_SHEET: [(None, date(2024, 6, 30)), (None, date(2023, 12, 31))],
        StatementKind.CASH_FLOW_STATEMENT: [HALF, HALF_23],
    }
