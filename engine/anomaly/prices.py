"""Windows of prices and volumes: change points, unrest, volume, correlation with peers, discords."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from engine.anomaly.options import options
from engine.anomaly.spread import robust_deviation
from engine.errors import BadInput, NotEnoughData
from engine.kinds import MarketPattern

Values = NDArray[np.float64]
NOTHING = 1e-9  # stands in for the spread of prices that never move


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """Days in order with adjusted closing prices, volumes where known, and the daily returns of peers
    on the same days. All of one length; volumes and returns may hold NaN."""

    days: Sequence[date]
    closes: Sequence[float]
    volumes: Sequence[float] | None = None
    peers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    events: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {len(self.days), len(self.closes)}
        lengths |= {len(self.volumes)} if self.volumes is not None else set()
        lengths |= {len(returns) for returns in self.peers.values()}
        if len(lengths) != 1:
            raise BadInput("Days, prices, volumes and peers have to be of one length.")
        if any(close <= 0 for close in self.closes):
            raise BadInput("A price that is not positive has no return. Check the series.")


@dataclass(frozen=True, slots=True)
class MarketFinding:
    """What is unusual between two days. `coincident` are events within three days of it."""

    pattern: MarketPattern
    start: date
    end: date
    statistic: float
    threshold: float
    coincident: tuple[str, ...]
    explanation: str
    peer: str = ""  # whose correlation broke


def detect_patterns(window: PriceWindow) -> tuple[MarketFinding, ...]:
    """Everything unusual in a window, by day. Raises NotEnoughData for a short one."""
    limits = options("prices")
    if len(window.days) < limits["least_days"]:
        raise NotEnoughData(
            f"{len(window.days)} days are too few: {limits['least_days']} say what is usual.",
            code="insufficient_history",
        )
    returns = np.diff(np.log(np.asarray(window.closes, dtype=np.float64)), prepend=np.nan)
    returns[0] = 0.0
    found = [
        *_change_points(window, returns, limits),
        *_volatility(window, returns, limits),
        *_volume_spikes(window, limits),
        *_correlation_breaks(window, returns, limits),
        *_discords(window, returns, limits),
    ]
    return tuple(sorted(found, key=lambda f: (f.start, f.pattern)))


def _said(
    window: PriceWindow,
    pattern: MarketPattern,
    start: int,
    end: int,
    statistic: float,
    threshold: float,
    words: str,
) -> MarketFinding:
    first, last = window.days[start], window.days[end]
    near = tuple(
        f"{day}: {what}"
        for day, what in sorted(window.events.items())
        if (first - day).days <= 3 and (day - last).days <= 3
    )
    with_events = f" At the time: {'; '.join(near)}." if near else ""
    return MarketFinding(
        pattern, first, last, round(statistic, 4), threshold, near,
        f"{words} (statistic {statistic:.2f}, limit {threshold:.2f}).{with_events}",
    )  # fmt: skip


def _change_points(window: PriceWindow, returns: Values, limits: Mapping[str, float]) -> list[MarketFinding]:
    """Breaks of mean and variance by PELT with a penalty that grows with the logarithm of the length
    (Killick, Fearnhead and Eckley 2012)."""
    import ruptures

    scale = robust_deviation(returns, NOTHING)
    signal = np.clip(returns / scale, -6, 6).reshape(-1, 1)
    penalty = limits["penalty"] * 2 * float(np.log(len(returns)))
    least = int(limits["least_segment"])
    ends = ruptures.Pelt(model="normal", min_size=least, jump=1).fit(signal).predict(pen=penalty)
    found = []
    bounds = [0, *ends]
    for left, middle, right in zip(bounds, bounds[1:], bounds[2:], strict=False):
        before, after = returns[left:middle], returns[middle:right]
        ratio = float(np.std(after) / (np.std(before) or scale))
        words = (
            f"From {window.days[middle]} on the returns behave differently: daily deviation"
            f" {np.std(after):.2%} after {np.std(before):.2%},"
            f" mean {np.mean(after):.2%} after {np.mean(before):.2%}"
        )
        found.append(_said(window, MarketPattern.CHANGE_POINT, middle, middle, ratio, 1.0, words))
    return found


def _volatility(window: PriceWindow, returns: Values, limits: Mapping[str, float]) -> list[MarketFinding]:
    """The last month's unrest against that of the days before it."""
    recent = int(limits["recent_days"])
    now, before = robust_deviation(returns[-recent:], NOTHING), robust_deviation(returns[:-recent], NOTHING)
    ratio, threshold = now / before, limits["volatility_ratio"]
    if 1 / threshold < ratio < threshold:
        return []
    said = "restless" if ratio > 1 else "quiet"
    words = f"The last {recent} days are unusually {said}: robust deviation {now:.2%} after {before:.2%}"
    start = len(returns) - recent
    return [_said(window, MarketPattern.VOLATILITY_REGIME, start, len(returns) - 1, ratio, threshold, words)]


