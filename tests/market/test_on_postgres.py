"""What several workers do at the same moment with prices, sources and models, on PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.models import TrainedModel
from market.breaker import may_ask
from market.collect import clock_of, take_in
from market.models import BreakerState, PriceBar, PriceFinding, ProviderState
from market.providers.base import Answer, GivenBar
from tests.analysis.training.made import BETTER, SLOT, a_challenge, a_model
from tests.market.made import a_provider, an_instrument
from tests.simultaneous import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

EVENING = datetime(2024, 6, 6, 22, tzinfo=UTC)
JUNE = (date(2024, 6, 3), date(2024, 6, 5), date(2024, 6, 6))


def answer(*closes: str) -> Answer:
    return Answer(tuple(GivenBar(day, Decimal(close)) for day, close in zip(JUNE, closes, strict=True)))


def test_the_same_answer_from_four_workers_is_stored_once(postgres: object) -> None:
    share, source = an_instrument(), a_provider()
    clock = clock_of(share, EVENING)
    results = at_once([lambda: take_in(share, source, answer("10", "11", "12"), clock)] * 4)
    assert sorted(result.new for result in results) == [0, 0, 0, 3]
    assert PriceBar.objects.count() == 3
    assert list(PriceFinding.objects.values_list("kind", "day")) == [("gap", date(2024, 6, 4))]


def test_two_corrections_at_once_leave_one_current_price(postgres: object) -> None:
    share, source = an_instrument(), a_provider()
    clock = clock_of(share, EVENING)
    take_in(share, source, answer("10", "11", "12"), clock)

    def corrected(close: str) -> None:
        take_in(share, source, answer("10", close, "12"), clock)

    at_once([lambda: corrected("9"), lambda: corrected("8")])
    bars = PriceBar.objects.filter(day=date(2024, 6, 5))
    assert sorted(bars.values_list("revision", "is_current")) == [(1, False), (2, False), (3, True)]
    assert {bar.close for bar in bars} == {Decimal(11), Decimal(9), Decimal(8)}


def test_of_eight_workers_one_tries_a_source_whose_pause_is_over(postgres: object) -> None:
    source = a_provider()
    past = EVENING - timedelta(minutes=1)
    ProviderState.objects.create(provider=source, breaker=BreakerState.OPEN, failures=3, retry_at=past)
    assert sorted(at_once([lambda: may_ask(source, EVENING)] * 8)) == [False] * 7 + [True]


def test_a_model_follows_another_on_this_database_too(postgres: object, files: Path) -> None:
    first = a_model()
    second = a_model(against_champion=BETTER, champion=first)
    assert SLOT.champion() == second
    assert a_challenge().decision.promote
    stages = TrainedModel.objects.order_by("version").values_list("version", "stage")
    assert list(stages) == [(1, "archived"), (2, "champion")]
