"""Companies beside one another."""

import pytest

from engine.kinds import Topic
from engine.sentiment.compare import ScoredDocument, compare


def document(score, *, kind="annual_report", is_in_time=True, topics=None):
    return ScoredDocument(kind, is_in_time, score, topics or {})


def test_companies_are_ranked_with_intervals():
    found = compare(
        {
            "Calm": [document(0.1), document(0.12), document(0.11)],
            "Bright": [document(0.4), document(0.44), document(0.42)],
        }
    )

    assert [(one.company, one.score, one.documents) for one in found.ranking] == [
        ("Bright", 0.42, 3),
        ("Calm", 0.11, 3),
    ]
    (apart,) = found.differences
    assert (apart.first, apart.second, apart.value, apart.is_clear) == ("Bright", "Calm", 0.31, True)
    assert apart.low > 0.25
    assert apart.high < 0.35


def test_a_difference_within_chance_is_not_called_clear():
    found = compare({"One": [document(-0.3), document(0.5)], "Two": [document(-0.2), document(0.3)]})

    assert not found.differences[0].is_clear


def test_one_document_is_insufficient():
    found = compare({"One": [document(0.1), document(0.2)], "Two": [document(0.9)], "None": []})

    assert [one.company for one in found.ranking] == ["One"]
    assert found.insufficient == {"Two": 1, "None": 0}
    assert found.differences == ()


def test_only_kinds_and_topics_that_all_have_are_compared():
    topics = {Topic.OPERATIONS: 0.2, Topic.MANAGEMENT: -0.2}
    release = document(0.9, kind="results_release")
    found = compare(
        {
            "One": [document(0.1, topics=topics), document(0.2, topics=topics), release],
            "Two": [document(0.3, topics=topics), document(0.3, topics={Topic.OPERATIONS: 0.4})],
        }
    )

    assert found.kinds == ("annual_report",)
    assert [(one.company, one.documents, dict(one.topics)) for one in found.ranking] == [
        ("Two", 2, {Topic.OPERATIONS: 0.3}),
        ("One", 2, {Topic.OPERATIONS: 0.2}),
    ]


def test_each_is_set_against_its_own_history():
    past = [document(score, is_in_time=False) for score in (0.4, 0.5, 0.6)]
    found = compare({"One": [*past, document(0.3), document(0.3)], "Two": [document(0.1), document(0.1)]})

    one, two = found.ranking
    assert (one.against_history, one.history) == (pytest.approx(-2.0), 3)
    assert (two.against_history, two.history) == (None, 0)


def test_the_same_documents_give_the_same_interval():
    companies = {"One": [document(0.1), document(0.4)], "Two": [document(0.2), document(0.3)]}

    assert compare(companies) == compare(dict(reversed(companies.items())))
