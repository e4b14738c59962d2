"""A gain of 1.9 stood behind income of 1.9 and costs of 3.9, within rounding the negative of their
sum, and was taken for their total with its sign turned."""

from datetime import date

from engine.concepts.mapping import map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import StatementKind
from tests.engine.made_tables import table


def test_a_share_of_results_keeps_its_sign() -> None:
    statement = table(
        StatementKind.INCOME_STATEMENT,
        [
            ("=Operating profit", "81.4", "81.3"),
            ("Finance income", "1.9", "2.0"),
            ("Finance costs", "(3.9)", "(3.6)"),
            ("Share of results of joint venture", "1.9", "1.5"),
            ("=Profit before tax", "81.3", "81.2"),
        ],
        ends=(date(2024, 6, 30), date(2023, 6, 30)),
    )
    taxonomy = load_taxonomy()
    signs = resolve_signs(statement, map_rows(statement, taxonomy), taxonomy)
    assert [sign.factor for sign in signs] == [1, 1, 1, 1, 1]
    assert signs[3].rule == "subtotal"
