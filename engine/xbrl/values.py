"""Typed values of tagged publications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from engine.kinds import PeriodKind
from engine.values import Period


@dataclass(frozen=True, slots=True)
class TaggedFact:
    """One figure of one publication, without dimensions.

    `element` has the usual prefix of its taxonomy (`ifrs-full:Revenue`, `us-gaap:Assets`). `value` is in
    base units with the taxonomy's natural sign; None is a figure said to be nil. `unit` is an ISO 4217
    code, `shares`, `pure`, or a quotient of two such as `EUR/shares`. `decimals` is the precision that is
    stated; None where it is exact or the form does not say, so that nothing may be rounded away.
    `accession` names the filing in forms that hold many; `form` and `filed_on` are its own words.
    """

    element: str
    period: Period
    unit: str
    value: Decimal | None
    decimals: int | None = None
    accession: str = ""
    form: str = ""
    filed_on: date | None = None

    @property
    def key(self) -> tuple[str, str, Period, str]:
        """What a publication should say only once."""
        return (self.accession, self.element, self.period, self.unit)

    def to_json(self) -> list[Any]:
        """Plain values; decimals as strings."""
        start = self.period.start.isoformat() if self.period.start else None
        return [
            self.element, self.period.kind.value, start, self.period.end.isoformat(), self.unit,
            None if self.value is None else str(self.value), self.decimals, self.accession, self.form,
            self.filed_on.isoformat() if self.filed_on else None,
        ]  # fmt: skip

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "TaggedFact":
        """The inverse of `to_json`."""
        element, kind, start, end, unit, value, decimals, accession, form, filed_on = values
        first = date.fromisoformat(start) if start else None
        return cls(
            element, Period(PeriodKind(kind), first, date.fromisoformat(end)), unit,
            None if value is None else Decimal(value), decimals, accession, form,
            date.fromisoformat(filed_on) if filed_on else None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Facts that were not taken: `code` is stable, `example` the first of them."""

    code: str
    count: int
    example: str


@dataclass(frozen=True, slots=True)
class TaggedReading:
    """What a tagged publication says. `entity` is its identifier as written: an LEI or a CIK."""

    form: str
    entity: str
    facts: tuple[TaggedFact, ...]
    left_out: tuple[LeftOut, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "entity": self.entity,
            "facts": [fact.to_json() for fact in self.facts],
            "left_out": [[one.code, one.count, one.example] for one in self.left_out],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "TaggedReading":
        """The inverse of `to_json`."""
        return cls(
            values["form"],
            values["entity"],
            tuple(TaggedFact.from_json(fact) for fact in values["facts"]),
            tuple(LeftOut(*one) for one in values["left_out"]),
        )


@dataclass(frozen=True, slots=True)
class ListedFiling:
    """A filing in an index, without its figures. Addresses are as the index writes them, which may be
    without a host."""

    accession: str
    form: str
    period_end: date | None
    filed_on: date | None
    is_tagged: bool
    facts_address: str = ""
    package_address: str = ""

    def to_json(self) -> list[Any]:
        days = [day.isoformat() if day else None for day in (self.period_end, self.filed_on)]
        return [self.accession, self.form, *days, self.is_tagged, self.facts_address, self.package_address]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> "ListedFiling":
        """The inverse of `to_json`."""
        accession, form, end, filed, tagged, facts, package = values
        days = [date.fromisoformat(day) if day else None for day in (end, filed)]
        return cls(accession, form, days[0], days[1], tagged, facts, package)


@dataclass(slots=True)
class Tally:
    """Counts what is left out, by why, while a publication is read."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, example: str) -> None:
        """One more of this code."""
        self.counts[code] = self.counts.get(code, 0) + 1
        self.examples.setdefault(code, example[:200])

    def left_out(self) -> tuple[LeftOut, ...]:
        """All of it, the most frequent first."""
        ordered = sorted(self.counts, key=lambda code: (-self.counts[code], code))
        return tuple(LeftOut(code, self.counts[code], self.examples[code]) for code in ordered)
