"""Prices adjusted for splits and dividends, with figures worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from engine.errors import Inconsistent
from engine.prices import Action, ActionKind, PriceBar, adjusted

D = Decimal


def bar(day: int, close: str, splits_until: date = date.min, volume: str | None = None) -> PriceBar:
    return PriceBar(
        date(2024, 6, day),
        D(close),
        volume=None if volume is None else D(volume),
        splits_until=splits_until,
    )


def split(day: int, ratio: str) -> Action:
    return Action(ActionKind.SPLIT, date(2024, 6, day), D(ratio))


def dividend(day: int, amount: str) -> Action:
    return Action(ActionKind.DIVIDEND, date(2024, 6, day), D(amount))


def closes(*given: object, **options: bool) -> list[D]:
    bars = [one for one in given if isinstance(one, PriceBar)]
    actions = [one for one in given if isinstance(one, Action)]
    return [one.close for one in adjusted(bars, actions, **options)]


def test_without_actions_prices_stay_as_they_are_in_the_order_of_days() -> None:
    assert closes(bar(4, "11"), bar(3, "10")) == [D(10), D(11)]


def test_a_split_divides_what_was_before_it_and_multiplies_the_shares_traded() -> None:
    before, after = adjusted([bar(3, "1000", volume="50"), bar(10, "101", volume="600")], [split(10, "10")])
    assert (before.close, before.volume, before.factor, before.traded_close) == (
        D(100),
        D(500),
        D("0.1"),
        D(1000),
    )
    assert (after.close, after.volume, after.factor) == (D(101), D(600), D(1))


def test_ten_shares_made_one_multiply_what_was_before() -> None:
    assert closes(bar(3, "2"), bar(10, "21"), split(10, "0.1")) == [D(20), D(21)]


def test_a_dividend_is_taken_off_the_price_before_it() -> None:
    assert closes(bar(3, "100"), bar(4, "98"), dividend(4, "4")) == [D(96), D(98)]


def test_dividends_can_be_left_in() -> None:
    assert closes(bar(3, "100"), bar(4, "98"), dividend(4, "4"), split(4, "2"), with_dividends=False) == [
        D(50),
        D(98),
    ]


def test_a_dividend_on_a_weekend_is_taken_from_the_last_close_before_it() -> None:
    assert closes(bar(7, "50"), bar(10, "49"), dividend(9, "1")) == [D(49), D(49)]


def test_a_dividend_before_a_split_is_of_the_old_shares() -> None:
    # 5 of 100 leave 95 %, and the split halves what is left.
    assert closes(bar(3, "100"), bar(4, "95"), bar(5, "48"), dividend(4, "5"), split(5, "2")) == [
        D("47.5"),
        D("47.5"),
        D(48),
    ]


def test_a_dividend_on_the_day_of_a_split_is_of_the_new_shares() -> None:
    assert closes(bar(3, "100"), bar(4, "48"), dividend(4, "2"), split(4, "2")) == [D(48), D(48)]


def test_a_split_that_a_source_has_in_its_prices_is_not_taken_out_again() -> None:
    asked = date(2024, 6, 12)
    from_a_source_that_divides = bar(3, "50", splits_until=asked)
    as_traded = bar(4, "102")
    assert closes(from_a_source_that_divides, as_traded, bar(10, "52"), split(10, "2")) == [
        D(50),
        D(51),
        D(52),
    ]


def test_a_dividend_before_a_split_that_is_in_the_prices_is_set_against_the_price_of_its_time() -> None:
    asked = date(2024, 6, 12)
    given = [bar(3, "50", asked), bar(4, "47.5", asked), bar(5, "48", asked)]
    assert closes(*given, dividend(4, "5"), split(5, "2")) == [D("47.5"), D("47.5"), D(48)]


def test_two_dividends_multiply() -> None:
    assert closes(bar(3, "100"), bar(4, "90"), bar(5, "81"), dividend(4, "10"), dividend(5, "9")) == [
        D(81),
        D(81),
        D(81),
    ]


def test_an_action_before_the_first_price_changes_nothing() -> None:
    assert closes(bar(5, "10"), dividend(5, "1"), split(4, "2")) == [D(10)]


def test_open_high_and_low_are_adjusted_with_the_close_and_none_stays_none() -> None:
    given = PriceBar(date(2024, 6, 3), D(10), open=D(8), high=D(12))
    one = adjusted([given, bar(4, "5")], [split(4, "2")])[0]
    assert (one.open, one.high, one.low, one.volume) == (D(4), D(6), None, None)


def test_a_dividend_larger_than_the_price_is_refused_with_its_figures() -> None:
    with pytest.raises(Inconsistent, match=r"dividend of 150 on 2024-06-04 is no less than the price of 100"):
        closes(bar(3, "100"), bar(4, "98"), dividend(4, "150"))


def test_two_prices_of_one_day_are_refused() -> None:
    with pytest.raises(Inconsistent, match="Two prices are of one day"):
        closes(bar(3, "100"), bar(3, "98"))
