"""What differs between two files that stood under one address: figure by figure, as they were read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from extraction.models import ExtractionRun, Observation

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure with the line and the period it belongs to."""

    statement: str
    label: str
    period_start: date | None
    period_end: date | None
    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is printed otherwise, or in one of the two files alone (the other is None)."""

    old: Figure | None
    new: Figure | None

    @property
    def where(self) -> Figure | None:
        """The line and the period, as the newer of the files names them."""
        return self.new or self.old


@dataclass(frozen=True, slots=True)
class Differences:
    """How many figures are the same, and the first of those that are not, of `count`."""

    same: int
    count: int
    shown: tuple[Difference, ...]


def differences(old: ExtractionRun, new: ExtractionRun) -> Differences:
    """The figures of two readings compared by statement, line and period, in the order of the newer
    file. Lines of the same wording are compared in the order in which they are printed."""
    before, after = _figures(old), _figures(new)
    found, same = [], 0
    for key in (*after, *(key for key in before if key not in after)):
        olds, news = before.get(key, []), after.get(key, [])
        for place in range(max(len(olds), len(news))):
            one = olds[place] if place < len(olds) else None
            other = news[place] if place < len(news) else None
            if one is not None and other is not None and one.text == other.text:
                same += 1
            else:
                found.append(Difference(one, other))
    return Differences(same, len(found), tuple(found[:SHOWN]))


Key = tuple[str, str, str, date | None, date | None]


def _figures(run: ExtractionRun) -> dict[Key, list[Figure]]:
    rows: Iterable[tuple[str, str, str, date | None, date | None, str, int]] = (
        Observation.objects.filter(row__table__run=run)
        .order_by("row__table__statement", "row__ordinal", "column__ordinal")
        .values_list(
            *("row__table__statement", "row__table__scope", "row__label"),
            *("column__period_start", "column__period_end", "text", "page"),
        )
    )
    figures: dict[Key, list[Figure]] = defaultdict(list)
    for statement, scope, label, start, end, text, page in rows:
        key = (statement, scope, " ".join(label.lower().split()), start, end)
        figures[key].append(Figure(statement, label, start, end, text, page))
    return figures
