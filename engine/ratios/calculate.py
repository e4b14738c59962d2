"""Ratios of every fiscal year, each from figures of that year and, where it says so, the year before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from engine.compiling.values import CompiledStatement
from engine.concepts.taxonomy import load_taxonomy
from engine.errors import BadInput
from engine.kinds import PeriodKind, RatioStatus, SectorTemplate
from engine.ratios.expression import Call, Expression, Name, Number, Operation
from engine.ratios.registry import MARKET_PRICE, Quantity, Ratio, Registry, load_registry
from engine.values import Period

# A year of 52 or 53 weeks ends within so many days of the year before it.
_YEAR = (timedelta(days=357), timedelta(days=378))


@dataclass(frozen=True, slots=True)
class Figure:
    """A concept's value in base units with contribution sign. `sources` are the caller's own keys."""

    concept: str
    period: Period
    value: Decimal
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure that a ratio was worked out from."""

    concept: str
    label: str
    end: date
    value: Decimal
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RatioValue:
    """A ratio of the fiscal year that ends on `end`. `value` is None unless the status is VALUE;
    `explanation` then says why, in a sentence. `operands` are those that were found, in any case."""

    code: str
    end: date
    status: RatioStatus
    value: Decimal | None
    operands: tuple[Operand, ...]
    explanation: str

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status is RatioStatus.VALUE):
            raise ValueError("a ratio has a value where its status says so, and only there")


def figures_of(statements: Iterable[CompiledStatement]) -> tuple[Figure, ...]:
    """The figures of compiled statements that have a concept. Raises BadInput where the statements are
    not all in one currency: a ratio over two would be worked out of nothing."""
    kept = tuple(statements)
    one_currency(statement.currency for statement in kept)
    return tuple(
        Figure(row.concept, cell.period, cell.value, (cell.source,) if cell.source else cell.derived_from)
        for statement in kept
        for row in statement.rows
        if row.concept
        for cell in row.cells
        if cell.value is not None
    )


def one_currency(currencies: Iterable[str | None]) -> str:
    """The currency that all statements are in, "" where none says it. Raises BadInput where there are
    several."""
    known = sorted({currency for currency in currencies if currency})
    if len(known) > 1:
        raise BadInput(
            f"The statements are in {' and '.join(known)}. Convert them to one currency first.",
            code="currency_conflict",
        )
    return known[0] if known else ""


def calculate(
    figures: Iterable[Figure],
    template: SectorTemplate = SectorTemplate.COMMERCIAL,
    codes: Sequence[str] | None = None,
) -> tuple[RatioValue, ...]:
    """Every ratio, or those of `codes`, of every year, newest year first.

    Flows count where they span a full year: the figures of a transition period make no ratio. Raises
    BadInput for a code that is not defined.
    """
    registry = load_registry()
    unknown = sorted(set(codes or ()) - registry.ratios.keys())
    if unknown:
        raise BadInput(
            f"There is no ratio {unknown[0]!r}. Use one of the defined codes.", code="unknown_ratio"
        )
    books = _Books.of(figures)
    wanted = [ratio for ratio in registry.ratios.values() if codes is None or ratio.code in codes]
    return tuple(_work_out(ratio, end, books, template, registry) for end in books.ends for ratio in wanted)


@dataclass(frozen=True, slots=True)
class Part:
    """A summand or factor of a formula, as `symbol` says (+, - or *), and what it came to in one year. None
    where it cannot be worked out."""

    symbol: str
    tree: Expression
    value: Decimal | None


def parts_of(code: str, end: date, figures: Iterable[Figure]) -> tuple[Part, ...]:
    """The summands or factors of a ratio's formula with their values in the year that ends on `end`; none
    where the formula is neither a sum nor a product. Raises KeyError for an unknown code."""
    registry = load_registry()
    tree = registry.ratios[code].tree
    symbols = "*" if isinstance(tree, Operation) and tree.symbol == "*" else "+-"
    books = _Books.of(figures)
    found = tuple(_parts(tree, symbols, symbols[0]))
    if len(found) < 2:
        return ()
    return tuple(Part(symbol, part, _Work(books, registry).value_of(part, end)) for symbol, part in found)


def _parts(tree: Expression, symbols: str, symbol: str) -> Iterator[tuple[str, Expression]]:
    if not isinstance(tree, Operation) or tree.symbol not in symbols:
        yield symbol, tree
        return
    if tree.left != Number(Decimal(0)):  # what a leading minus takes from
        yield from _parts(tree.left, symbols, symbol)
    yield tree.symbol, tree.right


def _work_out(
    ratio: Ratio, end: date, books: "_Books", template: SectorTemplate, registry: Registry
) -> RatioValue:
    if template in ratio.not_for:
        reason = f"{ratio.label} says nothing of this kind of company."
        return RatioValue(ratio.code, end, RatioStatus.NOT_APPLICABLE, None, (), reason)
    work = _Work(books, registry)
    value = work.value_of(ratio.tree, end)
    guards = [(text, work.value_of(tree, end)) for text, tree in ratio.above_zero]
    operands = tuple(work.used.values())
    if work.missing:
        return RatioValue(ratio.code, end, RatioStatus.UNAVAILABLE, None, operands, work.what_is_missing(end))
    why = next(
        (f"{text} is not positive." for text, guard in guards if guard is not None and guard <= 0),
        "A divisor is zero." if work.divided_by_zero else "",
    )
    if not why and value is not None:
        limit = registry.limits.get(ratio.unit)
        if limit is not None and abs(value) > limit:
            why = f"The divisor is next to nothing: the ratio would be {value:.0f}."
    if why:
        return RatioValue(ratio.code, end, RatioStatus.NOT_MEANINGFUL, None, operands, why)
    return RatioValue(ratio.code, end, RatioStatus.VALUE, value, operands, "")


