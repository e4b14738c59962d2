"""The two files of the SEC about a filer: its tagged facts of all filings, and the list of its filings.

Their forms are those of https://www.sec.gov/search-filings/edgar-application-programming-interfaces:
`companyfacts/CIK##########.json` and `submissions/CIK##########.json`. The first holds facts without
dimensions only and does not say their precision.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.errors import BadInput, Unreadable
from engine.values import Period
from engine.xbrl.dates import duration, instant
from engine.xbrl.elements import FRAMEWORKS
from engine.xbrl.filters import known_facts
from engine.xbrl.json_file import items, mapping, parsed, text
from engine.xbrl.values import ListedFiling, TaggedFact, TaggedReading, Tally

COMPANY_FACTS, SUBMISSIONS = "companyfacts", "submissions"
_LONGEST_UNIT = 30


def read_company_facts(data: bytes) -> TaggedReading:
    """The facts of elements that stand for a concept, filing by filing.

    Raises Unreadable: bad_json, not_company_facts.
    """
    found = parsed(data)
    if "facts" not in found or "cik" not in found:
        raise Unreadable(
            "The file is none of the SEC's company facts: it has no filer (cik) or no facts. Fetch"
            " companyfacts/CIK##########.json.",
            code="not_company_facts",
        )
    tally = Tally()
    facts = known_facts(_facts(mapping(found["facts"]), tally), tally)
    return TaggedReading(COMPANY_FACTS, text(found["cik"]).zfill(10), facts, tally.left_out())


def _facts(taxonomies: Mapping[str, Any], tally: Tally) -> Iterator[TaggedFact]:
    for prefix, elements in taxonomies.items():
        if prefix not in FRAMEWORKS:
            continue
        for name, described in mapping(elements).items():
            for unit, said in mapping(mapping(described).get("units")).items():
                for one in items(said):
                    try:
                        yield _fact(f"{prefix}:{name}", unit, mapping(one))
                    except BadInput as error:
                        tally.add(error.code, f"{prefix}:{name}: {error.message}")


def _fact(element: str, unit: str, said: Mapping[str, Any]) -> TaggedFact:
    value = said.get("val")
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value.adjusted()) > 40:
        raise BadInput(f"The value {str(value)[:40]!r} is no number.", code="bad_number")
    if not said.get("accn"):
        raise BadInput("The fact names no filing.", code="no_filing")
    end = text(said.get("end"))
    period: Period = duration(text(said["start"]), end) if said.get("start") else instant(end)
    return TaggedFact(
        element, period, unit[:_LONGEST_UNIT], value, None, text(said["accn"])[:40],
        text(said.get("form"))[:20], day_or_none(text(said.get("filed"))),
    )  # fmt: skip


def read_submissions(data: bytes) -> tuple[str, tuple[ListedFiling, ...]]:
    """The filer's number and its recent filings, newest first as the SEC lists them.

    Raises Unreadable: bad_json, not_submissions.
    """
    found = parsed(data)
    recent = mapping(mapping(found.get("filings")).get("recent"))
    numbers = items(recent.get("accessionNumber"))
    if "cik" not in found or "accessionNumber" not in recent:
        raise Unreadable(
            "The file is no list of a filer's submissions. Fetch submissions/CIK##########.json.",
            code="not_submissions",
        )
    columns = {
        name: items(recent.get(name))
        for name in ("form", "reportDate", "filingDate", "isXBRL", "isInlineXBRL")
    }
    if any(values and len(values) != len(numbers) for values in columns.values()):
        raise Unreadable("The columns of the list are of different lengths.", code="not_submissions")

    def cell(name: str, place: int) -> str:
        return text(columns[name][place]) if columns[name] else ""

    filings = tuple(
        ListedFiling(
            accession=text(number)[:40],
            form=cell("form", place)[:20],
            period_end=day_or_none(cell("reportDate", place)),
            filed_on=day_or_none(cell("filingDate", place)),
            is_tagged=any(cell(name, place) in ("1", "1.0") for name in ("isXBRL", "isInlineXBRL")),
        )
        for place, number in enumerate(numbers)
    )
    return text(found["cik"]).zfill(10), filings


def day_or_none(written: str) -> date | None:
    """A day as these files write it; None where there is none or it cannot be read."""
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None
