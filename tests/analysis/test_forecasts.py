"""Forecasts of prices and lines: made, kept, compared with what came."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from analysis.evaluating import evaluate_forecasts
from analysis.forecasting import Subject, checked_horizons, make_forecast
from analysis.inputs import price_series
from analysis.models import ForecastEvaluation, ForecastPoint, ForecastRun
from analysis.training import forecasting
from engine.forecast.values import ForecastMethod
from jobs.launch import launch
from jobs.models import TaskRun
from jobs.states import State
from market.models import CorporateAction, PriceBar, PriceProvider
from tests.analysis.made import NOON, a_walk, add_prices, priced, returning, sessions
from tests.analysis.training.made import a_model
from tests.extraction.made import a_company
from tests.extraction.working import work_off
from tests.market.made import an_instrument

pytestmark = pytest.mark.django_db


def test_a_price_is_forecast_for_days_of_trading() -> None:
    share = priced("NWD", returning(300))
    made = make_forecast(Subject(instrument=share), at=NOON, horizons=[1, 5, 24])
    run = made.run
    assert (run.method, run.claims_skill, made.repeated) == (
        "ensemble", True, False,
    )  # fmt: skip
    assert run.data_until == date(2024, 5, 31)
    assert run.last_known == returning(300)[-1]
    assert run.skill == pytest.approx(0.29, abs=0.08)
    assert run.skill_low < run.skill < run.skill_high
    points = list(run.points.all())
    # Monday; Friday; 4 July and Juneteenth are holidays in New York.
    assert [(point.horizon, point.target_date) for point in points] == [
        (1, date(2024, 6, 3)), (5, date(2024, 6, 7)), (24, date(2024, 7, 8)),
    ]  # fmt: skip
    assert [float(point.point) for point in points] == pytest.approx([50, 50, 50], abs=1)
    assert sum(run.weights.values()) == pytest.approx(1, abs=0.05)


def test_of_a_walk_the_last_price_is_the_answer() -> None:
    share = priced("WLK", a_walk(300, seed=4))
    run = make_forecast(Subject(instrument=share), at=NOON).run
    assert (run.method, run.claims_skill) == ("random_walk", False)
    assert run.weights == {"random_walk": 1.0}
    assert [point.horizon for point in run.points.all()] == [1, 5, 20, 60]
    assert {point.point for point in run.points.all()} == {run.last_known}


def test_too_few_prices_are_said_to_be_too_few() -> None:
    share = priced("NEW", a_walk(20))
    run = make_forecast(Subject(instrument=share), at=NOON).run
    assert run.method == ForecastMethod.INSUFFICIENT_HISTORY
    assert run.reason == "122 points are needed to look 60 ahead; there are 20."
    assert run.points.count() == 0
    nothing = make_forecast(Subject(instrument=an_instrument("NIL")), at=NOON).run
    assert (nothing.method, nothing.data_until) == ("insufficient_history", None)


def test_the_same_prices_are_forecast_once() -> None:
    subject = Subject(instrument=priced("NWD", a_walk(60)))
    first = make_forecast(subject, at=NOON, horizons=[1])
    again = make_forecast(subject, at=NOON, horizons=[1])
    assert (again.repeated, again.run) == (True, first.run)
    assert not make_forecast(subject, at=NOON, horizons=[2]).repeated
    assert not make_forecast(subject, at=NOON, horizons=[1], force=True).repeated
    assert ForecastRun.objects.count() == 3


def test_a_session_without_a_price_is_a_gap() -> None:
    share = priced("GAP", a_walk(30))
    missing = sessions(30)[10]
    PriceBar.objects.filter(instrument=share, day=missing).delete()
    series = price_series(share, NOON)
    assert len(series) == 30
    assert dict(zip(series.days, series.values, strict=True))[missing] is None


def test_horizons() -> None:
    assert checked_horizons([5, 1, 5], (2,)) == (1, 5)
    assert checked_horizons([], (1, 2)) == (1, 2)
    for wrong in ([0], [261], list(range(1, 22))):
        with pytest.raises(ValueError, match="Up to 20 horizons from 1 to 260"):
            checked_horizons(wrong, (1,))


def forecast_then(share: object, made_at: datetime, **fields: object) -> ForecastRun:
    """A forecast of 100 for three days, 90 to 110 and 80 to 120, made by hand."""
    run = ForecastRun.objects.create(
        instrument=share, made_at=made_at, data_until=date(2024, 5, 31), last_known=Decimal(98),
        usual_step=2.0, method="ensemble", history=300, engine_version="t", input_hash="t", **fields,
    )  # fmt: skip
    figures = {"point": 100, "lo80": 90, "hi80": 110, "lo95": 80, "hi95": 120}
    for horizon, day in enumerate((date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 5)), start=1):
        ForecastPoint.objects.create(run=run, horizon=horizon, target_date=day, **figures)
    return run


def a_share_with(last: str, *later: str) -> object:
    share = priced("EVA", [Decimal(last)])
    source = PriceProvider.objects.get(code="one")
    days = [date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 5), date(2024, 6, 6)]
    add_prices(share, source, zip(days, map(Decimal, later), strict=False))
    return share


LATER = datetime(2024, 6, 7, 12, tzinfo=UTC)
BEFORE = datetime(2024, 6, 1, 12, tzinfo=UTC)


def test_what_came_is_compared_by_horizon() -> None:
    share = a_share_with("98", "104", "75", "96")
    run = forecast_then(share, BEFORE)
    found = evaluate_forecasts(Subject(instrument=share), at=LATER)
    assert (found.filled, found.waiting, found.refused) == (3, 0, 0)
    rows = ForecastEvaluation.objects.order_by("horizon")
    assert [(row.horizon, row.count, row.mae, row.bias) for row in rows] == [
        (1, 1, 4.0, -4.0), (2, 1, 25.0, 25.0), (3, 1, 4.0, 4.0),
    ]  # fmt: skip
    first = rows[0]
    assert (first.mase, first.rmse, first.skill) == (2.0, 4.0, pytest.approx(1 - 4 / 6))
    assert first.smape == pytest.approx(200 * 4 / 204)
    assert [(row.coverage80, row.coverage95) for row in rows] == [(1, 1), (0, 0), (1, 1)]
    assert [row.hit_rate for row in rows] == [1, 0, 0]
    assert (first.window_start, first.window_end) == (date(2024, 5, 8), date(2024, 6, 7))
    assert list(run.points.values_list("actual", flat=True)) == [104, 75, 96]


def test_a_forecast_made_on_its_day_or_later_is_refused() -> None:
    share = a_share_with("98", "104", "75", "96")
    forecast_then(share, datetime(2024, 6, 4, 8, tzinfo=UTC))
    found = evaluate_forecasts(Subject(instrument=share), at=LATER)
    assert (found.filled, found.refused) == (1, 2)
    assert [(row.horizon, row.refused) for row in ForecastEvaluation.objects.all()] == [(3, 0)]
    refused = ForecastPoint.objects.filter(horizon__in=(1, 2))
    assert [point.actual for point in refused] == [None, None]


def test_a_split_after_the_forecast_is_no_error() -> None:
    share = a_share_with("98", "104", "37.5", "48")
    CorporateAction.objects.create(
        instrument=share, kind="split", ex_date=date(2024, 6, 4), value=2,
        provider=PriceProvider.objects.get(code="one"), recorded_at=LATER,
    )  # fmt: skip
    run = forecast_then(share, BEFORE)
    evaluate_forecasts(Subject(instrument=share), at=LATER)
    assert list(run.points.values_list("actual", flat=True)) == [104, 75, 96]


def test_what_has_not_come_yet_is_waited_for() -> None:
    share = a_share_with("98", "104")
    forecast_then(share, BEFORE)
    found = evaluate_forecasts(Subject(instrument=share), at=LATER)
    assert (found.filled, found.waiting) == (1, 2)


def test_an_evaluation_of_the_same_window_is_written_again() -> None:
    share = a_share_with("98", "104", "75", "96")
    forecast_then(share, BEFORE)
    for _ in range(2):
        evaluate_forecasts(Subject(instrument=share), at=LATER)
    assert ForecastEvaluation.objects.count() == 3


def test_the_database_refuses_a_forecast_outside_its_intervals_and_one_of_two_things() -> None:
    share = a_share_with("98")
    run = forecast_then(share, BEFORE)
    with pytest.raises(IntegrityError, match="forecast_point_inside_its_intervals"), transaction.atomic():
        run.points.filter(horizon=1).update(lo80=101)
    with pytest.raises(IntegrityError, match="forecast_one_subject"), transaction.atomic():
        ForecastRun.objects.filter(pk=run.pk).update(concept="is.revenue")
    with pytest.raises(IntegrityError, match="forecast_claims_what_it_measured"), transaction.atomic():
        ForecastRun.objects.filter(pk=run.pk).update(claims_skill=True, skill=-0.1)
    assert run.points.get(horizon=1).lo80 == 90


def ran(task: str, **arguments: object) -> TaskRun:
    return work_off(launch(task, **arguments).run)


def test_the_task_of_one_share() -> None:
    share = priced("NWD", returning(150))
    run = ran("generate_stock_forecast", subject=share, instrument_id=share.pk, horizons=[1, 2])
    assert run.state == State.SUCCEEDED, run.error_message
    assert (run.result["method"], run.result["claims_skill"]) == ("ensemble", True)
    assert [point["horizon"] for point in run.result["points"]] == [1, 2]
    assert ForecastRun.objects.get().task_run == run
    again = ran("generate_stock_forecast", subject=share, instrument_id=share.pk, horizons=[1, 2])
    assert (again.state, again.error_code) == (State.SKIPPED, "unchanged")


def test_the_task_of_many_shares_sums_up_in_the_order_of_the_tickers() -> None:
    one = priced("ONE", returning(150))
    two = priced("TWO", a_walk(150, seed=2))
    nil = an_instrument("NIL")
    run = ran("batch_forecast_generation", tickers=["TWO", "NIL", "one", "XXX"], horizons=[1])
    assert run.state == State.SUCCEEDED, run.message
    results = run.result.pop("results")
    assert run.result == {
        "total": 3, "complete": 2, "claiming_skill": 1, "insufficient_history": 1, "failed": [],
        "unknown_tickers": ["XXX"],
    }  # fmt: skip
    assert [(row["instrument_id"], row["share"], row["method"]) for row in results] == [
        (two.pk, str(two), "random_walk"),
        (nil.pk, str(nil), "insufficient_history"),
        (one.pk, str(one), "ensemble"),
    ]
    made = {row.instrument_id: row.pk for row in ForecastRun.objects.all()}
    assert [row["forecast_id"] for row in results] == [made[two.pk], made[nil.pk], made[one.pk]]
    nobody = ran("batch_forecast_generation", tickers=["XXX"])
    assert (nobody.state, nobody.error_code) == (State.SKIPPED, "no_listings")


def test_a_share_that_fails_leaves_the_others_their_forecasts(files: Path) -> None:
    """A share whose model in use has a file of another kind, between two sound ones."""
    first, broken, last = (priced(ticker, a_walk(60, seed=3)) for ticker in ("AAA", "BBB", "CCC"))
    a_model(forecasting.slot(broken, "drift"), metrics={})
    run = ran("batch_forecast_generation", tickers=["AAA", "BBB", "CCC"], horizons=[1])
    assert (run.state, run.error_code) == (State.PARTIAL, "children_incomplete")
    assert run.message.startswith(f"1 of 3 are not complete. The first: {broken}: ")
    assert (run.result["complete"], run.result["failed"]) == (2, [str(broken)])
    assert [(row["instrument_id"], row.get("code")) for row in run.result["results"]] == [
        (first.pk, None),
        (broken.pk, "artefact_refused"),
        (last.pk, None),
    ]
    assert set(ForecastRun.objects.values_list("instrument_id", flat=True)) == {first.pk, last.pk}


def test_the_task_of_a_companys_lines_without_reports() -> None:
    company = a_company("alder")
    run = ran("generate_statement_forecast", subject=company, company_id=company.pk)
    assert (run.state, run.error_code) == (State.SKIPPED, "insufficient_history")
    assert run.message == (
        "No line has enough years. 8 points are needed to look 3 ahead; there are 0."
        " Process more annual reports of the company first."
    )


def test_the_task_of_evaluating_everything() -> None:
    assert ran("evaluate_forecast_accuracy").error_code == "nothing_to_compare"
    share = a_share_with("98", "104", "75", "96")
    forecast_then(share, BEFORE)
    days = (datetime.now(UTC).date() - date(2024, 5, 1)).days
    run = ran("evaluate_forecast_accuracy", days_back=days)
    assert run.state == State.SUCCEEDED
    (part,) = run.children()
    assert part.result["compared"] == 3
    assert [one["mae"] for one in part.result["evaluations"]] == [4.0, 25.0, 4.0]
