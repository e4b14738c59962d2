"""The bench of planted misreadings, on the company that is made."""

from benchmarks import misreadings


def test_one_fault_of_each_kind_is_noticed_where_it_is() -> None:
    noticed = list(misreadings.planted(4, seed=3, only=["invented company"]))
    assert [one.fault.kind for one in noticed] == ["sign", "scale", "shifted column", "dropped row"]
    assert all(one.right for one in noticed)
    lines = list(misreadings.table(noticed))
    assert lines[-1].startswith("| all | 4 | 100.0% | 100.0% |")


def test_nothing_is_said_to_be_missing_in_reports_that_are_whole() -> None:
    before = misreadings._seen_before("invented company")
    assert (before.dropped, before.conflicts, before.checks) == ({}, frozenset(), {})
