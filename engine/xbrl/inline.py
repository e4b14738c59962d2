"""Inline XBRL: figures tagged within the pages that people read (inline XBRL 1.1).

Contexts and units may stand in another file of the same report, so that a report is read as a whole.
Entities are not resolved and nothing is fetched.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from engine.errors import BadInput, Unreadable
from engine.values import Period
from engine.xbrl.dates import duration, instant
from engine.xbrl.elements import usual_prefix
from engine.xbrl.filters import known_facts
from engine.xbrl.numbers import decimals_of, number_of
from engine.xbrl.units import XBRLI, quotient, unit_name
from engine.xbrl.values import TaggedFact, TaggedReading, Tally

INLINE = "inline-xbrl"
_IX = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_X = f"{{{XBRLI}}}"


@dataclass(frozen=True, slots=True)
class _Context:
    period: Period
    entity: str
    has_dimensions: bool


@dataclass(slots=True)
class _Resources:
    """What the figures of a report refer to. A context or unit that cannot be read holds why."""

    contexts: dict[str, _Context | BadInput] = field(default_factory=dict)
    units: dict[str, str | BadInput] = field(default_factory=dict)


def read_inline(files: Sequence[bytes]) -> TaggedReading:
    """The numeric facts without dimensions whose elements stand for a concept, of one report.

    Raises Unreadable: bad_xml, not_inline_xbrl.
    """
    roots = [_parsed(data) for data in files]
    resources = _Resources()
    for root in roots:
        _collect(root, resources)
    if not resources.contexts:
        raise Unreadable(
            "The pages hold no tagged figures: nothing in them says which period a figure is of.",
            code="not_inline_xbrl",
        )
    tally = Tally()
    found = (fact for root in roots for fact in _facts(root, resources, tally))
    facts = known_facts(found, tally)
    entities = [one.entity for one in resources.contexts.values() if isinstance(one, _Context)]
    entity = max(entities, key=entities.count, default="")
    return TaggedReading(INLINE, entity, facts, tally.left_out())


def _parsed(data: bytes) -> etree._Element:
    # `huge_tree` lifts limits of depth and length: pictures lie inside such pages as long texts. What may
    # be used is bounded by the process in which this runs. Without entities nothing can grow.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            f"The page is no well-formed XHTML ({str(error)[:120]}). Tagged pages have to be.", code="bad_xml"
        ) from None


def _collect(root: etree._Element, resources: _Resources) -> None:
    for element in root.iter(f"{_X}context"):
        resources.contexts[element.get("id", "")] = _context(element)
    for element in root.iter(f"{_X}unit"):
        try:
            resources.units[element.get("id", "")] = _unit(element)
        except BadInput as error:
            resources.units[element.get("id", "")] = error


def _context(element: etree._Element) -> _Context | BadInput:
    def said(name: str) -> str:
        found = element.find(f"{_X}period/{_X}{name}")
        return "" if found is None else "".join(found.itertext()).strip()

    try:
        period = instant(said("instant")) if said("instant") else duration(said("startDate"), said("endDate"))
    except BadInput as error:
        return error
    identifier = element.find(f"{_X}entity/{_X}identifier")
    parts = (element.find(f"{_X}entity/{_X}segment"), element.find(f"{_X}scenario"))
    return _Context(
        period,
        "" if identifier is None else "".join(identifier.itertext()).strip()[:40],
        any(part is not None and len(part) for part in parts),
    )


def _unit(element: etree._Element) -> str:
    def measure(path: str) -> str:
        found = element.findall(path)
        if len(found) != 1:
            raise BadInput("The unit is a product or has no measure.", code="unknown_unit")
        namespace, local = _qualified("".join(found[0].itertext()).strip(), found[0])
        return unit_name(namespace, local)

    if element.find(f"{_X}divide") is None:
        return measure(f"{_X}measure")
    over = measure(f"{_X}divide/{_X}unitNumerator/{_X}measure")
    return quotient(over, measure(f"{_X}divide/{_X}unitDenominator/{_X}measure"))


def _qualified(name: str, at: etree._Element) -> tuple[str, str]:
    """Namespace and local name of a name with a prefix that is declared at that place."""
    prefix, found, local = name.partition(":")
    namespaces: Mapping[str | None, str] = at.nsmap
    return (namespaces.get(prefix, ""), local) if found else (namespaces.get(None, ""), name)


def _facts(root: etree._Element, resources: _Resources, tally: Tally) -> Iterator[TaggedFact]:
    for namespace in _IX:
        for element in root.iter(f"{{{namespace}}}nonFraction"):
            if element.get("target"):
                tally.add("other_target", element.get("name", ""))
                continue
            try:
                fact = _fact(element, resources)
            except BadInput as error:
                tally.add(error.code, f"{element.get('name', '')}: {error.message}")
                continue
            if fact is None:
                tally.add("has_dimensions", element.get("name", ""))
            else:
                yield fact


def _fact(element: etree._Element, resources: _Resources) -> TaggedFact | None:
    """None for a figure with dimensions."""
    context = resources.contexts.get(element.get("contextRef", ""))
    unit = resources.units.get(element.get("unitRef", ""))
    if context is None or unit is None:
        missing = "contextRef" if context is None else "unitRef"
        raise BadInput(f"Its {missing} leads nowhere.", code="no_context" if context is None else "no_unit")
    if isinstance(context, BadInput):
        raise context
    if isinstance(unit, BadInput):
        raise unit
    if context.has_dimensions:
        return None
    namespace, local = _qualified(element.get("name", ""), element)
    prefix = usual_prefix(namespace) or element.get("name", "").partition(":")[0]
    is_nil = element.get(_XSI_NIL, "") in ("true", "1")
    value = None
    if not is_nil:
        _, transformation = _qualified(element.get("format", ""), element)
        value = number_of(
            "".join(element.itertext()), transformation, element.get("scale", ""), element.get("sign", "")
        )
    # Precision in significant digits is from before 2008; no taxonomy used here knows it.
    decimals = decimals_of(element.get("decimals"))
    return TaggedFact(f"{prefix}:{local}"[:200], context.period, unit, value, decimals)
