"""What a formula may say, and what is said of one that makes no sense."""

from decimal import Decimal

import pytest

from engine.ratios.expression import Call, Name, Number, Operation, names_in, parse


def test_products_bind_tighter_than_sums() -> None:
    assert parse("revenue - 2 * bs.cash?") == Operation(
        "-", Name("revenue"), Operation("*", Number(Decimal(2)), Name("bs.cash", optional=True))
    )


def test_operations_of_one_rank_go_from_left_to_right() -> None:
    assert parse("a - b - c") == Operation("-", Operation("-", Name("a"), Name("b")), Name("c"))
    assert parse("a / b * days()") == Operation("*", Operation("/", Name("a"), Name("b")), Call("days", None))


def test_a_leading_minus_is_a_subtraction_from_nothing() -> None:
    assert parse("- is.tax") == Operation("-", Number(Decimal(0)), Name("is.tax"))


def test_names_are_found_wherever_they_stand() -> None:
    assert list(names_in(parse("average(a + b) / previous(a)"))) == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("revenue /", "'revenue /' ends where a quantity should follow"),
        ("(revenue", "'(revenue' lacks a )"),
        ("revenue revenue", "'revenue revenue': 'revenue' makes no sense there"),
        ("median(revenue)", "'median(revenue)' uses median(), which is none of"),
        ("revenue ^ 2", "'revenue ^ 2': '^' is not part of a formula"),
        ("* revenue", "'* revenue': '*' makes no sense there"),
    ],
)
def test_nonsense_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert str(refused.value).startswith(said)
