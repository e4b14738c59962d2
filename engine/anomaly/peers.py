"""A company beside others: one ratio against theirs, and all ratios of a year together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.anomaly.options import options
from engine.anomaly.spread import robust_deviation
from engine.errors import NotEnoughData


@dataclass(frozen=True, slots=True)
class PeerRow:
    """The ratios of one company and year, by code. What is not there is left out."""

    key: str
    ratios: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PeerFinding:
    """A company-year unlike the others. `telling` are the ratios that set it apart, strongest first, each
    with its robust z-score."""

    key: str
    score: float
    threshold: float
    telling: tuple[tuple[str, float], ...]


def unlike_peers(rows: Sequence[PeerRow], seed: int = 0) -> tuple[PeerFinding, ...]:
    """The rows that an isolation forest tells apart (Liu, Ting and Zhou 2008) and of which a ratio stands
    out, strangest first.

    Ratios that fewer than half of the rows have are left out; a missing one counts as the median.
    Raises NotEnoughData below the least number of rows.
    """
    from sklearn.ensemble import IsolationForest  # slow to import: only who asks for peers pays

    limits = options("peers")
    codes = sorted(
        code
        for code in {code for row in rows for code in row.ratios}
        if sum(code in row.ratios for row in rows) * 2 >= len(rows)
    )
    if len(rows) < limits["least_rows"] or not codes:
        raise NotEnoughData(
            f"{len(rows)} company-years make no cross-section: {limits['least_rows']} are needed.",
            code="insufficient_history",
        )
    scores = _robust_scores(rows, codes)
    forest = IsolationForest(n_estimators=limits["trees"], random_state=seed)
    strange: NDArray[np.float64] = -forest.fit(scores).score_samples(scores)
    found = [
        PeerFinding(row.key, float(score), limits["forest_score"], _telling(codes, scores[n]))
        for n, (row, score) in enumerate(zip(rows, strange, strict=True))
        if score > limits["forest_score"] and np.abs(scores[n]).max() >= limits["least_distance"]
    ]
    return tuple(sorted(found, key=lambda f: -f.score))


def beside_peers(value: float, peers: Sequence[float]) -> float:
    """The robust z-score of a value among those of its peers in the same period. Raises NotEnoughData
    below the least number of peers."""
    least = options("peers")["least_peers"]
    if len(peers) < least:
        raise NotEnoughData(
            f"{len(peers)} peers are too few: {least} are needed.", code="insufficient_history"
        )
    others = np.asarray(peers, dtype=np.float64)
    return (value - float(np.median(others))) / robust_deviation(others)


def _robust_scores(rows: Sequence[PeerRow], codes: Sequence[str]) -> NDArray[np.float64]:
    """One column for each ratio: distances from its median in robust deviations, held within ±20."""
    columns = []
    for code in codes:
        known = np.array([row.ratios[code] for row in rows if code in row.ratios])
        middle, spread = float(np.median(known)), robust_deviation(known)
        columns.append([(row.ratios.get(code, middle) - middle) / spread for row in rows])
    scores: NDArray[np.float64] = np.clip(np.array(columns).T, -20, 20)
    return scores


def _telling(codes: Sequence[str], scores: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-np.abs(scores))[:3]
    return tuple((codes[n], round(float(scores[n]), 2)) for n in order if abs(scores[n]) > 2)
