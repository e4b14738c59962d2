"""Series with planted faults, so that what is to be found is known by construction.

Ordinary series come in the shapes of real ones: level with noise, a daily and weekly rhythm, counts with
heavy tails, drifting measurements, prices. A fault is planted at a known place; some series have none,
because a detector is judged as much by its silence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

DAY = 96  # points: quarters of an hour
LENGTH = 28 * DAY


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault: its kind, and the first and last point it covers."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class MadeSeries:
    """`seconds` lie between two points."""

    name: str
    values: Values
    seconds: int
    faults: tuple[Planted, ...]


def _noise(rng: np.random.Generator) -> Values:
    return 50 + rng.normal(0, 2, LENGTH)


def _autocorrelated(rng: np.random.Generator) -> Values:
    steps = rng.normal(0, 1, LENGTH)
    values = np.zeros(LENGTH)
    for n in range(1, LENGTH):
        values[n] = 0.8 * values[n - 1] + steps[n]
    return 100 + 3 * values


def _daily(rng: np.random.Generator) -> Values:
    phase = 2 * np.pi * np.arange(LENGTH) / DAY
    return 200 + 60 * np.sin(phase) + 20 * np.sin(2 * phase) + rng.normal(0, 8, LENGTH)


def _weekly(rng: np.random.Generator) -> Values:
    weekday = (np.arange(LENGTH) // DAY) % 7 < 5
    return _daily(rng) * np.where(weekday, 1.0, 0.6)


def _counts(rng: np.random.Generator) -> Values:
    phase = 2 * np.pi * np.arange(LENGTH) / DAY
    mean = 20 * (1.2 + np.sin(phase))
    return rng.negative_binomial(3, 3 / (3 + mean)).astype(np.float64)


def _heavy(rng: np.random.Generator) -> Values:
    return 40 + 3 * rng.standard_t(3, LENGTH)


def _drifting(rng: np.random.Generator) -> Values:
    slow = np.cumsum(rng.normal(0, 0.15, LENGTH))
    return 70 + slow + rng.normal(0, 0.7, LENGTH)


def _bursty(rng: np.random.Generator) -> Values:
    """A quiet machine with a job every six hours, of varying weight."""
    values = 2 + rng.gamma(2, 0.2, LENGTH)
    for start in range(10, LENGTH, DAY // 4):
        values[start : start + 3] += rng.uniform(15, 25)
    return values


ORDINARY: dict[str, Callable[[np.random.Generator], Values]] = {
    "noise": _noise,
    "autocorrelated": _autocorrelated,
    "daily": _daily,
    "weekly": _weekly,
    "counts": _counts,
    "heavy": _heavy,
    "drifting": _drifting,
    "bursty": _bursty,
}


def _spread(values: Values) -> float:
    """How far the series moves from one point to the next, beside its own rhythm."""
    return float(np.std(np.diff(values)) / np.sqrt(2)) or 1.0


def _spike(values: Values, at: int, rng: np.random.Generator) -> Planted:
    reach = np.ptp(values[at - DAY : at + DAY])
    values[at : at + 2] += rng.choice([-1, 1]) * max(10 * _spread(values), 1.2 * reach)
    return Planted("spike", at, at + 1)


def _level_shift(values: Values, at: int, rng: np.random.Generator) -> Planted:
    reach = np.ptp(np.quantile(values[at - 2 * DAY : at], [0.05, 0.95]))
    values[at:] += rng.choice([-1, 1]) * max(6 * _spread(values), 1.0 * reach)
    return Planted("level_shift", at, at + DAY // 2)


def _burst_of_noise(values: Values, at: int, rng: np.random.Generator) -> Planted:
    length = DAY
    values[at : at + length] += rng.normal(0, 5 * _spread(values), length)
    return Planted("volatility", at, at + length - 1)


def _stuck(values: Values, at: int, rng: np.random.Generator) -> Planted:
    length = DAY
    values[at : at + length] = values[at]
    return Planted("stuck", at, at + length - 1)


def _missed_rhythm(values: Values, at: int, rng: np.random.Generator) -> Planted:
    """A working day that looks like none: the rhythm is flattened to its low."""
    length = DAY
    low = np.quantile(values[at - 7 * DAY : at], 0.1)
    values[at : at + length] = low + 0.15 * (values[at : at + length] - low)
    return Planted("unusual_window", at, at + length - 1)


FAULTS: dict[str, tuple[Callable[[Values, int, np.random.Generator], Planted], frozenset[str]]] = {
    "spike": (_spike, frozenset(ORDINARY) - {"counts", "heavy", "bursty"}),
    "level_shift": (_level_shift, frozenset(ORDINARY) - {"drifting"}),
    "volatility": (_burst_of_noise, frozenset({"noise", "autocorrelated", "daily", "weekly", "drifting"})),
    "stuck": (_stuck, frozenset({"noise", "autocorrelated", "daily", "weekly", "drifting", "heavy"})),
    "unusual_window": (_missed_rhythm, frozenset({"daily"})),
}


def series(seed: int, copies: int = 3) -> Iterator[MadeSeries]:
    """Every ordinary shape without a fault, and with each fault that suits it, `copies` times."""
    for copy in range(copies):
        for shape, make in ORDINARY.items():
            rng = np.random.default_rng([seed, copy, len(shape), sum(map(ord, shape))])
            yield MadeSeries(f"{shape} {copy}", make(rng), 900, ())
            for kind, (plant, shapes) in FAULTS.items():
                if shape not in shapes:
                    continue
                values = make(rng)
                at = int(rng.integers(12 * DAY, 24 * DAY))
                fault = plant(values, at, rng)
                yield MadeSeries(f"{shape} with {kind} {copy}", values, 900, (fault,))
