"""Series whose future is known, made like those that are collected: weekly ones of many fields, hourly
ones of consumption, prices that walk at random. None is drawn from a real set."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
WEEKS, HOURS, DAYS_OF_A_WEEK = 52, 24, 7


@dataclass(frozen=True)
class MadeSeries:
    """What is known and what came after it; `family` says how it was made."""

    family: str
    known: Values
    came: Values


def weekly(count: int, horizon: int, seed: int) -> Iterator[MadeSeries]:
    """Of 80 to 2,600 weeks: prices and rates, slow totals of people and of the economy, sales with
    seasons, noisy levels, some with shifts of level and single outliers."""
    draw = np.random.default_rng(seed)
    families = ("price", "rate", "total", "seasonal", "noisy", "drifting", "shifting")
    shares = np.array([0.3, 0.1, 0.15, 0.15, 0.1, 0.1, 0.1])
    for _ in range(count):
        length = int(np.exp(draw.uniform(np.log(80), np.log(2600))))
        family = str(draw.choice(families, p=shares))
        values = _weekly(family, length + horizon, draw)
        yield MadeSeries(family, values[:length], values[length:])


def _weekly(family: str, length: int, draw: np.random.Generator) -> Values:
    time = np.arange(length)
    level = float(np.exp(draw.uniform(np.log(500), np.log(20000))))
    noise = draw.standard_t(5, size=length) / np.sqrt(5 / 3)
    if family == "price":
        return level * np.exp(np.cumsum(_volatile(length, draw) * draw.uniform(0.01, 0.04)))
    if family == "rate":
        return level * (1 + 0.3 * _ar(noise, float(draw.uniform(0.97, 0.995))) * draw.uniform(0.02, 0.06))
    if family == "total":
        growth = _ar(noise, float(draw.uniform(0.5, 0.95))) * draw.uniform(0.0003, 0.002)
        smooth = np.exp(np.cumsum(growth + draw.normal(0, 0.001)))
        return level * smooth * (1 + noise[::-1] * draw.uniform(0, 0.004))
    if family == "seasonal":
        season = sum(
            draw.normal(0, 0.1 / k) * np.sin(2 * np.pi * k * time / 52.18 + draw.uniform(0, 6))
            for k in (1, 2, 3)
        )
        walk = np.cumsum(draw.normal(0, 0.008, size=length))
        return level * np.exp(season + walk + noise * draw.uniform(0.01, 0.08))
    if family == "noisy":
        return level * np.exp(0.0002 * draw.normal() * time + noise * draw.uniform(0.03, 0.25))
    if family == "drifting":
        trend = draw.normal(0, 0.002) * time + np.cumsum(noise) * draw.uniform(0.002, 0.01)
        return level * np.exp(np.clip(trend, -3, 3))
    shifts = np.cumsum((draw.random(length) < 2 / 300) * draw.normal(0, 0.3, size=length))
    return level * np.exp(shifts + _ar(noise, 0.6) * draw.uniform(0.02, 0.08))


def hourly(count: int, horizon: int, seed: int) -> Iterator[MadeSeries]:
    """Of 700 to 960 hours with the rhythm of the day and, mostly, of the week: use of energy, traffic,
    counts with nights near zero, weather."""
    draw = np.random.default_rng(seed)
    for _ in range(count):
        length = int(draw.choice((700, 748, 960)))
        family = str(draw.choice(("energy", "traffic", "visits", "weather"), p=(0.4, 0.3, 0.15, 0.15)))
        values = _hourly(family, length + horizon, draw)
        yield MadeSeries(family, values[:length], values[length:])


def _hourly(family: str, length: int, draw: np.random.Generator) -> Values:
    time = np.arange(length)
    level = float(np.exp(draw.uniform(np.log(20), np.log(5000))))
    day = _rhythm(HOURS, draw)[time % HOURS]
    weekend = ((time // HOURS) % DAYS_OF_A_WEEK) >= 5
    noise = draw.normal(size=length)
    slow = _ar(noise, float(draw.uniform(0.8, 0.97))) * draw.uniform(0.01, 0.03)
    if family == "energy":
        shape = np.exp(0.25 * day * np.where(weekend, 0.6, 1.0) - 0.1 * weekend + slow)
        return level * shape * np.exp(0.02 * draw.normal(size=length))
    if family == "traffic":
        shape = np.maximum(1 + 0.7 * day * np.where(weekend, 0.5, 1.0), 0.05)
        return level * shape * np.exp(0.08 * draw.normal(size=length) + slow)
    if family == "visits":
        rate = np.maximum(0.1, 1 + 0.9 * day) * np.exp(slow) * min(level, 200)
        return draw.poisson(rate).astype(float)
    return level * (1 + 0.1 * day) + level * 0.3 * _ar(noise, 0.98) * 0.1


def random_walks(count: int, length: int, horizon: int, seed: int) -> Iterator[MadeSeries]:
    """Prices that nothing can foresee: steady, heavy-tailed, or calm and restless by turns."""
    draw = np.random.default_rng(seed)
    for index in range(count):
        family = ("steady", "heavy", "restless")[index % 3]
        size = length + horizon
        steps = {
            "steady": lambda: draw.normal(size=size),  # noqa: B023
            "heavy": lambda: draw.standard_t(3, size=size),  # noqa: B023
            "restless": lambda: _volatile(size, draw),  # noqa: B023
        }[family]()
        values = 100 * np.exp(np.cumsum(steps * 0.01))
        yield MadeSeries(family, values[:length], values[length:])


def _volatile(length: int, draw: np.random.Generator) -> Values:
    """Steps whose variance follows the steps before (GARCH(1, 1), one on the mean)."""
    shocks = draw.normal(size=length)
    steps = np.empty(length)
    variance = 1.0
    for place in range(length):
        steps[place] = shocks[place] * np.sqrt(variance)
        variance = 0.05 + 0.08 * steps[place] ** 2 + 0.87 * variance
    return steps


def _ar(noise: Values, share: float) -> Values:
    out = np.empty(len(noise))
    last = 0.0
    for place, shock in enumerate(noise):
        last = share * last + shock
        out[place] = last
    return out


def _rhythm(period: int, draw: np.random.Generator) -> Values:
    time = np.arange(period) / period
    shape = np.sin(2 * np.pi * (time + draw.uniform())) + draw.uniform(0, 0.6) * np.sin(
        4 * np.pi * (time + draw.uniform())
    )
    return shape / np.abs(shape).max()
