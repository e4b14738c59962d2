"""Anomalies of prices, what is usual, and how much companies move as one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.exceptions import ValidationError

from analysis.anomalies.baselines import update_baselines
from analysis.anomalies.decide import decide
from analysis.anomalies.patterns import search_prices, severity
from analysis.anomalies.systemic import analyse_systemic_risk
from analysis.models import Anomaly, AnomalyBaseline, AnomalyState, SystemicRiskReport
from engine.errors import NotEnoughData
from engine.kinds import MarketPattern, Severity
from jobs.launch import launch
from jobs.states import State
from market.models import Instrument, PriceBar
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.analysis.made import NOON, a_walk, priced, sessions
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db
LATER = datetime(2024, 6, 4, 12, tzinfo=UTC)


def a_share_with_a_spike(ticker: str = "SPK", days: int = 200, at: int = 120) -> Instrument:
    """Quiet prices; on one day thirty times the usual number of shares changes hands."""
    share = priced(ticker, a_walk(days))
    rng = np.random.default_rng(3)
    bars = list(PriceBar.objects.filter(instrument=share).order_by("day"))
    for n, bar in enumerate(bars):
        bar.volume = Decimal(int(10_000 * np.exp(rng.normal(0, 0.2)))) * (30 if n == at else 1)
    PriceBar.objects.bulk_update(bars, ["volume"])
    return share


def test_a_day_of_thirty_times_the_volume_is_one_anomaly_however_often_it_is_looked_for() -> None:
    share = a_share_with_a_spike()
    found = search_prices(share, at=NOON)
    assert (found.days, found.last, found.peers) == (200, date(2024, 5, 31), 0)
    (spike,) = found.kept.anomalies
    day = sessions(200)[120]
    assert (spike.kind, spike.window_start, spike.window_end) == ("volume_spike", day, day)
    assert (spike.company, spike.instrument) == (share.listing.company, share)
    assert "times the usual number" in spike.explanation
    again = search_prices(share, at=LATER)
    assert ([row.pk for row in again.kept.anomalies], again.kept.new) == ([spike.pk], 0)
    # A window that does not reach back to it says nothing about it.
    short = search_prices(share, at=LATER, window=60)
    assert (short.kept.anomalies, short.kept.gone) == ((), 0)
    # Prices that were corrected do.
    PriceBar.objects.filter(instrument=share, day=day).update(volume=Decimal(10_000))
    assert search_prices(share, at=LATER).kept.gone == 1
    spike.refresh_from_db()
    assert spike.gone_at == LATER


def test_a_stretch_that_moves_with_the_window_stays_one_anomaly() -> None:
    rng = np.random.default_rng(5)
    steps = rng.normal(0, 0.005, 200)
    steps[-25:] = rng.normal(0, 0.04, 25)
    share = priced("RST", [Decimal(f"{v:.4f}") for v in 100 * np.exp(np.cumsum(steps))])
    last = list(PriceBar.objects.filter(instrument=share).order_by("-day")[:2])
    PriceBar.objects.filter(pk__in=[bar.pk for bar in last]).update(is_current=False)
    first = search_prices(share, at=NOON)
    kinds = {row.kind for row in first.kept.anomalies}
    assert {"volatility_regime", "change_point"} <= kinds
    PriceBar.objects.filter(pk__in=[bar.pk for bar in last]).update(is_current=True)
    again = search_prices(share, at=LATER)
    regime = Anomaly.objects.get(kind="volatility_regime")
    assert (regime.window_end, regime.first_found_at, regime.last_found_at) == (
        date(2024, 5, 31), NOON, LATER,
    )  # fmt: skip
    assert again.kept.new == 0


def test_a_share_without_enough_prices_is_named() -> None:
    share = priced("NEW", a_walk(30))
    with pytest.raises(NotEnoughData, match="30 days are too few: 60"):
        search_prices(share, at=NOON)
    company = share.listing.company
    done = work_off(launch("pattern_anomaly_detection", subject=company, company_id=company.pk).run)
    assert (done.state, done.error_code) == (State.SKIPPED, "insufficient_history")
    assert list(done.result["without_search"].values()) == ["30 days are too few: 60 say what is usual."]


def test_how_far_beyond_its_limit_decides_how_bad() -> None:
    assert severity(MarketPattern.VOLUME_SPIKE, 6.1, 6.0) is Severity.LOW
    assert severity(MarketPattern.VOLUME_SPIKE, 18.0, 6.0) is Severity.HIGH
    assert severity(MarketPattern.VOLATILITY_REGIME, 0.15, 2.5) is Severity.MEDIUM  # very quiet
    assert severity(MarketPattern.CHANGE_POINT, 8.0, 1.0) is Severity.HIGH


def test_what_is_usual_is_written_down_once_and_never_changed() -> None:
    company = a_company_of_ten_years()
    first = update_baselines(company, at=NOON)
    assert {(row.metric, row.version, row.points) for row in first.new} == {
        ("operating_margin", 1, 10), ("growth:is.revenue", 1, 9), ("growth:is.operating_profit", 1, 9),
    }  # fmt: skip
    margin = AnomalyBaseline.objects.get(metric="operating_margin")
    assert margin.median == pytest.approx((0.1001433 + 0.1010000) / 2, abs=0.001)
    assert list(margin.quantiles) == ["5", "25", "50", "75", "95"]
    again = update_baselines(company, at=LATER)
    assert (again.new, again.unchanged) == ((), 3)
    with pytest.raises(ValidationError, match="never changed"):
        margin.save()


def test_a_confirmed_year_is_not_usual() -> None:
    company = a_company_of_ten_years(revenue={2020: 600})
    work_off(launch("detect_metric_anomalies", subject=company, company_id=company.pk).run)
    update_baselines(company, at=NOON)
    before = AnomalyBaseline.objects.get(metric="operating_margin")
    odd = Anomaly.objects.get(metric="operating_margin")
    decide([odd.pk], AnomalyState.CONFIRMED, by=None)
    done = work_off(launch("update_anomaly_baselines", subject=company, company_id=company.pk).run)
    assert (done.result["new_count"], done.result["unchanged"]) == (1, 2)
    after = AnomalyBaseline.objects.get(metric="operating_margin", version=2)
    assert (before.points, before.left_out, after.points, after.left_out) == (10, 0, 9, 1)


def test_what_is_usual_of_a_share_is_told_by_weekday() -> None:
    share = a_share_with_a_spike()
    found = update_baselines(share.listing.company, at=NOON)
    assert {(row.instrument, row.metric, row.points) for row in found.new} == {
        (share, "returns", 199), (share, "log_volume", 200),
    }  # fmt: skip
    volume = next(row for row in found.new if row.metric == "log_volume")
    assert volume.median == pytest.approx(np.log(10_000), abs=0.1)
    assert sorted(volume.seasonal) == ["0", "1", "2", "3", "4"]


def three_shares(days: int = 300, common: float = 0.8) -> list[Instrument]:
    rng = np.random.default_rng(7)
    market = rng.normal(0, 0.01, days)
    shares = []
    for n in range(3):
        own = rng.normal(0, 0.01, days)
        steps = common * market + (1 - common) * own
        closes = [Decimal(f"{v:.4f}") for v in 100 * np.exp(np.cumsum(steps))]
        shares.append(priced(f"SY{n}", closes))
    return shares


def test_companies_that_move_as_one_are_said_to() -> None:
    shares = three_shares()
    loner = priced("FEW", a_walk(20))
    companies = [share.listing.company for share in (*shares, loner)]
    done = work_off(launch("systemic_risk_analysis", company_ids=[c.pk for c in companies]).run)
    assert done.state == State.SUCCEEDED
    report = SystemicRiskReport.objects.get()
    assert (report.days, report.window_end) == (299, date(2024, 5, 31))
    assert report.absorption_low < report.absorption_ratio < report.absorption_high
    assert report.absorption_ratio > 0.9
    assert report.verdict.endswith("the companies move largely as one.")
    assert {one["company"] for one in report.ranking} == {s.listing.company.slug for s in shares}
    assert [one["company"] for one in report.left_out] == [loner.listing.company.slug]
    assert len(report.measures["pairs"]) == 3
    assert report.companies.count() == 3


def test_two_companies_make_no_system() -> None:
    shares = three_shares(100)[:2]
    with pytest.raises(NotEnoughData, match="2 companies make no system: 3 are needed"):
        analyse_systemic_risk([share.listing.company for share in shares], at=NOON)
    assert SystemicRiskReport.objects.count() == 0


def test_anomalies_of_the_same_days_are_counted_together() -> None:
    shares = three_shares()
    for share in shares[:2]:
        Anomaly.objects.create(
            company=share.listing.company, instrument=share, kind="volume_spike", label="Unusual volume",
            window_start=date(2024, 5, 20), window_end=date(2024, 5, 20), statistic=9, threshold=6,
            severity="low", explanation="", first_found_at=NOON, last_found_at=NOON, engine_version="t",
        )  # fmt: skip
    row = analyse_systemic_risk([share.listing.company for share in shares], at=NOON + timedelta(days=1))
    slugs = sorted(share.listing.company.slug for share in shares[:2])
    assert row.measures["anomalies_together"] == [{"left": slugs[0], "right": slugs[1], "count": 1}]
