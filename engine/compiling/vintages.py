"""Which publication of a figure wins.

Order is by publication date, never by the name of a fiscal year: a late report about an old year is
newer than an early report about a recent one, for the figures both print and for no others.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from engine.compiling.values import CompileRequest, Vintage
from engine.errors import BadInput
from engine.kinds import CompiledView


def known_by(vintages: Iterable[Vintage], request: CompileRequest) -> tuple[Vintage, ...]:
    """The vintages of the statement that a view may see, oldest publication first. Raises BadInput
    for the view as of a day that names no day."""
    if request.view is CompiledView.AS_OF and request.as_of is None:
        raise BadInput("The view as of a day needs that day. Give `as_of`.", code="as_of_missing")
    last = request.as_of if request.view is CompiledView.AS_OF else None
    seen = (
        vintage
        for vintage in vintages
        if vintage.statement is request.statement and (last is None or vintage.published_on <= last)
    )
    return tuple(sorted(seen, key=publication_order))


def publication_order(vintage: Vintage) -> tuple[date, int, bool, str, str, str]:
    """Earlier publications first; within one day the less precise first. The figure itself comes
    before the caller's keys, so that equal content gives an equal choice."""
    return (
        vintage.published_on,
        vintage.decimals,
        vintage.restated_marker,
        str(vintage.value),
        vintage.document,
        vintage.source,
    )


def choose(vintages: Sequence[Vintage], view: CompiledView) -> Vintage | None:
    """The winning publication of one figure, None where none holds a number. Among those of the
    winning day the most precise wins."""
    numbers = sorted((v for v in vintages if v.value is not None), key=publication_order)
    if not numbers:
        return None
    day = numbers[0].published_on if view is CompiledView.ORIGINAL else numbers[-1].published_on
    return [vintage for vintage in numbers if vintage.published_on == day][-1]
