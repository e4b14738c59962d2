"""The language of formulas: quantities, numbers, the four operations and functions of a year.

    average(receivables) / revenue * days()

A name is a concept (`bs.cash`), a quantity or another ratio; a trailing `?` marks a part of a sum that
counts as nothing where it is not printed.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

FUNCTIONS = {"average": 1, "previous": 1, "change": 1, "positive": 1, "not_positive": 1, "days": 0}

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)?\??)|([-+*/()]))")


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """`symbol` is one of + - * /."""

    symbol: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """`argument` is None for the functions that take none."""

    function: str
    argument: "Expression | None"


Expression = Number | Name | Operation | Call

_ZERO = Number(Decimal(0))


def parse(text: str) -> Expression:
    """A formula as a tree. Raises ValueError that names what it does not understand."""
    return _Parser(text).whole()


def names_in(expression: Expression) -> Iterator[str]:
    """Every name a formula speaks of."""
    match expression:
        case Name(name):
            yield name
        case Operation(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case Call(_, argument) if argument is not None:
            yield from names_in(argument)


_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2}


def written(expression: Expression, words: Callable[[str], str] = str) -> str:
    """A tree as a formula with no more brackets than it needs; `words` says how names are written. As long
    as it leaves them alone, `parse` gives the same tree again."""
    match expression:
        case Number(value):
            return f"{value:f}"
        case Name(name, optional):
            return f"{words(name)}{'?' if optional else ''}"
        case Call(function, argument):
            return f"{function}({'' if argument is None else written(argument, words)})"
        case Operation("-", left, right) if left == _ZERO:
            inner = written(right, words)
            return f"- ({inner})" if isinstance(right, Operation) else f"- {inner}"
        case Operation(symbol, left, right):
            rank = _RANKS[symbol]
            is_in_front = rank == 1 and isinstance(left, Operation) and not _rank_of(left)
            before = written(left, words) if is_in_front else _bracketed(left, rank, words)
            behind = _bracketed(right, rank + 1, words)
            return f"{before} {symbol} {behind}"


def _bracketed(part: Expression, rank: int, words: Callable[[str], str]) -> str:
    """A part of an operation, in brackets where it binds less than the operation does."""
    text = written(part, words)
    return f"({text})" if isinstance(part, Operation) and _rank_of(part) < rank else text


def _rank_of(part: Operation) -> int:
    # A leading minus binds what follows it alone, and is the weakest where it is not in front.
    return 0 if part.symbol == "-" and part.left == _ZERO else _RANKS[part.symbol]


class _Parser:
    """Recursive descent: a sum of products of factors."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0

    def whole(self) -> Expression:
        found = self._sum()
        if self._at < len(self._tokens):
            raise self._surprise()
        return found

    def _sum(self) -> Expression:
        found = self._product()
        while (symbol := self._next_of("+-")) is not None:
            found = Operation(symbol, found, self._product())
        return found

    def _product(self) -> Expression:
        found = self._factor()
        while (symbol := self._next_of("*/")) is not None:
            found = Operation(symbol, found, self._factor())
        return found

    def _factor(self) -> Expression:
        if self._next_of("-"):
            return Operation("-", _ZERO, self._factor())
        if self._next_of("("):
            found = self._sum()
            self._expect(")")
            return found
        if self._at >= len(self._tokens):
            raise ValueError(f"{self._text!r} ends where a quantity should follow")
        token = self._tokens[self._at]
        if token[0].isdigit():
            self._at += 1
            return Number(Decimal(token))
        if not token[0].isalpha():
            raise self._surprise()
        self._at += 1
        if self._next_of("("):
            return self._call(token)
        return Name(token.removesuffix("?"), optional=token.endswith("?"))

    def _call(self, function: str) -> Expression:
        if function not in FUNCTIONS:
            raise ValueError(f"{self._text!r} uses {function}(), which is none of {', '.join(FUNCTIONS)}")
        argument = self._sum() if FUNCTIONS[function] else None
        self._expect(")")
        return Call(function, argument)

    def _next_of(self, symbols: str) -> str | None:
        if self._at < len(self._tokens) and self._tokens[self._at] in symbols:
            self._at += 1
            return self._tokens[self._at - 1]
        return None

    def _expect(self, symbol: str) -> None:
        if self._next_of(symbol) is None:
            raise ValueError(f"{self._text!r} lacks a {symbol}")

    def _surprise(self) -> ValueError:
        return ValueError(f"{self._text!r}: {self._tokens[self._at]!r} makes no sense there")


def _tokens(text: str) -> Iterator[str]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"{text!r}: {text[at:].strip()[:1]!r} is not part of a formula")
        yield found[1] or found[2] or found[3]
        at = found.end()
