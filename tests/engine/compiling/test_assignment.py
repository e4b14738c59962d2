"""The assignment problem, against all pairings that exist."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from engine.compiling.assignment import best_pairs

scores = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(min_value=1, max_value=1000), max_size=14
)


def best_sum(table):
    """The best sum over all pairings of five lefts with five rights, pairs without a score left out."""
    return max(
        sum(table.get((left, right), 0) for left, right in enumerate(order))
        for order in permutations(range(5))
    )


@given(scores)
def test_no_pairing_has_a_higher_sum(table):
    pairs = best_pairs(table)
    assert sum(table[pair] for pair in pairs.items()) == best_sum(table)
    assert len(set(pairs.values())) == len(pairs)


def test_the_locally_best_pair_gives_way_to_the_better_whole():
    assert best_pairs({(0, 0): 10, (0, 1): 9, (1, 0): 9}) == {0: 1, 1: 0}


def test_nothing_pairs_with_nothing():
    assert best_pairs({}) == {}
