"""How the score is made: the weighted mean share of what is without a fault, rounded down.

Each rule gives the share of the things it looked at that it found nothing about. The shares are weighted
by the rule's severity. A rule that had nothing to look at has no part in it: no data are not good data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from engine.kinds import Severity

# Each severity counts twice the one below it.
WEIGHTS = {Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 4, Severity.CRITICAL: 8}


@dataclass(frozen=True, slots=True)
class Part:
    """One rule's part of a score. `failed` says why the rule could not look, where it could not."""

    rule: str
    severity: Severity
    checked: int
    faulty: int
    not_judged: tuple[str, ...] = ()
    failed: str = ""

    @property
    def weight(self) -> int:
        return WEIGHTS[self.severity]

    @property
    def share(self) -> Decimal | None:
        """What is without a fault, 0 to 1; None where nothing was looked at."""
        if not self.checked or self.failed:
            return None
        return 1 - Decimal(min(self.faulty, self.checked)) / self.checked


def score_of(parts: Iterable[Part]) -> Decimal | None:
    """0 to 100 with one decimal, rounded down, so that only what has no fault at all has 100; None where
    nothing was looked at."""
    weighed = [(part.weight, part.share) for part in parts if part.share is not None]
    whole = sum(weight for weight, _ in weighed)
    if not whole:
        return None
    mean = sum((weight * share for weight, share in weighed), Decimal(0)) / whole
    return (mean * 100).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
