"""The few figures of statements: what stands out, what is explained, what is too little."""

from datetime import date

import numpy as np
import pytest

from engine.anomaly.points import MetricSeries, Point, benjamini_hochberg, detect, severity_of
from engine.kinds import Frequency, SetAside, Severity

MARGINS = (0.101, 0.104, 0.098, 0.103, 0.099, 0.102, 0.097, 0.100, 0.103)


def annual(
    values: tuple[float, ...], name: str = "operating_margin", amount: float | None = None
) -> MetricSeries:
    points = tuple(
        Point(date(2015 + n, 12, 31), value, (f"fact {n}",), amount) for n, value in enumerate(values)
    )
    return MetricSeries(name, "Operating margin", Frequency.ANNUAL, points)


def test_a_margin_that_fell_to_half_is_found_with_its_facts() -> None:
    wild = (*MARGINS[:5], 0.045, *MARGINS[6:])
    (found,) = detect([annual(wild, amount=1.0)]).findings
    assert (found.end, found.sources) == (date(2020, 12, 31), ("fact 5",))
    assert found.detectors == ("robust z-score", "Tukey fences", "generalised ESD")
    # Median 0.1005, median absolute deviation 0.0025: 0.0555 / (1.4826 × 0.0025).
    assert found.statistic == pytest.approx(-14.97, abs=0.01)
    # 5.55 % of revenue, and more than ten deviations
    assert found.severity is Severity.CRITICAL
    assert found.explanation.startswith(
        "Operating margin of 2020-12-31 is 0.045; the other 8 years lie around 0.1005"
    )


def test_ordinary_years_hold_nothing() -> None:
    run = detect([annual(MARGINS)])
    assert (run.findings, run.explained, run.skipped) == ((), (), ())


def test_two_wild_years_do_not_hide_each_other() -> None:
    wild = (*MARGINS[:3], 0.30, *MARGINS[3:8], 0.31, *MARGINS[1:5])
    ends = {found.end.year for found in detect([annual(wild)]).findings}
    assert ends == {2018, 2024}


def test_what_is_explained_is_neither_judged_nor_used() -> None:
    wild = (*MARGINS[:5], 0.045, *MARGINS[6:])
    why = {("operating_margin", date(2020, 12, 31)): SetAside.RESTATEMENT}
    run = detect([annual(wild)], why)
    assert run.findings == ()
    assert [(e.end, e.reason) for e in run.explained] == [(date(2020, 12, 31), SetAside.RESTATEMENT)]


def test_too_few_years_are_a_result_of_their_own() -> None:
    run = detect([annual(MARGINS[:4])])
    assert [(s.metric, s.reason) for s in run.skipped] == [
        ("operating_margin", "4 usable points; 5 are needed.")
    ]


def test_equal_years_make_no_anomaly_of_a_tenth_of_a_point() -> None:
    assert detect([annual((0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.101))]).findings == ()


def test_years_of_nothing_give_a_score_that_says_something() -> None:
    """Debt repaid in equal parts does not grow, until it does: no spread is known of the years before."""
    (found,) = detect([annual((0.0, 0.0, 0.0, 0.0, 0.0, -0.45))]).findings
    assert (found.low, found.high) == (-0.0035, 0.0035)
    assert found.statistic == pytest.approx(-450)
    assert detect([annual((0.0, 0.0, 0.0, 0.0, 0.0, 0.002))]).findings == ()


def test_runs_without_a_fault_seldom_hold_a_finding() -> None:
    rng = np.random.default_rng(11)
    with_findings = 0
    for _ in range(30):
        metrics = [annual(tuple(rng.normal(0.1, 0.03, 9)), f"metric {n}") for n in range(20)]
        with_findings += bool(detect(metrics).findings)
    assert with_findings <= 4  # 0.05 of 30 is 1.5


def test_rejections_by_benjamini_and_hochberg() -> None:
    # The example of their paper: fifteen comparisons, of which the four smallest are rejected at 5 %.
    found = benjamini_hochberg(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
         0.6528, 0.7590, 1.0],
        0.05,
    )  # fmt: skip
    assert found == [True] * 4 + [False] * 11


@pytest.mark.parametrize(
    ("effect", "materiality", "level"),
    [
        (12, 0.06, Severity.CRITICAL),
        (12, 0.02, Severity.HIGH),
        (12, 0.001, Severity.LOW),
        (5, 0.06, Severity.MEDIUM),
        (12, None, Severity.MEDIUM),
        (3.6, None, Severity.LOW),
    ],
)
def test_severity_needs_size_and_weight(effect: float, materiality: float | None, level: Severity) -> None:
    assert severity_of(effect, materiality) is level
