"""Which facts of a publication are kept."""

from collections.abc import Iterable
from decimal import Decimal

from engine.xbrl.elements import meanings
from engine.xbrl.values import TaggedFact, Tally


def known_facts(facts: Iterable[TaggedFact], tally: Tally) -> tuple[TaggedFact, ...]:
    """Facts of elements that stand for a concept, each figure once.

    Where a publication says a figure several times, the most precise stays. What contradicts itself
    beyond rounding is left out altogether and counted as `contradicts_itself`, other elements as
    `no_concept`.
    """
    kept: dict[tuple[object, ...], TaggedFact] = {}
    refused: set[tuple[object, ...]] = set()
    for fact in facts:
        if not meanings(fact.element):
            tally.add("no_concept", fact.element)
            continue
        before = kept.get(fact.key)
        if before is None:
            kept[fact.key] = fact
        elif not _agree(before, fact):
            refused.add(fact.key)
            tally.add("contradicts_itself", f"{fact.element} {fact.period.end}: {before.value}, {fact.value}")
        elif _precision(fact) > _precision(before):
            kept[fact.key] = fact
    return tuple(fact for key, fact in kept.items() if key not in refused)


def half_unit(decimals: int | None) -> Decimal:
    """Half of the last digit of a stated precision; zero for what is exact."""
    return Decimal(0) if decimals is None else Decimal(5).scaleb(-decimals - 1)


def _agree(first: TaggedFact, second: TaggedFact) -> bool:
    if first.value is None or second.value is None:
        return first.value is second.value
    return abs(first.value - second.value) <= half_unit(first.decimals) + half_unit(second.decimals)


def _precision(fact: TaggedFact) -> int:
    return 100 if fact.decimals is None else fact.decimals