def _volume_spikes(window: PriceWindow, limits: Mapping[str, float]) -> list[MarketFinding]:
    if window.volumes is None:
        return []
    volumes = np.asarray(window.volumes, dtype=np.float64)
    known = volumes > 0
    if known.sum() < limits["least_days"]:
        return []
    logs = np.log(volumes, where=known, out=np.full(len(volumes), np.nan))
    z = (logs - np.nanmedian(logs)) / robust_deviation(logs[known], NOTHING)
    return [
        _said(
            window, MarketPattern.VOLUME_SPIKE, n, n, float(z[n]), limits["volume"],
            f"{volumes[n]:,.0f} shares changed hands on {window.days[n]},"
            f" {volumes[n] / np.median(volumes[known]):.1f} times the usual number",
        )
        for n in np.flatnonzero(np.nan_to_num(z) > limits["volume"]).tolist()
    ]  # fmt: skip


def _correlation_breaks(
    window: PriceWindow, returns: Values, limits: Mapping[str, float]
) -> list[MarketFinding]:
    """The last quarter's correlation with each peer against that before, by Fisher's transformation."""
    recent = int(limits["correlation_days"])
    if len(returns) < 2 * recent:
        return []
    found = []
    start = len(returns) - recent
    for name, theirs in sorted(window.peers.items()):
        other = np.asarray(theirs, dtype=np.float64)
        before, now = (
            _correlation(returns[1:start], other[1:start]),
            _correlation(returns[start:], other[start:]),
        )
        if before is None or now is None:
            continue
        error = np.sqrt(1 / (before[1] - 3) + 1 / (now[1] - 3))
        z = float((np.arctanh(now[0]) - np.arctanh(before[0])) / error)
        if abs(z) > limits["correlation_z"]:
            words = (
                f"The correlation with {name} went from {before[0]:.2f} to {now[0]:.2f} in the last"
                f" {recent} days"
            )
            last = len(returns) - 1
            said = _said(
                window, MarketPattern.CORRELATION_BREAK, start, last, abs(z), limits["correlation_z"], words
            )
            found.append(replace(said, peer=name))
    return found


def _correlation(left: Values, right: Values) -> tuple[float, int] | None:
    known = ~(np.isnan(left) | np.isnan(right))
    n = int(known.sum())
    if n < 20 or np.ptp(left[known]) == 0 or np.ptp(right[known]) == 0:
        return None
    return float(np.clip(np.corrcoef(left[known], right[known])[0, 1], -0.999, 0.999)), n


def _discords(window: PriceWindow, returns: Values, limits: Mapping[str, float]) -> list[MarketFinding]:
    """The stretch that is farthest from its nearest like (Keogh, Lin and Fu 2005), where it is far from
    what such distances usually are. Stretches are compared as they are: their size is part of their shape."""
    length = int(limits["discord_length"])
    stretches = np.lib.stride_tricks.sliding_window_view(np.cumsum(returns), length)
    stretches = stretches - stretches[:, :1]
    squares = (stretches**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * stretches @ stretches.T, 0))
    for offset in range(-length + 1, length):
        n = len(stretches)
        rows = np.arange(max(0, -offset), min(n, n - offset))
        distances[rows, rows + offset] = np.inf
    nearest = distances.min(axis=1)
    place = int(np.argmax(nearest))
    z = float((nearest[place] - np.median(nearest)) / robust_deviation(nearest, NOTHING))
    if z <= limits["discord"]:
        return []
    words = f"The {length} days from {window.days[place]} run like no others of the window"
    return [_said(window, MarketPattern.DISCORD, place, place + length - 1, z, limits["discord"], words)]
