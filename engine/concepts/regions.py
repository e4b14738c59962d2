"""Which part of its statement a row stands in: current assets, investing activities, per share.

Headings say it where they are printed; elsewhere the totals do, because a part ends at its total.
"""

from dataclasses import dataclass

from engine.concepts.lexicon import Lexicon
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import RowKind, StatementKind
from engine.statement import StatementTable

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
    "is.tci": ("result",),
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


def locate_rows(table: StatementTable, lexicon: Lexicon, taxonomy: Taxonomy) -> tuple[Place, ...]:
    """The part of the statement for every row of a table, in the order of its rows."""
    place = Place(BEFORE[table.kind], False)
    seen = {place.section}
    last_section = ""
    places = []
    for row in table.rows:
        named = None
        if row.kind is RowKind.HEADING:
            named = lexicon.heading(table.kind, row.label)
        elif row.section != last_section:
            named = lexicon.heading(table.kind, row.section)
        last_section = row.label if row.kind is RowKind.HEADING else row.section
        if named is not None:
            place = Place(named, True)
        place = _by_kind(row.kind, place)
        seen.add(place.section)
        places.append(place)
        total = (
            _ends_part(table.kind, row.label, lexicon, taxonomy) if row.kind is not RowKind.HEADING else None
        )
        if total is not None and place.section not in ("per_share", "share_count"):
            options = AFTER[total]
            place = Place(next((name for name in options if name not in seen), options[-1]), False)
    return tuple(places)


def _by_kind(kind: RowKind, place: Place) -> Place:
    if kind is RowKind.PER_SHARE:
        return Place("per_share", place.section == "per_share" and place.stated)
    if kind is RowKind.SHARES:
        return Place("share_count", place.section == "share_count" and place.stated)
    return place


def _ends_part(kind: StatementKind, label: str, lexicon: Lexicon, taxonomy: Taxonomy) -> str | None:
    """The total that a row surely is, when it ends a part of the statement."""
    hits = [hit for hit in lexicon.hits(kind, label) if hit.wording.concept in AFTER]
    exact = [hit for hit in hits if hit.exact] or hits
    names = {hit.wording.concept for hit in exact}
    return names.pop() if len(names) == 1 else None
