"""One price for each day out of what several sources said at several times."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from engine.prices import ActionKind
from market.models import CorporateAction, PriceBar
from market.series import adjusted_series, bars_of
from tests.market.made import a_bar, a_provider, an_instrument

pytestmark = pytest.mark.django_db
D = Decimal
DAY = date(2024, 6, 3)
NEXT = date(2024, 6, 4)


def test_the_source_that_comes_first_gives_the_price_and_the_other_fills_its_days(
    django_assert_num_queries,
) -> None:
    share, first, second = an_instrument(), a_provider("first", priority=1), a_provider("second", priority=2)
    a_bar(share, second, DAY, "20")
    a_bar(share, first, DAY, "10")
    a_bar(share, second, NEXT, "21")
    with django_assert_num_queries(1):
        assert [(bar.day, bar.close) for bar in bars_of(share)] == [(DAY, D(10)), (NEXT, D(21))]


def test_a_correction_counts_from_when_it_was_known() -> None:
    share, source = an_instrument(), a_provider()
    june, july = datetime(2024, 6, 3, 22, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC)
    a_bar(share, source, DAY, "10", is_current=False, fetched_at=june)
    a_bar(share, source, DAY, "11", revision=2, fetched_at=july)
    assert [bar.close for bar in bars_of(share)] == [D(11)]
    assert [bar.close for bar in bars_of(share, known_at=june)] == [D(10)]
    assert bars_of(share, known_at=datetime(2024, 6, 1, tzinfo=UTC)) == []


def test_a_price_of_a_session_that_goes_on_is_left_out_unless_asked_for() -> None:
    share, source = an_instrument(), a_provider()
    a_bar(share, source, DAY, "10", is_final=False)
    assert bars_of(share) == []
    assert [bar.close for bar in bars_of(share, final_only=False)] == [D(10)]


def test_the_series_is_adjusted_by_what_has_happened_in_it_alone() -> None:
    share, source = an_instrument(), a_provider()
    for day, close in ((DAY, "100"), (NEXT, "49"), (date(2024, 6, 5), "50")):
        a_bar(share, source, day, close)
    for kind, day, value in (
        (ActionKind.SPLIT, NEXT, "2"),
        (ActionKind.DIVIDEND, date(2024, 6, 5), "7"),
        (ActionKind.SPLIT, date(2024, 6, 20), "4"),
    ):
        CorporateAction.objects.create(instrument=share, kind=kind, ex_date=day, value=D(value))
    assert [bar.close for bar in adjusted_series(share)] == [D("300") / 7, D(42), D(50)]
    assert [bar.close for bar in adjusted_series(share, last=NEXT)] == [D(50), D(49)]
    assert [bar.close for bar in adjusted_series(share, with_dividends=False)] == [D(50), D(49), D(50)]
    stored = PriceBar.objects.filter(instrument=share).order_by("day").values_list("close", flat=True)
    assert list(stored) == [D(100), D(49), D(50)]


def test_nothing_stored_gives_an_empty_series() -> None:
    assert adjusted_series(an_instrument()) == ()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"close": "0"}, "bar_close_above_zero"),
        ({"close": "-1"}, "bar_close_above_zero"),
        ({"close": "10", "low": D(11)}, "bar_between_low_and_high"),
        ({"close": "10", "high": D(9)}, "bar_between_low_and_high"),
        ({"close": "10", "volume": D(-1)}, "bar_volume_not_negative"),
        ({"close": "10", "splits_until": date(2024, 6, 2)}, "bar_has_its_own_split"),
    ],
)
def test_the_database_refuses_prices_that_cannot_be(fields: dict, constraint: str) -> None:
    share, source = an_instrument(), a_provider()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        a_bar(share, source, DAY, **fields)
    assert not PriceBar.objects.exists()


def test_only_one_revision_of_a_source_is_current() -> None:
    share, source = an_instrument(), a_provider()
    a_bar(share, source, DAY, "10")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_bar(share, source, DAY, "11", revision=2)
    assert PriceBar.objects.get().close == D(10)
