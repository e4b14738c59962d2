"""The assignment problem: pairs of rows and columns with the highest sum of scores.

Shortest augmenting paths with potentials (the Hungarian method as given by Jonker and Volgenant,
1987), on whole numbers so that the result is the same on every machine. Cost grows with the
square of the shorter side times the longer one.
"""

from collections.abc import Mapping

FORBIDDEN = 0  # a pair without a positive score is not a pair


def best_pairs(scores: Mapping[tuple[int, int], int]) -> dict[int, int]:
    """The pairing left → right with the highest sum. `scores` holds only the pairs that are
    possible, all positive; whoever is better left alone stays out."""
    lefts = sorted({left for left, _ in scores})
    rights = sorted({right for _, right in scores})
    if not lefts:
        return {}
    matrix = _matrix(scores, lefts, rights)
    chosen = _solve(matrix)
    return {
        lefts[i]: rights[j]
        for i, j in enumerate(chosen)
        if j < len(rights) and (lefts[i], rights[j]) in scores
    }


def _matrix(scores: Mapping[tuple[int, int], int], lefts: list[int], rights: list[int]) -> list[list[int]]:
    """Costs (negative scores). Extra columns let every left side stay alone at cost nothing."""
    return [
        [-scores.get((left, right), FORBIDDEN) for right in rights] + [FORBIDDEN] * len(lefts)
        for left in lefts
    ]


def _solve(costs: list[list[int]]) -> list[int]:
    """For each row of a cost matrix with at least as many columns its column in an optimum."""
    rows, columns = len(costs), len(costs[0])
    infinity = 1 + sum(abs(cost) for line in costs for cost in line)
    row_potential, column_potential = [0] * (rows + 1), [0] * (columns + 1)
    owner, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        column = 0
        slack, used = [infinity] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            used[column] = True
            current, delta, following = owner[column], infinity, 0
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                reduced = costs[current - 1][other - 1] - row_potential[current] - column_potential[other]
                if reduced < slack[other]:
                    slack[other], way[other] = reduced, column
                if slack[other] < delta:
                    delta, following = slack[other], other
            for other in range(columns + 1):
                if used[other]:
                    row_potential[owner[other]] += delta
                    column_potential[other] -= delta
                else:
                    slack[other] -= delta
            column = following
        while column:
            previous = way[column]
            owner[column] = owner[previous]
            column = previous
    chosen = [0] * rows
    for other in range(1, columns + 1):
        if owner[other]:
            chosen[owner[other] - 1] = other - 1
    return chosen
