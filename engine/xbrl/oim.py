"""xBRL-JSON: a report of tagged facts as one JSON file (https://www.xbrl.org/Specification/xbrl-json)."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import BadInput, Unreadable
from engine.xbrl.dates import duration, instant
from engine.xbrl.elements import usual_prefix
from engine.xbrl.filters import known_facts
from engine.xbrl.json_file import mapping, parsed, text
from engine.xbrl.numbers import decimals_of, plain_number
from engine.xbrl.units import quotient, unit_name
from engine.xbrl.values import TaggedFact, TaggedReading, Tally

XBRL_JSON = "xbrl-json"
# The recommendation, and the candidate of which reports of the first years are.
_DOCUMENT_TYPES = (
    "https://xbrl.org/2021/xbrl-json",
    "https://xbrl.org/CR/2021-02-03/xbrl-json",
    "http://www.xbrl.org/CR/2020-05-06/xbrl-json",
)
_NO_DIMENSIONS = frozenset({"concept", "entity", "period", "unit", "language", "noteId"})


def read_xbrl_json(data: bytes) -> TaggedReading:
    """The numeric facts without dimensions whose elements stand for a concept.

    Raises Unreadable: bad_json, not_xbrl_json.
    """
    found = parsed(data)
    about = mapping(found.get("documentInfo"))
    if text(about.get("documentType")) not in _DOCUMENT_TYPES:
        raise Unreadable(
            "The file is no xBRL-JSON report: its documentInfo does not say so.", code="not_xbrl_json"
        )
    namespaces = {prefix: text(name) for prefix, name in mapping(about.get("namespaces")).items()}
    tally = Tally()
    entities: dict[str, int] = {}
    facts = known_facts(_facts(mapping(found.get("facts")), namespaces, entities, tally), tally)
    entity = max(entities, key=lambda name: entities[name], default="")
    return TaggedReading(XBRL_JSON, entity, facts, tally.left_out())


def _facts(
    said: Mapping[str, Any], namespaces: Mapping[str, str], entities: dict[str, int], tally: Tally
) -> Iterator[TaggedFact]:
    for identifier, fact in said.items():
        dimensions = mapping(mapping(fact).get("dimensions"))
        entity = text(dimensions.get("entity")).rpartition(":")[2][:40]
        entities[entity] = entities.get(entity, 0) + 1
        if "unit" not in dimensions:
            tally.add("not_numeric", text(dimensions.get("concept")) or identifier)
        elif set(dimensions) - _NO_DIMENSIONS:
            tally.add("has_dimensions", text(dimensions.get("concept")))
        else:
            try:
                yield _fact(mapping(fact), dimensions, namespaces)
            except BadInput as error:
                tally.add(error.code, f"{text(dimensions.get('concept'))}: {error.message}")


def _fact(
    fact: Mapping[str, Any], dimensions: Mapping[str, Any], namespaces: Mapping[str, str]
) -> TaggedFact:
    value = fact.get("value")
    # Numbers are written as texts; a number in their place would have been rounded by some programs.
    if value is not None and not isinstance(value, str):
        raise BadInput("The value is not written as a text.", code="bad_number")
    decimals = fact.get("decimals")
    start, _, end = text(dimensions.get("period")).partition("/")
    return TaggedFact(
        element=_element(text(dimensions.get("concept")), namespaces),
        period=duration(start, end) if end else instant(start),
        unit=_unit(text(dimensions.get("unit")), namespaces),
        value=None if value is None else plain_number(value),
        decimals=decimals_of(None if decimals is None else text(decimals)),
    )


def _element(name: str, namespaces: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return f"{usual_prefix(namespaces.get(prefix, '')) or prefix}:{local}"[:200]


def _unit(written: str, namespaces: Mapping[str, str]) -> str:
    """`iso4217:EUR`, `xbrli:shares`, `iso4217:EUR/xbrli:shares`."""
    over, _, under = written.replace("(", "").replace(")", "").partition("/")

    def name(measure: str) -> str:
        prefix, _, local = measure.strip().partition(":")
        return unit_name(namespaces.get(prefix, ""), local or prefix)

    if "*" in written:
        raise BadInput(f"The unit {written[:40]!r} is a product.", code="unknown_unit")
    return quotient(name(over), name(under) if under else "")
