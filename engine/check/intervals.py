"""Arithmetic on printed precision.

A printed figure stands for every number that rounds to it: ± half of its last digit, as XBRL
Calculations 1.1 reads reported figures. Sums of intervals are intervals; two sides of an identity
agree when their intervals touch. So a sum of seven rounded lines may miss its total by a few units
and still hold, while a figure printed to the cent may not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, both included."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"an interval cannot run from {self.low} down to {self.high}")

    @classmethod
    def exact(cls, value: Decimal) -> "Interval":
        """A number without doubt."""
        return cls(value, value)

    @classmethod
    def printed(cls, number: Decimal, decimals: int, scale: int = 1) -> "Interval":
        """What a printed number with that many decimals may stand for, in base units. An integer
        printed in millions (scale 1000000) is sure to half a million."""
        half = HALF.scaleb(-decimals) * scale
        return cls(number * scale - half, number * scale + half)

    @property
    def middle(self) -> Decimal:
        """The value in the middle."""
        return (self.low + self.high) / 2

    @property
    def radius(self) -> Decimal:
        """Half of the width."""
        return (self.high - self.low) / 2

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: "Interval") -> "Interval":
        return self + -other

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low)

    def widened(self, rounding: Decimal) -> "Interval":
        """The same numbers and all that are at most `rounding` away from one of them."""
        return Interval(self.low - rounding, self.high + rounding) if rounding else self

    def times(self, factor: int) -> "Interval":
        """Each number times a whole factor."""
        ends = (self.low * factor, self.high * factor)
        return Interval(min(ends), max(ends))

    def meets(self, other: "Interval") -> bool:
        """Whether some number lies in both, that is whether both may stand for the same number."""
        return self.low <= other.high and other.low <= self.high

    def holds(self, value: Decimal) -> bool:
        """Whether a number lies inside."""
        return self.low <= value <= self.high


ZERO = Interval(Decimal(0), Decimal(0))


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum of intervals; zero for none."""
    return reduce(Interval.__add__, intervals, ZERO)
