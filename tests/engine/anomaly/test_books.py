"""What is watched in statements, and what explains a point before a detector sees it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from engine.anomaly.books import explained, metrics_of
from engine.anomaly.circumstances import Circumstances, Restated
from engine.anomaly.points import PointRun, detect
from engine.kinds import PeriodKind, RestatementKind, SetAside
from engine.ratios.calculate import Figure, calculate
from engine.values import Period

# Growth of 4 to 6 % a year from 1,000
REVENUE = (1000, 1050, 1097, 1158, 1204, 1268, 1325, 1378, 1450, 1515)
END = date(2020, 12, 31)
NOTHING = Circumstances()
MARGIN = (101, 104, 98, 103, 99, 102, 97, 100, 103, 99)  # operating profit, thousandths of revenue


def year(number: int, days: int = 0) -> Period:
    end = date(2015 + number, 12, 31)
    start = date(2015 + number, 1, 1) if not days else end - timedelta(days=days - 1)
    return Period(PeriodKind.DURATION, start, end)


def books(changed: dict[tuple[str, int], int] | None = None, **more: dict[int, int]) -> list[Figure]:
    """Ten years of a company; `changed` by concept and place of the year, `more` lines by concept."""
    figures: dict[tuple[str, int], int] = {}
    for n, revenue in enumerate(REVENUE):
        figures["is.revenue", n] = revenue
        figures["is.operating_profit", n] = revenue * MARGIN[n] // 1000
        figures["bs.total_assets", n] = revenue * 2
    figures |= changed or {}
    for concept, years in more.items():
        figures |= {(concept.replace("_", ".", 1), n): value for n, value in years.items()}
    return [
        Figure(
            concept,
            Period(PeriodKind.INSTANT, None, year(n).end) if concept.startswith("bs") else year(n),
            Decimal(value),
            (f"{concept} {n}",),
        )
        for (concept, n), value in figures.items()
    ]


def run(figures: list[Figure], known: Circumstances = NOTHING) -> PointRun:
    metrics = metrics_of(figures, calculate(figures))
    return detect(metrics.series, explained(metrics, figures, known))


def test_an_ordinary_company_has_no_anomaly() -> None:
    assert run(books()).findings == ()


def test_revenue_that_halved_for_a_year_is_found_with_its_facts() -> None:
    found = run(books({("is.revenue", 5): 600})).findings
    ends = {(one.metric, one.end.year) for one in found}
    assert ("growth:is.revenue", 2020) in ends
    (fall,) = [one for one in found if (one.metric, one.end) == ("growth:is.revenue", END)]
    assert fall.value == pytest.approx(600 / 1204 - 1)
    assert fall.sources == ("is.revenue 5", "is.revenue 4")
    assert fall.explanation.startswith("Growth of Revenue of 2020-12-31 is -0.5017")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (RestatementKind.DECLARED, SetAside.RESTATEMENT),
        (RestatementKind.SILENT, SetAside.RESTATEMENT),
        (RestatementKind.RECLASSIFICATION, SetAside.RESTATEMENT),
        (RestatementKind.SUSPECTED_ERROR, SetAside.SCALE_DOUBT),
        (RestatementKind.FRAMEWORK_CHANGE, SetAside.FRAMEWORK_CHANGE),
        (RestatementKind.CURRENCY_CHANGE, SetAside.CURRENCY_CHANGE),
    ],
)
def test_a_restated_year_is_no_anomaly(kind: RestatementKind, reason: SetAside) -> None:
    """Revenue is presented net from 2023 on; the report of 2024 gives 2023 on the new basis."""
    net = {("is.revenue", 8): 725, ("is.revenue", 9): 757}
    known = Circumstances((Restated("is.revenue", date(2023, 12, 31), kind, -0.5),))
    assert run(books(net)).findings != ()
    result = run(books(net), known)
    assert [(one.metric, one.end) for one in result.findings if one.metric == "growth:is.revenue"] == []
    assert {one.reason for one in result.explained if one.metric == "growth:is.revenue"} == {reason}


def test_no_finding_is_left_of_a_pure_restatement() -> None:
    net = {("is.revenue", 8): 725, ("is.revenue", 9): 757}
    known = Circumstances((Restated("is.revenue", date(2023, 12, 31), RestatementKind.DECLARED, -0.5),))
    assert run(books(net), known).findings == ()


def test_a_restatement_of_a_trifle_explains_nothing() -> None:
    known = Circumstances((Restated("is.revenue", END, RestatementKind.SILENT, 0.001),))
    assert "growth:is.revenue" in {one.metric for one in run(books({("is.revenue", 5): 600}), known).findings}


def test_a_year_of_large_acquisitions_explains_growth_but_not_margins() -> None:
    # Sales and assets double in 2020 and stay; so does the profit.
    doubled = {
        (concept, n): 2 * value
        for n in range(5, 10)
        for concept, value in (
            ("is.revenue", REVENUE[n]),
            ("is.operating_profit", REVENUE[n] * MARGIN[n] // 1000),
            ("bs.total_assets", 2 * REVENUE[n]),
        )
    }
    assert {one.end for one in run(books(doubled)).findings} == {END}
    result = run(books(doubled, cf_acquisitions={5: -900}))
    assert result.findings == ()
    assert {one.reason for one in result.explained} == {SetAside.ACQUISITION}
    assert "operating_margin" not in {one.metric for one in result.explained}
    small = run(books(doubled, cf_acquisitions={5: -9}))
    assert {one.end for one in small.findings} == {END}


def test_a_transition_period_explains_the_year_behind_it() -> None:
    figures = books({("is.revenue", 5): 600})
    figures.append(Figure("is.revenue", year(4, days=92), Decimal(300), ("short",)))
    result = run(figures)
    assert "growth:is.revenue" not in {one.metric for one in result.findings if one.end == END}
    assert {one.reason for one in result.explained} == {SetAside.TRANSITION_PERIOD}


def test_a_split_explains_earnings_per_share_and_nothing_else() -> None:
    earned = {n: 1000 + 10 * n + (n % 3) * 5 for n in range(10)}
    halved = {n: value if n < 5 else value // 10 for n, value in earned.items()}
    known = Circumstances(splits=(date(2020, 6, 1),))
    assert [one.metric for one in run(books(is_eps_basic=halved)).findings] == ["growth:is.eps_basic"]
    result = run(books(is_eps_basic=halved), known)
    assert result.findings == ()
    assert [(one.metric, one.end, one.reason) for one in result.explained] == [
        ("growth:is.eps_basic", END, SetAside.SPLIT)
    ]


def test_what_a_person_decided_is_not_judged_again() -> None:
    figures = books({("is.revenue", 5): 600})
    metrics = metrics_of(figures, calculate(figures))
    known = Circumstances(decided=frozenset({("growth:is.revenue", END)}))
    assert explained(metrics, figures, known)["growth:is.revenue", END] is SetAside.CONFIRMED


def quarters(changed: dict[int, int] | None = None) -> list[Figure]:
    """Five years of quarters; the last of each year has half as much again as the others."""
    found = []
    for n in range(20):
        year_of, quarter = 2019 + n // 4, n % 4
        start = date(year_of, 3 * quarter + 1, 1)
        end = date(year_of + quarter // 3, (3 * quarter + 4 - 1) % 12 + 1, 1) - timedelta(days=1)
        usual = (250 + 3 * n + n * 7 % 4) * (3 if quarter == 3 else 2)
        value = (changed or {}).get(n, usual)
        found.append(
            Figure("is.revenue", Period(PeriodKind.DURATION, start, end), Decimal(value), (f"quarter {n}",))
        )
    return found


def of_quarters(changed: dict[int, int] | None = None) -> list[tuple[str, date, tuple[str, ...]]]:
    figures = books()
    metrics = metrics_of(figures, calculate(figures), quarters(changed))
    found = detect(metrics.series, explained(metrics, figures, NOTHING)).findings
    return [(one.metric, one.end, one.sources) for one in found]


def test_a_season_is_no_anomaly_and_a_quarter_that_lacks_it_is() -> None:
    assert of_quarters() == []
    # The last quarter of 2022 is as large as the one before it: in no other year.
    found = of_quarters({15: 590})
    assert ("quarterly_growth:is.revenue", date(2022, 12, 31), ("quarter 15", "quarter 11")) in found
    assert {metric for metric, _, _ in found} == {"quarterly_growth:is.revenue"}


def test_quarters_of_two_years_are_too_few() -> None:
    figures = books()
    metrics = metrics_of(figures, calculate(figures), quarters()[:11])
    short = [one for one in detect(metrics.series).skipped if one.metric.startswith("quarterly")]
    assert [(one.metric, one.reason) for one in short] == [
        ("quarterly_growth:is.revenue", "7 usable points; 8 are needed.")
    ]
