"""“52 Weeks Ended” printed once over three columns left the newest year without a length."""

from datetime import date

from engine.kinds import PeriodKind
from engine.reading import read
from engine.values import Period
from tests.engine.makepdf import balance, income, report

WORDS = (
    ("Revenue", "", "1,000.0", "900.0", "800.0"),
    ("Cost of sales", "", "(600.0)", "(550.0)", "(500.0)"),
    ("Gross profit", "", "400.0", "350.0", "300.0"),
    ("Operating expenses", "", "(100.0)", "(90.0)", "(80.0)"),
    ("Operating profit", "", "300.0", "260.0", "220.0"),
    ("Finance costs", "", "(20.0)", "(20.0)", "(20.0)"),
    ("Profit before tax", "", "280.0", "240.0", "200.0"),
    ("Income tax", "", "(80.0)", "(70.0)", "(60.0)"),
    ("Profit for the year", "", "200.0", "170.0", "140.0"),
)


def test_columns_a_year_apart_share_the_length() -> None:
    sheet = income(
        lines=("(amounts in millions of euros)",),
        heads=(
            ("", "52 Weeks Ended", ""),
            ("August 28,", "August 29,", "August 30,"),
            ("2022", "2021", "2020"),
        ),
        rows=WORDS,
        rights=(360.0, 450.0, 540.0),
        note_at=None,
    )
    found = read(report([sheet, balance()]))
    table = next(s.table for s in found.statements if s.table.kind == "income_statement")
    assert [column.period for column in table.columns] == [
        Period(PeriodKind.DURATION, date(2021, 8, 30), date(2022, 8, 28)),
        Period(PeriodKind.DURATION, date(2020, 8, 31), date(2021, 8, 29)),
        # Its older neighbour is not printed: 52 weeks and 53 look alike.
        Period(PeriodKind.DURATION, None, date(2020, 8, 30)),
    ]
