"""How strict a search should be, told from decisions."""

import pytest

from engine.anomaly.strictness import Decided, agreements, choose, precision
from engine.errors import NotEnoughData

# Weak findings were rejected, strong ones confirmed, in turns.
WEAK_AND_STRONG = [Decided(1.2, False), Decided(2.5, True), Decided(1.4, False)] * 12


def test_weak_findings_that_people_reject_are_said_no_more() -> None:
    found = choose(WEAK_AND_STRONG)
    assert (found.factor, found.learnt_from, found.measured_on) == (1.4001, 24, 12)
    assert found.before.to_json() == {"said": 12, "share_right": 0.3333, "missed": 0}
    assert found.after.to_json() == {"said": 4, "share_right": 1.0, "missed": 0}
    # Eight of twelve later decisions are met that were not before.
    assert found.against_usual.difference == pytest.approx(8 / 12)
    assert found.against_usual.is_better()


def test_where_everything_is_right_nothing_is_tuned() -> None:
    found = choose([Decided(1.1 + n / 100, True) for n in range(30)])
    assert found.factor == 1.0
    assert found.against_usual.difference == 0


def test_what_only_the_earlier_decisions_say_is_not_believed() -> None:
    early = [Decided(1.2, False)] * 20
    late = [Decided(1.2, True)] * 10
    found = choose(early + late)
    assert found.factor == pytest.approx(1.2001, abs=1e-4)
    assert found.after.to_json() == {"said": 0, "share_right": None, "missed": 10}
    assert found.against_usual.difference == -1
    assert not found.against_usual.is_better()


def test_few_decisions_are_a_result_of_their_own() -> None:
    with pytest.raises(NotEnoughData, match=r"29 findings were confirmed or rejected; 30 are needed"):
        choose(WEAK_AND_STRONG[:29])


def test_agreement_and_precision_by_hand() -> None:
    decided = [Decided(1.5, True), Decided(1.5, False), Decided(3.0, True)]
    assert agreements(decided, 2.0) == [0.0, 1.0, 1.0]
    assert precision(decided, 2.0).to_json() == {"said": 1, "share_right": 1.0, "missed": 1}
