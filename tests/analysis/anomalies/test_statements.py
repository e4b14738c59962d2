"""Anomalies of statements: found once, explained, decided about, gone when the figures are right."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from analysis.anomalies.decide import WrongDecision, decide
from analysis.anomalies.detect import detect_in_statements
from analysis.anomalies.load import books_of
from analysis.models import Anomaly, AnomalyKind, AnomalyState
from documents.models import PublicationDateSource
from engine.kinds import StatementKind
from extraction.compile import compile_company
from extraction.models import Fact, Restatement
from extraction.store import store_reading
from jobs.launch import launch
from jobs.states import State
from tests.analysis.anomalies.made import a_company_of_ten_years
from tests.extraction.made import a_company, a_document, a_reading
from tests.extraction.working import work_off

pytestmark = pytest.mark.django_db
NOON = datetime(2025, 6, 3, 12, tzinfo=UTC)
LATER = datetime(2025, 6, 4, 12, tzinfo=UTC)
HALVED = {2020: 600}


def test_a_year_of_half_the_revenue_is_found_with_the_facts_it_was_worked_out_from() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    found = detect_in_statements(company, at=NOON)
    anomalies = {(one.metric, one.window_end.year) for one in found.kept.anomalies}
    # The fall, the rise after it, and the margin of the year, which is twice the usual.
    assert anomalies == {
        ("growth:is.revenue", 2020), ("growth:is.revenue", 2021), ("operating_margin", 2020),
    }  # fmt: skip
    fall = Anomaly.objects.get(metric="growth:is.revenue", window_end=date(2020, 12, 31))
    assert fall.observed == pytest.approx(600 / 1204 - 1)
    assert fall.explanation.startswith(
        "Growth of Revenue of 2020-12-31 is -0.5017; the other 7 years lie around 0.04483"
    )
    assert (fall.kind, fall.state, fall.severity) == ("outlier", "open", "critical")
    facts = {(fact.concept, fact.period_end.year) for fact in Fact.objects.filter(pk__in=fall.fact_ids)}
    assert facts == {("is.revenue", 2020), ("is.revenue", 2019)}
    assert (found.kept.new, found.kept.gone, found.set_aside) == (3, 0, ())


def test_an_ordinary_company_has_none() -> None:
    found = detect_in_statements(a_company_of_ten_years(), at=NOON)
    assert (found.kept.anomalies, found.judged) == ((), 3)


def test_a_search_that_is_repeated_doubles_nothing() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    first = detect_in_statements(company, at=NOON)
    again = detect_in_statements(company, at=LATER)
    assert (again.kept.new, again.kept.gone) == (0, 0)
    assert {row.pk for row in again.kept.anomalies} == {row.pk for row in first.kept.anomalies}
    row = Anomaly.objects.get(metric="operating_margin")
    assert (row.first_found_at, row.last_found_at) == (NOON, LATER)
    assert Anomaly.objects.count() == 3


def test_what_is_not_found_any_more_is_marked_and_comes_back_as_the_same() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    detect_in_statements(company, at=NOON)
    stale = Anomaly.objects.create(
        company=company, kind=AnomalyKind.OUTLIER, metric="net_margin", label="Net margin",
        window_start=date(2019, 12, 31), window_end=date(2019, 12, 31), statistic=9, threshold=3.5,
        severity="low", explanation="Once.", first_found_at=NOON, last_found_at=NOON, engine_version="t",
    )  # fmt: skip
    # A search for other metrics says nothing about it.
    assert detect_in_statements(company, at=LATER, metrics=["operating_margin"]).kept.gone == 0
    assert detect_in_statements(company, at=LATER).kept.gone == 1
    stale.refresh_from_db()
    assert (stale.state, stale.gone_at) == ("open", LATER)


def test_a_decided_anomaly_stays_decided_and_is_not_judged_again() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    detect_in_statements(company, at=NOON)
    anna = get_user_model().objects.create_user("anna")
    margin = Anomaly.objects.get(metric="operating_margin")
    rise = Anomaly.objects.get(metric="growth:is.revenue", window_end=date(2021, 12, 31))
    assert decide([margin.pk], AnomalyState.REJECTED, by=anna, note="The year of the fire.") == 1
    assert decide([rise.pk], AnomalyState.CONFIRMED, by=anna) == 1
    # Somebody else was first: nothing changes.
    assert decide([margin.pk, rise.pk], AnomalyState.EXPLAINED, by=None, note="No.") == 0
    again = detect_in_statements(company, at=LATER)
    assert (again.kept.new, again.kept.gone) == (0, 0)
    margin.refresh_from_db()
    rise.refresh_from_db()
    assert (margin.state, margin.decided_by, margin.note) == ("rejected", anna, "The year of the fire.")
    assert (rise.state, rise.gone_at) == ("confirmed", None)
    assert {"metric": "growth:is.revenue", "end": "2021-12-31", "reason": "confirmed"} in again.set_aside
    assert decide([rise.pk], AnomalyState.OPEN, by=anna) == 1
    rise.refresh_from_db()
    assert (rise.state, rise.decided_at, rise.decided_by) == ("open", None, None)


def test_an_explanation_needs_words() -> None:
    with pytest.raises(WrongDecision, match="Say what explains it"):
        decide([1], AnomalyState.EXPLAINED, by=None, note="  ")
    with pytest.raises(WrongDecision, match="501 characters; 500 are the most"):
        decide([1], AnomalyState.REJECTED, by=None, note="x" * 501)


def test_nothing_is_said_of_a_pure_restatement() -> None:
    """From 2023 on revenue is presented net; the report of 2024 gives 2023 on the new basis."""
    company = a_company_of_ten_years(revenue={2023: 725, 2024: 757}, earlier={2023: 1450})
    assert Restatement.objects.get(company=company).row_key == "is.revenue"
    found = detect_in_statements(company, at=NOON)
    assert found.kept.anomalies == ()
    assert {(one["metric"], one["end"], one["reason"]) for one in found.set_aside} == {
        ("growth:is.revenue", "2023-12-31", "restatement"),
        ("operating_margin", "2023-12-31", "restatement"),
        ("operating_margin", "2024-12-31", "restatement"),
    }


def test_nothing_is_said_of_a_report_in_another_unit() -> None:
    """The report of 2022 was read in millions where it prints billions."""
    company = a_company_of_ten_years(revenue={}, earlier={2022: 1_378_000})
    found = detect_in_statements(company, at=NOON)
    assert found.kept.anomalies == ()


def test_the_books_are_loaded_in_few_queries(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    company = a_company_of_ten_years()
    with django_assert_num_queries(8):
        books = books_of(company)
    assert len(books.figures) == 20


def test_the_task_says_what_it_found_and_what_it_could_not_judge() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    done = work_off(launch("detect_metric_anomalies", subject=company, company_id=company.pk).run)
    assert done.state == State.SUCCEEDED
    assert (done.result["found"], done.result["new"], done.result["gone"]) == (3, 3, 0)
    assert done.result["anomalies"][0]["severity"] == "critical"
    # Ten reports of four figures: too few for their first digits. No other company of the sector.
    assert len(done.result["skipped"]) == 11
    assert done.result["skipped"][10]["metric"] == "unlike_peers"
    assert (
        "figures are too few for their first digits: 100 are needed." in done.result["skipped"][0]["reason"]
    )
    empty = a_company("emptyco")
    short = work_off(launch("detect_metric_anomalies", subject=empty, company_id=empty.pk).run)
    assert (short.state, short.error_code) == (State.SKIPPED, "insufficient_history")
    every = work_off(launch("detect_metric_anomalies").run)
    assert (every.state, every.result["total"], every.result["skipped"]) == (State.SUCCEEDED, 2, 1)
    assert every.result["found"] == 3
    assert Anomaly.objects.count() == 3


def test_the_database_keeps_one_of_each() -> None:
    company = a_company_of_ten_years(revenue=HALVED)
    detect_in_statements(company, at=NOON)
    row = Anomaly.objects.first()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_line_that_one_report_lacks_and_another_proves_is_found() -> None:
    company = a_company()
    printed = {
        "Cash": ("bs.cash", 117), "Inventories": ("bs.inventories", 433),
        "Receivables": ("bs.receivables", 376), "Total current assets": ("bs.total_ca", 926),
    }  # fmt: skip
    for year, ahead, left_out in ((2023, 0, "Inventories"), (2024, 1, "")):
        document = a_document(
            company, year, published_on=date(year + 1, 3, 1), published_on_source=PublicationDateSource.PERSON
        )
        lines = [
            (label, concept, 1, [str(2 * value)] * ahead + [str(value)] + [str(3 * value)] * (1 - ahead))
            for label, (concept, value) in printed.items()
            if label != left_out
        ]
        reading = a_reading([year, year - 1], lines, statement=StatementKind.BALANCE_SHEET)
        store_reading(document.current_version, reading, options_digest="d", task_run=None)
    compile_company(company)
    (missing,) = detect_in_statements(company, at=NOON).kept.anomalies
    assert (missing.kind, missing.label, missing.window_end) == (
        "missing_line", "Missing line “Inventories”", date(2023, 12, 31),
    )  # fmt: skip
    assert "another report of the same year gives 433,000,000 for it" in missing.explanation
    facts = Fact.objects.filter(pk__in=missing.fact_ids)
    assert {fact.label for fact in facts} == set(printed)
    again = detect_in_statements(company, at=LATER)
    assert (again.kept.new, again.kept.gone) == (0, 0)
