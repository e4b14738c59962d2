"""A printed report and a tagged publication of the same period, cell by cell.

Two figures agree when some true value rounds to both: each stands for ± half of its last digit, as in XBRL
Calculations 1.1. Only what both could say is compared: the periods that the report's statements print and
the elements that stand for a concept. A concept with several elements or several printed lines agrees also
where their sums do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product

from engine.concepts.taxonomy import Item, load_taxonomy
from engine.kinds import Framework, PeriodKind, StatementKind
from engine.values import Period
from engine.xbrl.elements import Meaning, framework_of, meanings
from engine.xbrl.filters import half_unit
from engine.xbrl.units import currency_of
from engine.xbrl.values import TaggedFact

# Years of 52 weeks are printed with the month's end, and tagged with the day, or the other way round.
DAYS_APART = 6
_SCALES = (Decimal(10), Decimal(100), Decimal(1000), Decimal(10) ** 6, Decimal(10) ** 9)


class Agreement(StrEnum):
    """How one cell compares."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ONLY_PRINTED = "only_printed"  # the report prints it, nothing tagged says it
    ONLY_TAGGED = "only_tagged"  # tagged for a period that the statement prints, and no line was read so
    NOT_COMPARABLE = "not_comparable"  # in another currency, or one side has no number


class Likeness(StrEnum):
    """What a difference looks like. A guess for a person to start from."""

    SIGN = "sign"
    SCALE = "scale"
    OTHER_LINE = "other_line"  # another concept of the statement has the tagged value
    OTHER_PERIOD = "other_period"  # the same concept has the tagged value in another column
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A figure as read from a report: base units, contribution sign; `key` is the caller's own."""

    key: int
    concept: str
    statement: StatementKind
    period: Period
    value: Decimal | None
    decimals: int
    currency: str


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One concept in one period. Values are contributions. `printed` are keys of the figures, `tagged` the
    places of the facts in the publication; `allowed` is what rounding explains."""

    concept: str
    statement: StatementKind
    period: Period
    outcome: Agreement
    printed: tuple[int, ...]
    tagged: tuple[int, ...]
    printed_value: Decimal | None
    tagged_value: Decimal | None
    difference: Decimal | None
    allowed: Decimal | None
    likeness: Likeness | None
    explanation: str


@dataclass(frozen=True, slots=True)
class _Side:
    """What one side could mean by a cell: some of its figures with their sum."""

    keys: tuple[int, ...]
    value: Decimal
    uncertainty: Decimal


@dataclass(frozen=True, slots=True)
class _Tag:
    """A fact taken for one concept: its place, its contribution and how fitting its element is."""

    place: int
    fact: TaggedFact
    meaning: Meaning

    @property
    def value(self) -> Decimal | None:
        return None if self.fact.value is None else self.fact.value * self.meaning.factor


def compare(printed: Sequence[PrintedFigure], tagged: Sequence[TaggedFact]) -> tuple[ComparedCell, ...]:
    """Every cell that either side could say, in the order of the statements and periods.

    Figures without a concept take no part. Facts of several frameworks are not mixed: the one with more
    facts is compared.
    """
    taxonomy = load_taxonomy()
    cells = _printed_cells(printed)
    columns = _columns(printed)
    tags = _tags(tagged)
    found: list[ComparedCell] = []
    seen: set[tuple[str, Period]] = set()
    for (concept, period), figures in cells.items():
        item = taxonomy.find(concept)
        if item is None:
            continue
        own = _matching(item, period, tags)
        seen.update((concept, tag.fact.period) for tag in own)
        found.append(_compared(item, period, figures, own))
    for concept, candidates in tags.items():
        item = taxonomy[concept]
        for period in columns.get(item.statement, ()):
            own = _matching(item, period, {concept: candidates})
            is_new = (concept, period) not in cells and not any(
                (concept, tag.fact.period) in seen for tag in own
            )
            if own and is_new:
                found.append(_only_tagged(item, period, own))
    order = {item.code: item.order for item in taxonomy}
    found.sort(key=lambda cell: (order[cell.concept], -cell.period.end.toordinal()))
    return tuple(_with_likeness(cell, found) for cell in found)


def _printed_cells(printed: Iterable[PrintedFigure]) -> dict[tuple[str, Period], list[PrintedFigure]]:
    cells: dict[tuple[str, Period], list[PrintedFigure]] = {}
    for figure in printed:
        if figure.concept:
            cells.setdefault((figure.concept, figure.period), []).append(figure)
    return cells


def _columns(printed: Iterable[PrintedFigure]) -> dict[StatementKind, tuple[Period, ...]]:
    """The periods that each statement prints."""
    found: dict[StatementKind, dict[Period, None]] = {}
    for figure in printed:
        found.setdefault(figure.statement, {})[figure.period] = None
    return {statement: tuple(periods) for statement, periods in found.items()}


def _tags(tagged: Sequence[TaggedFact]) -> dict[str, list[_Tag]]:
    counts: dict[Framework, int] = {}
    for fact in tagged:
        framework = framework_of(fact.element)
        counts[framework] = counts.get(framework, 0) + 1
    chosen = max(counts, key=lambda framework: counts[framework], default=None)
    found: dict[str, list[_Tag]] = {}
    for place, fact in enumerate(tagged):
        if framework_of(fact.element) is chosen:
            for meaning in meanings(fact.element):
                found.setdefault(meaning.concept, []).append(_Tag(place, fact, meaning))
    return found


def _matching(item: Item, period: Period, tags: Mapping[str, Sequence[_Tag]]) -> list[_Tag]:
    """The facts of a concept that are of the period a column prints, the most fitting element first."""
    return sorted(
        (tag for tag in tags.get(item.code, ()) if _is_of(tag.fact.period, item, period)),
        key=lambda tag: tag.meaning.rank,
    )


def _is_of(tagged: Period, item: Item, column: Period) -> bool:
    """Whether a tagged period is what a line of this concept means in a column."""
    if (tagged.kind is PeriodKind.INSTANT) != (item.period_kind is PeriodKind.INSTANT):
        return False
    if item.period_kind is PeriodKind.INSTANT:
        # Opening cash stands in the column of the year, and is the balance before its first day.
        if item.code == "cf.cash_open":
            return column.start is not None and -DAYS_APART <= (column.start - tagged.end).days <= DAYS_APART
        return _near(tagged.end, column.end)
    if column.start is None or tagged.start is None:
        return column.kind is PeriodKind.DURATION and tagged.is_full_year and _near(tagged.end, column.end)
    return _near(tagged.end, column.end) and _near(tagged.start, column.start)


def _near(first: date, second: date) -> bool:
    return abs((first - second).days) <= DAYS_APART


def _compared(
    item: Item, period: Period, figures: Sequence[PrintedFigure], tags: Sequence[_Tag]
) -> ComparedCell:
    keys = tuple(figure.key for figure in figures)
    currency = next((figure.currency for figure in figures if figure.currency), "")
    same = [tag for tag in tags if currency_of(tag.fact.unit) in ("", currency)]
    with_number = [figure for figure in figures if figure.value is not None]
    if not tags:
        value = (
            sum((f.value for f in with_number if f.value is not None), Decimal(0)) if with_number else None
        )
        return _cell(item, period, Agreement.ONLY_PRINTED, keys, (), value, None, "Nothing tagged says it.")
    first = tags[0]
    if not same:
        says = f"It is tagged in {first.fact.unit} and printed in {currency}."
        return _cell(item, period, Agreement.NOT_COMPARABLE, keys, (first.place,), None, None, says)
    if not with_number:
        says = "What is printed was not read as a number."
        return _cell(
            item, period, Agreement.NOT_COMPARABLE, keys, (same[0].place,), None, same[0].value, says
        )
    return _judged(item, period, keys, _printed_sides(with_number), _tagged_sides(same), same)


def _printed_sides(figures: Sequence[PrintedFigure]) -> list[_Side]:
    """Each line alone, and their sum where several lines are the concept."""
    sides = [
        _Side((figure.key,), figure.value, half_unit(figure.decimals))
        for figure in figures
        if figure.value is not None
    ]
    return sides if len(sides) == 1 else [_sum(sides), *sides]


def _tagged_sides(tags: Sequence[_Tag]) -> list[_Side]:
    """Each element alone, the most fitting first, and the sum of elements that are parts of the concept.
    A tag that is nil says nothing or zero, as a printed dash does."""
    sides = [
        _Side((tag.place,), tag.value if tag.value is not None else Decimal(0), half_unit(tag.fact.decimals))
        for tag in tags
    ]
    return sides if len({tag.fact.element for tag in tags}) == 1 else [*sides, _sum(sides)]


def _sum(sides: Sequence[_Side]) -> _Side:
    return _Side(
        tuple(key for side in sides for key in side.keys),
        sum((side.value for side in sides), Decimal(0)),
        sum((side.uncertainty for side in sides), Decimal(0)),
    )


def _judged(
    item: Item,
    period: Period,
    keys: tuple[int, ...],
    printed: Sequence[_Side],
    tagged: Sequence[_Side],
    tags: Sequence[_Tag],
) -> ComparedCell:
    """The pair that agrees, otherwise the first of both sides with how far they are apart."""
    pairs = list(product(printed, tagged))
    agreeing = [pair for pair in pairs if abs(pair[0].value - pair[1].value) <= _allowed(pair)]
    left, right = agreeing[0] if agreeing else pairs[0]
    elements = {tag.place: tag.fact.element for tag in tags}
    names = " and ".join(dict.fromkeys(elements[place] for place in right.keys))
    return ComparedCell(
        concept=item.code,
        statement=item.statement,
        period=period,
        outcome=Agreement.AGREES if agreeing else Agreement.DIFFERS,
        printed=left.keys if agreeing else keys,
        tagged=right.keys,
        printed_value=left.value,
        tagged_value=right.value,
        difference=left.value - right.value,
        allowed=_allowed((left, right)),
        likeness=None,
        explanation=f"Tagged as {names}.",
    )


def _allowed(pair: tuple[_Side, _Side]) -> Decimal:
    return pair[0].uncertainty + pair[1].uncertainty


def _only_tagged(item: Item, period: Period, tags: Sequence[_Tag]) -> ComparedCell:
    says = f"Tagged as {tags[0].fact.element}; no line of the statement was read as this."
    return _cell(item, period, Agreement.ONLY_TAGGED, (), (tags[0].place,), None, tags[0].value, says)


def _cell(
    item: Item,
    period: Period,
    outcome: Agreement,
    printed: tuple[int, ...],
    tagged: tuple[int, ...],
    printed_value: Decimal | None,
    tagged_value: Decimal | None,
    explanation: str,
) -> ComparedCell:
    return ComparedCell(
        item.code, item.statement, period, outcome, printed, tagged, printed_value, tagged_value, None, None,
        None, explanation,
    )  # fmt: skip


def _with_likeness(cell: ComparedCell, cells: Sequence[ComparedCell]) -> ComparedCell:
    """A cell that differs, with what the difference looks like."""
    if cell.outcome is not Agreement.DIFFERS or cell.printed_value is None or cell.tagged_value is None:
        return cell
    allowed = cell.allowed or Decimal(0)
    printed, tagged = cell.printed_value, cell.tagged_value

    def says(other: ComparedCell) -> bool:
        value = other.printed_value
        return bool(tagged) and value is not None and other is not cell and abs(value - tagged) <= allowed

    if printed and abs(printed + tagged) <= allowed:
        return replace(cell, likeness=Likeness.SIGN, explanation=f"{cell.explanation} Only the sign differs.")
    factor = _scale_between(printed, tagged, allowed)
    if factor:
        words = f"{cell.explanation} One is {factor:,f} times the other, as where a unit was misread."
        return replace(cell, likeness=Likeness.SCALE, explanation=words)
    for other in cells:
        same_line, same_column = other.concept == cell.concept, other.period == cell.period
        if same_line and says(other):
            words = f"{cell.explanation} The report prints that figure for the period to {other.period.end}."
            return replace(cell, likeness=Likeness.OTHER_PERIOD, explanation=words)
        if same_column and other.statement is cell.statement and says(other):
            words = f"{cell.explanation} The report prints that figure on the line read as {other.concept}."
            return replace(cell, likeness=Likeness.OTHER_LINE, explanation=words)
    return replace(cell, likeness=Likeness.VALUE)


def _scale_between(printed: Decimal, tagged: Decimal, allowed: Decimal) -> Decimal | None:
    """The power of ten that leads from one value to the other within the rounding of the larger one."""
    for factor in _SCALES:
        up = printed and tagged and abs(printed * factor - tagged) <= allowed * factor
        down = printed and tagged and abs(printed - tagged * factor) <= allowed
        if up or down:
            return factor
    return None
