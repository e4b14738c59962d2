"""A line of figures as a small drawing: how an amount went over the years, before any number is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 72, 20
MARGIN = Decimal("2.5")  # so that the line's own thickness stays inside


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Coordinates of a drawing of WIDTH by HEIGHT. `lines` are the stretches without a gap, as the points
    of SVG polylines; `alone` the figures between two gaps; `last` the newest figure; `zero` the height
    of nothing, None where all figures are on one side of it."""

    lines: tuple[str, ...]
    alone: tuple[tuple[str, str], ...]
    last: tuple[str, str]
    zero: str | None


def sparkline(values: Sequence[Decimal | None]) -> Sparkline | None:
    """The drawing of figures, oldest first, each gap one step wide. None for less than two figures."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    span = high - low
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)

    def height(value: Decimal) -> str:
        share = (value - low) / span if span else Decimal("0.5")
        return f"{HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN):.1f}"

    stretches: list[list[tuple[str, str]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((f"{MARGIN + number * step:.1f}", height(value)))
    drawn = [stretch for stretch in stretches if stretch]
    return Sparkline(
        lines=tuple(" ".join(f"{x},{y}" for x, y in stretch) for stretch in drawn if len(stretch) > 1),
        alone=tuple(stretch[0] for stretch in drawn if len(stretch) == 1),
        last=drawn[-1][-1],
        zero=height(Decimal(0)) if low < 0 < high else None,
    )
