"""First digits, telling ratios, peers, prices and systems."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from engine.anomaly.filing import assessments, first_digits, signals
from engine.anomaly.peers import PeerRow, beside_peers, unlike_peers
from engine.anomaly.prices import PriceWindow, detect_patterns
from engine.anomaly.systemic import systemic_risk
from engine.errors import BadInput, NotEnoughData
from engine.kinds import MarketPattern, RatioStatus
from engine.ratios.calculate import RatioValue

END = date(2023, 12, 31)


def test_powers_of_two_follow_benford_and_counted_numbers_do_not() -> None:
    powers = first_digits(Decimal(2) ** n for n in range(200))
    assert powers.counts[0] == 60
    assert powers.conforms
    counted = first_digits(Decimal(n) for n in range(500, 700))
    assert counted.counts == (0, 0, 0, 0, 100, 100, 0, 0, 0)
    assert not counted.conforms


def test_few_figures_have_no_first_digits_to_speak_of() -> None:
    with pytest.raises(NotEnoughData, match="99 figures are too few"):
        first_digits([Decimal(n) for n in range(1, 100)])


def test_a_ratio_beyond_its_limit_is_a_signal() -> None:
    values = [
        RatioValue("beneish_m", END, RatioStatus.VALUE, Decimal("-1.5"), (), ""),
        RatioValue("cash_conversion", END, RatioStatus.VALUE, Decimal("0.9"), (), ""),
        RatioValue("current_ratio", END, RatioStatus.UNAVAILABLE, None, (), "Not there."),
    ]
    (found,) = signals(values)
    assert found.explanation == (
        "Beneish M-score of 2023-12-31 is -1.50, above -1.78: the pattern resembles companies that had"
        " embellished their earnings."
    )
    below = assessments(values)[1]
    assert (below.ratio, below.is_beyond, below.explanation) == (
        "cash_conversion", False, "Cash conversion of 2023-12-31 is 0.90, not below 0.5.",
    )  # fmt: skip


def test_a_company_unlike_its_peers_is_told_with_what_sets_it_apart() -> None:
    rng = np.random.default_rng(0)
    rows = [
        PeerRow(f"ordinary {n}", {"net_margin": rng.normal(0.1, 0.02), "debt_to_equity": rng.normal(1, 0.2)})
        for n in range(40)
    ]
    found = unlike_peers([*rows, PeerRow("strange", {"net_margin": -0.6, "debt_to_equity": 9.0})])
    assert found[0].key == "strange"
    assert {code for code, _ in found[0].telling} == {"net_margin", "debt_to_equity"}
    with pytest.raises(NotEnoughData, match="29 company-years"):
        unlike_peers(rows[:29])


def test_a_value_beside_its_peers() -> None:
    # Median 3, median absolute deviation 1.
    assert beside_peers(10, [1, 2, 3, 4, 5]) == pytest.approx(7 / 1.4826)
    with pytest.raises(NotEnoughData, match="4 peers are too few"):
        beside_peers(1, [1, 2, 3, 4])


def window(returns: np.ndarray, **more: object) -> PriceWindow:
    days = [date(2023, 1, 2) + timedelta(days=n) for n in range(len(returns))]
    return PriceWindow(days, (100 * np.exp(np.cumsum(returns))).tolist(), **more)  # type: ignore[arg-type]


def test_quiet_prices_hold_no_volatility_regime_and_no_discord() -> None:
    returns = np.random.default_rng(8).normal(0, 0.01, 252)
    assert {f.pattern for f in detect_patterns(window(returns))} <= {MarketPattern.CHANGE_POINT}


def test_a_restless_month_is_a_change_point_and_a_regime_with_what_happened() -> None:
    rng = np.random.default_rng(9)
    returns = np.concatenate([rng.normal(0, 0.01, 231), rng.normal(0, 0.05, 21)])
    day = date(2023, 1, 2) + timedelta(days=231)
    found = detect_patterns(window(returns, events={day: "annual report"}))
    kinds = {f.pattern: f for f in found}
    assert {MarketPattern.CHANGE_POINT, MarketPattern.VOLATILITY_REGIME} <= set(kinds)
    regime = kinds[MarketPattern.VOLATILITY_REGIME]
    assert regime.start == day
    assert regime.coincident == (f"{day}: annual report",)
    assert abs((kinds[MarketPattern.CHANGE_POINT].start - day).days) <= 5


def test_a_day_of_thirty_times_the_volume() -> None:
    rng = np.random.default_rng(10)
    volumes = rng.lognormal(13, 0.3, 252)
    volumes[100] = 30 * np.median(volumes)
    (found,) = [
        f
        for f in detect_patterns(window(rng.normal(0, 0.01, 252), volumes=volumes.tolist()))
        if f.pattern is MarketPattern.VOLUME_SPIKE
    ]
    assert found.start == found.end == date(2023, 1, 2) + timedelta(days=100)


def test_a_peer_that_goes_its_own_way() -> None:
    rng = np.random.default_rng(12)
    common = rng.normal(0, 0.01, 252)
    ours = common + rng.normal(0, 0.003, 252)
    theirs = common + rng.normal(0, 0.003, 252)
    theirs[-63:] = rng.normal(0, 0.01, 63)
    found = detect_patterns(window(ours, peers={"Peer plc": theirs.tolist()}))
    assert "Peer plc" in next(f for f in found if f.pattern is MarketPattern.CORRELATION_BREAK).explanation


def test_short_or_impossible_windows_are_refused() -> None:
    with pytest.raises(NotEnoughData, match="20 days are too few"):
        detect_patterns(window(np.zeros(20)))
    with pytest.raises(BadInput, match="not positive"):
        PriceWindow([END], [0.0])


def test_companies_that_move_as_one_and_companies_that_do_not() -> None:
    rng = np.random.default_rng(13)
    common = rng.normal(0, 0.01, 300)
    one = systemic_risk({f"c{n}": (common + rng.normal(0, 0.002, 300)).tolist() for n in range(5)})
    assert one.absorption_ratio > 0.9
    assert one.interval[0] < one.absorption_ratio < one.interval[1]
    assert one.verdict.endswith("the companies move largely as one.")
    assert one.mean_tail_dependence is not None
    assert one.mean_tail_dependence > 0.5
    assert all(s.conditional_loss is not None and s.conditional_loss < 0 for s in one.standings)
    apart = systemic_risk({f"c{n}": rng.normal(0, 0.01, 300).tolist() for n in range(5)})
    assert apart.absorption_ratio < 0.35
    assert apart.verdict.endswith("the companies move mostly on their own.")


def test_two_companies_are_no_system_and_a_quarter_has_no_tails() -> None:
    rng = np.random.default_rng(14)
    with pytest.raises(NotEnoughData, match="2 companies make no system"):
        systemic_risk({"a": [0.0] * 100, "b": [0.0] * 100})
    short = systemic_risk({f"c{n}": rng.normal(0, 0.01, 70).tolist() for n in range(3)})
    assert short.mean_tail_dependence is None
    assert {s.conditional_loss for s in short.standings} == {None}
