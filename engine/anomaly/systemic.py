"""How much several companies' shares move as one, and who would pull the others down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.anomaly.options import options
from engine.errors import NotEnoughData

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two companies: their shrunk correlation and how often both have their worst days together, as a
    share of the days on which one has. None where too few days are known."""

    left: str
    right: str
    correlation: float
    tail_dependence: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A company's part: its weight in the common movement, and by how much the others' bad days get worse
    when it has one (None below a year of days)."""

    company: str
    weight: float
    conditional_loss: float | None


@dataclass(frozen=True, slots=True)
class SystemicRisk:
    """The absorption ratio is the share of all movement that a fifth of the factors explain (Kritzman, Li,
    Page and Rigobon 2011), with its 95 % interval by a bootstrap of blocks; `shrinkage` is what Ledoit
    and Wolf (2004) pull the covariances by."""

    companies: tuple[str, ...]
    days: int
    absorption_ratio: float
    interval: tuple[float, float]
    shrinkage: float
    mean_tail_dependence: float | None
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]
    verdict: str


def systemic_risk(returns: Mapping[str, Sequence[float]], seed: int = 0) -> SystemicRisk:
    """How the companies move together, from their returns on the same days (NaN where one has none).

    Only days on which all have a return count. Raises NotEnoughData below three companies or the least
    number of common days.
    """
    limits = options("systemic")
    names = tuple(sorted(returns))
    if len(names) < limits["least_companies"]:
        raise NotEnoughData(
            f"{len(names)} companies make no system: {limits['least_companies']} are needed.",
            code="insufficient_history",
        )
    table = np.array([returns[name] for name in names], dtype=np.float64).T
    table = table[~np.isnan(table).any(axis=1)]
    if len(table) < limits["least_days"]:
        raise NotEnoughData(
            f"{len(table)} common days are too few: {limits['least_days']} are needed.",
            code="insufficient_history",
        )
    correlation, shrinkage = _shrunk_correlation(table)
    ratio = _absorption(correlation, limits["eigenvector_share"])
    interval = _interval(table, limits, seed)
    tails = _tail_dependence(table, limits)
    pairs = tuple(
        Pair(names[i], names[j], float(correlation[i, j]), None if tails is None else float(tails[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
    )
    known = [pair.tail_dependence for pair in pairs if pair.tail_dependence is not None]
    return SystemicRisk(
        companies=names,
        days=len(table),
        absorption_ratio=ratio,
        interval=interval,
        shrinkage=shrinkage,
        mean_tail_dependence=float(np.mean(known)) if known else None,
        pairs=pairs,
        standings=_standings(names, table, correlation, limits),
        verdict=_verdict(len(names), ratio, interval, limits["eigenvector_share"]),
    )


def _shrunk_correlation(table: Values) -> tuple[Values, float]:
    from sklearn.covariance import ledoit_wolf  # slow to import: only who asks for it pays

    covariance, shrinkage = ledoit_wolf(table / table.std(axis=0))
    deviations = np.sqrt(np.diag(covariance))
    return covariance / np.outer(deviations, deviations), float(shrinkage)


def _absorption(correlation: Values, share: float) -> float:
    values = np.linalg.eigvalsh(correlation)[::-1]
    leading = max(1, round(share * len(values)))
    return float(values[:leading].sum() / values.sum())


def _interval(table: Values, limits: Mapping[str, float], seed: int) -> tuple[float, float]:
    """Whole blocks of days are drawn again, because unrest comes in stretches."""
    rng = np.random.default_rng(seed)
    block, n = int(limits["block_days"]), len(table)
    drawn = []
    for _ in range(int(limits["bootstrap_rounds"])):
        starts = rng.integers(0, n - block + 1, size=-(-n // block))
        rows = np.concatenate([np.arange(start, start + block) for start in starts])[:n]
        drawn.append(_absorption(_shrunk_correlation(table[rows])[0], limits["eigenvector_share"]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _tail_dependence(table: Values, limits: Mapping[str, float]) -> Values | None:
    """The share of one's worst days that are also the other's worst days; None below a year of days."""
    if len(table) < limits["quantile_days"]:
        return None
    worst = table <= np.quantile(table, limits["quantile"], axis=0)
    together = worst.T.astype(np.float64) @ worst.astype(np.float64)
    return together / np.diag(together)[:, None]


def _standings(
    names: Sequence[str], table: Values, correlation: Values, limits: Mapping[str, float]
) -> tuple[Standing, ...]:
    """By the weight in the leading factor. The conditional loss follows Adrian and Brunnermeier (2016) with
    empirical quantiles: the others' mean return at its quantile on the company's worst days, against all."""
    _, vectors = np.linalg.eigh(correlation)
    weights = vectors[:, -1] ** 2
    losses: list[float | None] = [None] * len(names)
    if len(table) >= limits["quantile_days"]:
        for n in range(len(names)):
            others = np.delete(table, n, axis=1).mean(axis=1)
            bad = table[:, n] <= np.quantile(table[:, n], limits["quantile"])
            losses[n] = float(np.median(others[bad]) - np.median(others))
    found = [Standing(name, float(weights[n]), losses[n]) for n, name in enumerate(names)]
    return tuple(sorted(found, key=lambda s: -s.weight))


def _verdict(companies: int, ratio: float, interval: tuple[float, float], share: float) -> str:
    """In words, against companies that have nothing to do with each other."""
    leading = max(1, round(share * companies))
    alone = leading / companies
    said = (
        f"{leading} of {companies} factors explain {ratio:.0%} of all movement"
        f" ({interval[0]:.0%} to {interval[1]:.0%})"
    )
    if interval[0] > alone + 0.5 * (1 - alone):
        return f"{said}: the companies move largely as one."
    if interval[0] > alone + 0.2 * (1 - alone):
        return f"{said}: the companies have much in common."
    return f"{said}: the companies move mostly on their own."