@dataclass(frozen=True, slots=True)
class _Books:
    """The figures by concept and day. `short` are the lengths of flows that span no full
    year, None where it is unknown."""

    ends: tuple[date, ...]
    figures: Mapping[tuple[str, date], Figure]
    lengths: Mapping[date, int]
    short: Mapping[date, int | None]

    @classmethod
    def of(cls, figures: Iterable[Figure]) -> "_Books":
        kept: dict[tuple[str, date], Figure] = {}
        lengths: dict[date, int] = {}
        short: dict[date, int | None] = {}
        for figure in figures:
            period = figure.period
            if period.kind is PeriodKind.DURATION and not period.is_full_year:
                short[period.end] = period.days
                continue
            if period.days is not None:
                lengths[period.end] = period.days
            kept.setdefault((figure.concept, period.end), figure)
        ends = sorted({end for _, end in kept}, reverse=True)
        return cls(tuple(ends), kept, lengths, short)

    def before(self, end: date) -> date | None:
        """The end of the fiscal year before, None where nothing is known of it."""
        return next((other for other in self.ends if _YEAR[0] <= end - other <= _YEAR[1]), None)


@dataclass(slots=True)
class _Work:
    """One ratio being worked out: what it used, and what it did not find."""

    books: _Books
    registry: Registry
    used: dict[tuple[str, date], Operand] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)  # in the order in which they were asked for
    ways: dict[str, set[int]] = field(default_factory=dict)
    divided_by_zero: bool = False

    def what_is_missing(self, end: date) -> str:
        """A sentence that names the operands."""
        said = f"Not there: {', '.join(self.missing)}."
        if end not in self.books.short:
            return said
        days = self.books.short[end]
        length = "is of unknown length" if days is None else f"has {days} days, not a year"
        return f"{said} The period that ended on {end} {length}."

    def value_of(self, tree: Expression, end: date) -> Decimal | None:
        """None where an operand is missing or a divisor is zero, which is noted."""
        match tree:
            case Number(value):
                return value
            case Name(name, optional):
                return self._named(name, optional, end)
            case Operation(symbol, left, right):
                return self._operation(symbol, self.value_of(left, end), self.value_of(right, end))
            case Call(function, argument):
                return self._call(function, argument, end)

    def _operation(self, symbol: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
        if left is None or right is None:
            return None
        match symbol:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        if right == 0:
            self.divided_by_zero = True
            return None
        return left / right

    def _call(self, function: str, argument: Expression | None, end: date) -> Decimal | None:
        if argument is None:
            return self._days(end)
        now = None if function == "previous" else self.value_of(argument, end)
        if function in ("positive", "not_positive"):
            return None if now is None else Decimal(int((now > 0) == (function == "positive")))
        opening = self.books.before(end)
        if opening is None:
            self.missing.setdefault(f"the year before {end}")
            return None
        then = self.value_of(argument, opening)
        if function == "previous" or then is None or now is None:
            return then if function == "previous" else None
        return (now + then) / 2 if function == "average" else now - then

    def _days(self, end: date) -> Decimal | None:
        days = self.books.lengths.get(end)
        if days is None:
            self.missing.setdefault(f"the length of the year to {end}")
            return None
        return Decimal(days)

    def _named(self, name: str, optional: bool, end: date) -> Decimal | None:
        quantity = self.registry.quantities.get(name)
        if quantity is not None:
            return self._quantity(quantity, end)
        ratio = self.registry.ratios.get(name)
        if ratio is not None:
            return self.value_of(ratio.tree, end)
        figure = self.books.figures.get((name, end))
        if figure is None:
            if optional:
                return Decimal(0)
            self.missing.setdefault(f"{_label(name)} of {end}")
            return None
        operand = Operand(name, _label(name), end, figure.value, figure.sources)
        self.used.setdefault((name, end), operand)
        return figure.value

    def _quantity(self, quantity: Quantity, end: date) -> Decimal | None:
        """The first way that is printed. A way of optional parts alone needs one of them. Where there is
        but one way, what it lacks is what is missing."""
        lacking: dict[str, None] = {}
        for ordinal, way in enumerate(quantity.ways):
            trial = _Work(self.books, self.registry)
            value = trial.value_of(way, end)
            if value is None or not trial.used:
                lacking = trial.missing
                continue
            self.used |= {key: operand for key, operand in trial.used.items() if key not in self.used}
            self._note_ways(trial.ways, quantity, ordinal, end)
            return value
        if len(quantity.ways) > 1 or not lacking:
            lacking = {f"{quantity.label} of {end}": None}
        self.missing |= lacking
        return None

    def _note_ways(self, inner: dict[str, set[int]], quantity: Quantity, ordinal: int, end: date) -> None:
        for name, ordinals in inner.items():
            self.ways.setdefault(name, set()).update(ordinals)
        if quantity.one_basis:
            self.ways.setdefault(quantity.name, set()).add(ordinal)
        if len(self.ways.get(quantity.name, ())) > 1:
            self.missing.setdefault(f"{quantity.label} of {end} on the same basis as the other year")


def _label(concept: str) -> str:
    return "share price" if concept == MARKET_PRICE else load_taxonomy()[concept].label
