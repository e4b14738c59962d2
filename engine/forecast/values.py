"""What goes into a forecast and what comes out of it."""

from dataclasses import dataclass
from enum import StrEnum

from engine.errors import BadInput

LONGEST_HORIZON = 260


class ForecastMethod(StrEnum):
    """How a forecast was made. The last two are answers that hold no forecast of ours."""

    DRIFT = "drift"
    THETA = "theta"
    ETS = "ets"
    ARIMA = "arima"
    AUTOREGRESSION = "autoregression"
    SEASONAL_NAIVE = "seasonal_naive"
    SEASONAL_AUTOREGRESSION = "seasonal_autoregression"
    SEASONAL_ETS = "seasonal_ets"
    SEASONAL_ARIMA = "seasonal_arima"
    ENSEMBLE = "ensemble"
    RANDOM_WALK = "random_walk"  # nothing was shown to be better than the last value
    INSUFFICIENT_HISTORY = "insufficient_history"  # no figures at all


@dataclass(frozen=True, slots=True)
class ForecastOptions:
    """How far to look, the length of a season in points (1: none known), and what a claim needs.

    `search_seasons` also looks for the longer season that is usual beside the one named, such as the year
    in weeks. `longest_history` points at most are looked at, the latest ones. `claim_level` is the one-sided
    level of the test by which anything has to beat the random walk. `methods` are those that are tried
    beside the random walk; none named, all that the points allow. A value out of its range is refused
    with its name.
    """

    horizon: int
    season: int = 1
    search_seasons: bool = True
    longest_history: int = 1500
    claim_level: float = 0.03
    refits: int = 4
    most_origins: int = 400
    methods: tuple[ForecastMethod, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.horizon <= LONGEST_HORIZON:
            raise BadInput(f"horizon has to lie between 1 and {LONGEST_HORIZON}, not at {self.horizon}.")
        if not 1 <= self.season <= LONGEST_HORIZON:
            raise BadInput(f"season has to lie between 1 and {LONGEST_HORIZON}, not at {self.season}.")
        if self.longest_history < 50:
            raise BadInput(f"longest_history has to be 50 points at least, not {self.longest_history}.")
        if not 0 < self.claim_level < 0.5:
            raise BadInput(f"claim_level has to lie between 0 and 0.5, not at {self.claim_level}.")
        if self.refits < 1 or self.most_origins < 20:
            raise BadInput("refits has to be 1 at least and most_origins 20 at least.")


@dataclass(frozen=True, slots=True)
class Step:
    """One horizon: the forecast and its intervals, in the units of the series.

    lo95 ≤ lo80 ≤ point ≤ hi80 ≤ hi95.
    """

    horizon: int
    point: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float


@dataclass(frozen=True, slots=True)
class Skill:
    """The share of the random walk's mean absolute error that the backtest saved, with its 95 %
    interval over `blocks` stretches of the history that do not overlap; `claimed` where the one-sided
    test says that it is above zero. With too few stretches for a test, all three are None."""

    measured: float | None
    low: float | None
    high: float | None
    blocks: int
    claimed: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is said about the future of a series.

    Where `method` is insufficient_history there are no steps and `reason` says what is missing. Where it
    is random_walk, nothing was shown to be better, and `skill.measured` is what the best attempt showed.
    `weights` are those of the methods in the forecast, `origins` the count of points in the past from
    which the same was forecast to learn its errors.
    """

    method: ForecastMethod
    steps: tuple[Step, ...]
    skill: Skill
    weights: tuple[tuple[ForecastMethod, float], ...]
    points: int
    origins: int
    reason: str = ""

    @property
    def claimed_skill(self) -> float | None:
        """What is claimed: 0 for the random walk, None where there is no forecast."""
        if self.method is ForecastMethod.INSUFFICIENT_HISTORY:
            return None
        return self.skill.measured if self.skill.claimed else 0.0


class DriftKind(StrEnum):
    """What changed: what came lies above or below what was said, or errors are larger than they were."""

    ABOVE = "above"
    BELOW = "below"
    LARGER = "larger"


@dataclass(frozen=True, slots=True)
class Drift:
    """What changed, and at which of the errors since the fit it was known. Without a change `kind` and
    `known_at` are None; `highest` is how near to the limit the nearest of the sums came, as a share."""

    kind: DriftKind | None
    known_at: int | None
    highest: float
