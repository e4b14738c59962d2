"""Reports that present their income statement by IFRS 18, and the bridge from the basis before.

IFRS 18 "Presentation and Disclosure in Financial Statements" was issued on 9 April 2024, may be
applied early, and must be for years that begin on or after 1 January 2027, with the comparative year
restated. It defines operating profit, which IAS 1 did not, and moves income and expenses between
operating profit and profit before tax into two categories, investing and financing, with the subtotal
"profit before financing and income taxes" between them. An operating profit of before and one of after
are two quantities; a compile keeps them in two rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from engine.compiling.anchoring import AnchoredLine
from engine.compiling.values import BasisBridge, BridgeRow, Vintage
from engine.compiling.vintages import publication_order
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import Framework, RowKind, StatementKind
from engine.values import Period

ISSUED = date(2024, 4, 9)
MANDATORY_FROM = date(2027, 1, 1)  # first day of the first year that must follow it

OPERATING_PROFIT = "is.operating_profit"
OPERATING_PROFIT_IFRS_18 = "is.operating_profit_ifrs18"
BEFORE_FINANCING = "is.pbfit"


def with_bases(vintages: Sequence[Vintage], framework: Framework | None) -> tuple[Vintage, ...]:
    """The same vintages, those of reports under IFRS 18 marked, their operating profit as the row of
    its own. `framework` is the issuer's, None where it is not known."""
    adopters = _adopters(vintages, framework)
    return tuple(_rebased(v) if v.document in adopters else v for v in vintages)


def _adopters(vintages: Iterable[Vintage], framework: Framework | None) -> frozenset[str]:
    """The reports whose income statement follows IFRS 18: they print the subtotal it demands beside an
    operating profit, or they report of a year that must follow it."""
    by_document: dict[str, list[Vintage]] = defaultdict(list)
    for vintage in vintages:
        if vintage.statement is StatementKind.INCOME_STATEMENT:
            by_document[vintage.document].append(vintage)
    if framework is Framework.US_GAAP:
        return frozenset()
    return frozenset(name for name, found in by_document.items() if _follows(found, framework))


def _follows(vintages: Sequence[Vintage], framework: Framework | None) -> bool:
    concepts = {vintage.concept for vintage in vintages}
    if vintages[0].published_on < ISSUED:
        return False
    if {BEFORE_FINANCING, OPERATING_PROFIT} <= concepts:
        return True
    starts = [vintage.period.start for vintage in vintages if vintage.period.start is not None]
    return framework is Framework.IFRS and bool(starts) and max(starts) >= MANDATORY_FROM


def _rebased(vintage: Vintage) -> Vintage:
    concept = OPERATING_PROFIT_IFRS_18 if vintage.concept == OPERATING_PROFIT else vintage.concept
    return replace(vintage, concept=concept, ifrs_18=True)


def find_bridges(
    lines: Sequence[AnchoredLine], keys: Sequence[str], taxonomy: Taxonomy
) -> tuple[BasisBridge, ...]:
    """For each period that one report gave before IFRS 18 and the first report under it restated: every
    line of the two, in the order of `keys`. Newest period first; empty without such a report."""
    adopted = sorted(
        (v for line in lines for v in line.vintages if v.ifrs_18 and v.value is not None),
        key=publication_order,
    )
    if not adopted:
        return ()
    first = adopted[0].document
    found = []
    for period in sorted({v.period for v in adopted if v.document == first}, key=_newest):
        before = _last_before(lines, period)
        if before is not None:
            rows = tuple(_bridge_rows(lines, keys, period, before, first, taxonomy))
            found.append(BasisBridge(period, before, first, rows))
    return tuple(found)


def _newest(period: Period) -> tuple[int, int]:
    return -period.end.toordinal(), -(period.days or 0)


def _last_before(lines: Iterable[AnchoredLine], period: Period) -> str | None:
    """The last report that gave a period on the basis before."""
    earlier = [v for line in lines for v in line.vintages if v.period == period and not v.ifrs_18]
    return max(earlier, key=publication_order).document if earlier else None


def _bridge_rows(
    lines: Sequence[AnchoredLine],
    keys: Sequence[str],
    period: Period,
    before: str,
    after: str,
    taxonomy: Taxonomy,
) -> Iterable[BridgeRow]:
    by_key = {line.key: line for line in lines}
    for key in keys:
        line = by_key.get(key)
        if line is None:
            continue
        old, new = (_figure(line, period, document) for document in (before, after))
        if old is None and new is None:
            continue
        item = taxonomy.find(key)
        yield BridgeRow(
            key=key,
            label=item.label if item is not None else line.labels[0] if line.labels else "",
            kind=item.kind if item is not None else _kind(old, new),
            old_value=old.value if old else None,
            new_value=new.value if new else None,
            old_source=old.source if old else None,
            new_source=new.source if new else None,
        )


def _kind(old: Vintage | None, new: Vintage | None) -> RowKind:
    given = new or old
    return given.kind if given is not None else RowKind.LINE


def _figure(line: AnchoredLine, period: Period, document: str) -> Vintage | None:
    return next(
        (v for v in line.vintages if v.document == document and v.period == period and v.value is not None),
        None,
    )
