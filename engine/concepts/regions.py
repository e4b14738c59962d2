"""Which part of its statement a row stands in: current assets, investing activities, per share.

Headings say it where they are printed; elsewhere the totals do, because a part ends at its total.
"""

from dataclasses import dataclass

from engine.concepts.guards import stands_on_side
from engine.concepts.lexicon import Lexicon
from engine.kinds import RowKind, StatementKind
from engine.statement import Row, StatementTable

# Where a statement goes on behind a total, unless a heading says otherwise. The second place is
# taken where the first part has been seen already.
AFTER: dict[str, tuple[str, ...]] = {
    "bs.total_ca": ("non_current_assets", "assets"),
    "bs.total_nca": ("current_assets", "assets"),
    "bs.total_assets": ("liabilities",),
    "bs.total_cl": ("non_current_liabilities", "liabilities"),
    "bs.total_ncl": ("current_liabilities", "liabilities"),
    "bs.total_liab": ("equity",),
    "bs.total_equity": ("liabilities",),
    "bs.total_el": ("closing",),
    "is.operating_profit": ("financing",),
    "is.pbt": ("tax",),
    "is.net_income": ("result",),
    "is.tci": ("comprehensive",),
    "cf.cfo": ("investing",),
    "cf.cfi": ("financing", "closing"),
    "cf.cff": ("closing",),
}
BEFORE = {
    StatementKind.INCOME_STATEMENT: "operating",
    StatementKind.BALANCE_SHEET: "assets",
    StatementKind.CASH_FLOW_STATEMENT: "operating",
}

# Parts that cannot be confused by position: a row of one is never a concept of the other.
SIDES: dict[str, str] = {
    "current_assets": "assets",
    "non_current_assets": "assets",
    "assets": "assets",
    "current_liabilities": "liabilities",
    "non_current_liabilities": "liabilities",
    "liabilities": "liabilities",
    "equity": "liabilities",
    "per_share": "per_share",
    "share_count": "share_count",
}
PROFIT_OR_COMPREHENSIVE = "profit or comprehensive income"
PER_SHARE_PARTS = frozenset(("per_share", "share_count"))
BROADER = {
    "current_assets": "assets",
    "non_current_assets": "assets",
    "current_liabilities": "liabilities",
    "non_current_liabilities": "liabilities",
    "equity": "liabilities",
    "closing": "liabilities",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands. `stated` tells a printed heading from a conclusion."""

    section: str
    stated: bool


def locate_rows(table: StatementTable, lexicon: Lexicon) -> tuple[Place, ...]:
    """The part of the statement for every row of a table, in the order of its rows."""
    place = Place(BEFORE[table.kind], False)
    seen = {place.section}
    last_section = ""
    places = []
    ends = _part_ends(table, lexicon)
    for n, row in enumerate(table.rows):
        named = None
        if row.kind is RowKind.HEADING:
            named = lexicon.heading(table.kind, row.label)
        elif row.section != last_section:
            named = lexicon.heading(table.kind, row.section)
        last_section = row.label if row.kind is RowKind.HEADING else row.section
        if named == "result" and place.section == "comprehensive":
            # "Attributable to" alone speaks of what stands above it, the comprehensive income.
            named = "result" if stands_on_side(PROFIT_OR_COMPREHENSIVE, last_section) else None
        if named is not None:
            place = Place(named, True)
        seen.add(place.section)
        here = _by_kind(row, place) if table.kind is StatementKind.INCOME_STATEMENT else place
        places.append(here)
        total = ends.get(n)
        if total is not None and here.section not in PER_SHARE_PARTS:
            options = AFTER[total]
            place = Place(next((name for name in options if name not in seen), options[-1]), False)
    return tuple(places)


def _by_kind(row: Row, place: Place) -> Place:
    """The place of one row of an income statement that a figure per share or a share count takes,
    wherever it is printed."""
    if row.kind is RowKind.PER_SHARE:
        return Place("per_share", place.stated)
    if row.kind is RowKind.SHARES:
        return Place("share_count", place.stated)
    if place.section in PER_SHARE_PARTS or row.kind is RowKind.HEADING:
        return place
    if row.kind is RowKind.LINE and stands_on_side("basic or diluted", row.label):
        numbers = [cell for cell in row.cells if cell is not None and cell.number]
        to_the_cent = bool(numbers) and all(cell.decimals >= 2 for cell in numbers)
        return Place("per_share" if to_the_cent else "share_count", False)
    return place


def _part_ends(table: StatementTable, lexicon: Lexicon) -> dict[int, str]:
    """The row that ends each part: the last of those whose label is surely the part's total. A
    label that only resembles it counts where none is exact."""
    ends: dict[str, tuple[bool, int]] = {}
    for n, row in enumerate(table.rows):
        if row.kind is RowKind.HEADING:
            continue
        hits = [hit for hit in lexicon.hits(table.kind, row.label) if hit.wording.concept in AFTER]
        surest = [hit for hit in hits if hit.exact] or hits
        names = {hit.wording.concept for hit in surest}
        if len(names) == 1:
            concept = names.pop()
            ends[concept] = max(ends.get(concept, (False, n)), (surest[0].exact, n))
    return {n: concept for concept, (_, n) in ends.items()}
