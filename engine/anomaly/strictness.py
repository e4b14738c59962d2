"""How strict a search for anomalies should be, told from what people decided about its findings.

Only findings can be decided about, so that a search can be taught to say less, never to find more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NotEnoughData
from engine.promotion import Comparison, compare

LEAST_DECISIONS = 30  # fewer are moods rather than a rule
LEARNT_SHARE = 2 / 3  # the earlier decisions; the later ones measure
USUAL = 1.0


@dataclass(frozen=True, slots=True)
class Decided:
    """A finding that somebody decided about: its statistic over its threshold, and whether it was right."""

    reach: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """Of what is still said at a strictness: how many findings, and the share of them that is right (None
    where nothing is said); `missed` are the right ones that are no longer said."""

    said: int
    share_right: float | None
    missed: int

    def to_json(self) -> dict[str, float | None]:
        """For a column of a table."""
        return {"said": self.said, "share_right": self.share_right, "missed": self.missed}


@dataclass(frozen=True, slots=True)
class Strictness:
    """How many times its threshold a finding has to reach, chosen on earlier decisions and measured on
    later ones, `before` with the usual threshold and `after` with the chosen one."""

    factor: float
    learnt_from: int
    measured_on: int
    before: Precision
    after: Precision
    against_usual: Comparison


def choose(decided: Sequence[Decided]) -> Strictness:
    """The strictness that agrees with most of the earlier decisions, the mildest of several; from
    decisions in the order in which they were made. Raises NotEnoughData below thirty."""
    if len(decided) < LEAST_DECISIONS:
        raise NotEnoughData(
            f"{len(decided)} findings were confirmed or rejected; {LEAST_DECISIONS} are needed to tune by"
            " them. Until then the usual thresholds hold.",
            code="insufficient_history",
        )
    cut = round(LEARNT_SHARE * len(decided))
    learn, later = decided[:cut], decided[cut:]
    factors = [
        USUAL,
        *sorted({one.reach * 1.0001 for one in learn if not one.is_right and one.reach > USUAL}),
    ]
    factor = max(factors, key=lambda f: (sum(agreements(learn, f)), -f))
    return Strictness(
        factor=round(factor, 4),
        learnt_from=len(learn),
        measured_on=len(later),
        before=precision(later, USUAL),
        after=precision(later, factor),
        against_usual=compare(agreements(later, factor), agreements(later, USUAL)),
    )


def agreements(decided: Sequence[Decided], factor: float) -> list[float]:
    """For each decision 1 where saying it at this strictness, or not, is what the person would have."""
    return [float((one.reach >= factor) == one.is_right) for one in decided]


def precision(decided: Sequence[Decided], factor: float) -> Precision:
    """What is said at a strictness, and how much of it is right."""
    said = [one.is_right for one in decided if one.reach >= factor]
    share = round(sum(said) / len(said), 4) if said else None
    return Precision(len(said), share, sum(one.is_right for one in decided) - sum(said))
