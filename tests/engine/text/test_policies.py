"""Sentences of accounting policies that came, went or were reworded, and those that only moved or aged."""

from engine.text.passages import Passage, PassageKind
from engine.text.policies import Said, is_policy_heading, policy_changes

POLICIES = ("Notes to the financial statements", "Summary of significant accounting policies")


def passage(text: str, *, page: int = 40, headings: tuple[str, ...] = POLICIES) -> Passage:
    return Passage(0, PassageKind.PROSE, headings, text, ((0, page),), "en")


SAME = "Inventories are stated at the lower of cost and net realisable value as of 31 December 2017."
AGED = "Inventories are stated at the lower of cost and net realisable value as of 31 December 2018."
OLD = "Leases of vehicles are expensed on a straight-line basis over the lease term of the vehicles."
NEW = "The group recognises a right-of-use asset at the start of every lease it enters into as lessee."
WORDED = "Revenue is recognised when the risks and rewards of the goods have passed to the customer."
REWORDED = "Revenue is recognised when the control of the goods has passed to the customer."
MOVED = "Goodwill is tested for impairment once a year or when something indicates a loss of value."


def test_new_gone_and_reworded_sentences() -> None:
    changes = policy_changes(
        [passage(f"{SAME} {OLD} {WORDED}")], [passage(f"{AGED} {NEW} {REWORDED}", page=44)]
    )
    heading = POLICIES[-1]
    assert changes.new == (Said(NEW, 44, heading),)
    assert changes.gone == (Said(OLD, 40, heading),)
    assert [(one.before.text, one.after.text) for one in changes.reworded] == [(WORDED, REWORDED)]
    assert changes.compared == (3, 3)


def test_a_sentence_that_stands_elsewhere_now_is_neither_new_nor_gone() -> None:
    elsewhere = passage(MOVED, headings=("Goodwill and other assets",))
    before = [passage(f"{SAME} {MOVED}")]
    assert policy_changes(before, [passage(SAME), elsewhere]).gone == ()
    assert policy_changes([passage(SAME), elsewhere], before).new == ()


def test_without_such_headings_nothing_is_known() -> None:
    other = [passage(NEW, headings=("Our people",))]
    for before, after, counts in (([passage(SAME)], other, (1, 0)), (other, [passage(SAME)], (0, 1))):
        changes = policy_changes(before, after)
        assert not changes.is_known
        assert changes.compared == counts
        assert (changes.new, changes.gone, changes.reworded) == ((), (), ())


def test_equal_reports_have_no_changes() -> None:
    both = [passage(f"{SAME} {OLD} {WORDED} {MOVED}")]
    changes = policy_changes(both, both)
    assert (changes.new, changes.gone, changes.reworded, changes.compared) == ((), (), (), (4, 4))


def test_headings_in_many_languages() -> None:
    for heading in (
        *("1. Basis of preparation", "Bilanzierungs- und Bewertungsmethoden", "Principes comptables"),
        *("Políticas contables", "Redovisningsprinciper", "重要な会計方針"),
    ):
        assert is_policy_heading([heading]), heading
    assert not is_policy_heading(["Revenue by segment", "Our accounts"])


def test_tables_and_captions_are_no_policies() -> None:
    table = Passage(
        0, PassageKind.TABLE, POLICIES, "Buildings 20 to 40 years of useful life each", ((0, 3),), "en"
    )
    assert policy_changes([table], [table]).compared == (0, 0)
    assert policy_changes([passage("Property and equipment")], [passage("Useful lives.")]).compared == (0, 0)
