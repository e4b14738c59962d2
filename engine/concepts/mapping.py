"""Which concept a printed row reports: the ladder from a person's rule down to the row's position.

    confirmed rule → exact synonym in its section → guarded similarity → place of a subtotal → unmapped

Every rung proposes concepts for rows with a score; the guards veto; then each concept goes to the
row with the best claim, and each row takes its best concept. Value overlap with neighbouring years,
the rung between synonym and similarity, needs several reports and lives in `engine.compiling`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from engine.concepts.guards import contradicts, opposed
from engine.concepts.lexicon import Hit, Lexicon, load_lexicons
from engine.concepts.regions import BROADER, SIDES, Place, locate_rows
from engine.concepts.taxonomy import Item, Taxonomy
from engine.concepts.wording import plain
from engine.kinds import MappingMethod, RowKind, StatementKind
from engine.statement import Row, RowMapping, StatementTable

EXACT = 0.97
OPEN = 0.90
SIMILAR = 0.75
POSITION = 0.65
ELSEWHERE = 0.12  # what a claim loses when its row stands in another part of the statement
LATER_IN_LIST = 0.001  # per place, so that the more telling wording wins
LEAST_LIKENESS = 88.0  # token similarity in percent below which two wordings are strangers


@dataclass(frozen=True, slots=True)
class MappingRule:
    """A person's decision: rows with this label are this concept, or none at all. `section` None
    means wherever the label stands. Labels are compared as plain words."""

    statement: StatementKind
    label: str
    concept: str | None
    section: str | None = None

    def fits(self, kind: StatementKind, row: Row) -> bool:
        """Whether the rule decides this row."""
        if self.statement is not kind or plain(self.label) != plain(row.label):
            return False
        return self.section is None or plain(self.section) == plain(row.section)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row's claim to a concept."""

    row: int
    concept: str
    score: float
    method: MappingMethod
    reason: str


UNMAPPED = RowMapping(None, MappingMethod.UNMAPPED, 0.0, "no wording of the taxonomy fits this line")
HEADING = RowMapping(None, MappingMethod.UNMAPPED, 1.0, "a heading reports no figure")


def map_rows(
    table: StatementTable, taxonomy: Taxonomy, rules: Sequence[MappingRule] = ()
) -> tuple[RowMapping, ...]:
    """The concept of every row, in the order of the table's rows. A concept is given to one row."""
    lexicon = _language_of(table, taxonomy)
    places = locate_rows(table, lexicon, taxonomy)
    decided = {n: rule for n, row in enumerate(table.rows) for rule in rules if rule.fits(table.kind, row)}
    claims = [Claim(n, rule.concept, 1.0, MappingMethod.CONFIRMED_RULE, "a person confirmed this wording")
              for n, rule in decided.items() if rule.concept is not None]  # fmt: skip
    open_rows = [
        n for n, row in enumerate(table.rows) if n not in decided and row.kind is not RowKind.HEADING
    ]
    claims += _synonym_claims(table, taxonomy, lexicon, places, open_rows)
    won = _award(claims, table)
    for rung in (_similar_claims, _position_claims):
        left = [n for n in open_rows if n not in won]
        won |= _award(rung(table, taxonomy, lexicon, places, left), table, won)
    return tuple(_mapping(n, row, won, decided) for n, row in enumerate(table.rows))


def _mapping(n: int, row: Row, won: dict[int, Claim], decided: dict[int, MappingRule]) -> RowMapping:
    if n in won:
        claim = won[n]
        return RowMapping(
            claim.concept, claim.method, round(min(1.0, max(0.0, claim.score)), 3), claim.reason
        )
    if n in decided:
        return RowMapping(
            None, MappingMethod.CONFIRMED_RULE, 1.0, "a person confirmed that this line has no concept"
        )
    return HEADING if row.kind is RowKind.HEADING else UNMAPPED


def _language_of(table: StatementTable, taxonomy: Taxonomy) -> Lexicon:
    """The language whose wordings fit most rows; English when none does."""

    def exact_rows(lexicon: Lexicon) -> int:
        return sum(
            any(hit.exact for hit in lexicon.hits(table.kind, row.label)) for row in table.rows if row.label
        )

    return max(load_lexicons(taxonomy), key=exact_rows)


def _award(
    claims: Sequence[Claim], table: StatementTable, taken: dict[int, Claim] | None = None
) -> dict[int, Claim]:
    """Rows and concepts paired by descending score, each used once. Among equals the earlier row
    wins a line and the later row a total."""
    used = {claim.concept for claim in (taken or {}).values()}
    won: dict[int, Claim] = {}
    for claim in sorted(claims, key=lambda claim: (-claim.score, claim.row, claim.concept)):
        if claim.row not in won and claim.concept not in used:
            won[claim.row] = claim
            used.add(claim.concept)
    return won


def _synonym_claims(
    table: StatementTable, taxonomy: Taxonomy, lexicon: Lexicon, places: Sequence[Place], rows: Sequence[int]
) -> list[Claim]:
    claims = []
    for n in rows:
        row = table.rows[n]
        for label in _labels(row, places[n]):
            for hit in lexicon.hits(table.kind, label):
                claim = _judge(n, row, label, hit, taxonomy, places[n])
                if claim is not None:
                    claims.append(claim)
    return claims


def _labels(row: Row, place: Place) -> Iterator[str]:
    """The label, and for figures per share the label under its heading, which holds the deciding
    word where the label only repeats the result."""
    yield row.label
    if place.section in ("per_share", "share_count") and row.section:
        yield f"{row.section} {row.label}"


def _judge(n: int, row: Row, label: str, hit: Hit, taxonomy: Taxonomy, place: Place) -> Claim | None:
    item = taxonomy[hit.wording.concept]
    if hit.wording.section is not None and hit.wording.section != place.section:
        return None
    if contradicts(label, item.code) is not None:
        return None
    distance = _distance(item, place.section, taxonomy)
    if distance is None:
        return None
    score = (
        (EXACT if hit.exact else OPEN) - LATER_IN_LIST * hit.wording.place - distance + _kind_bonus(row, item)
    )
    way = "is" if hit.exact else "fits"
    reason = f"the label {way} the wording {hit.wording.text!r}"
    return Claim(n, item.code, score, MappingMethod.EXACT_SYNONYM, reason)


def _distance(item: Item, section: str, taxonomy: Taxonomy) -> float | None:
    """What a claim loses for the part its row stands in, None where it cannot be."""
    own = {item.section, *(taxonomy[parent].section for parent in item.parents)} if item.statement is (
        StatementKind.CASH_FLOW_STATEMENT) else {item.section}  # fmt: skip
    if section in own:
        return 0.0
    if BROADER.get(item.section) == section or BROADER.get(section) == item.section:
        return 0.01
    if SIDES.get(section) != SIDES.get(item.section) and not item.is_sum:
        return None
    if {"per_share", "share_count"} & {section, item.section}:
        return None
    return ELSEWHERE


def _kind_bonus(row: Row, item: Item) -> float:
    printed_sum = row.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)
    if item.is_sum:
        return 0.02 if printed_sum else 0.0
    return -0.02 if row.kind is RowKind.TOTAL and item.code != "is.revenue" else 0.0


def _similar_claims(
    table: StatementTable, taxonomy: Taxonomy, lexicon: Lexicon, places: Sequence[Place], rows: Sequence[int]
) -> list[Claim]:
    """Claims by likeness of words, vetoed by the guards."""
    claims = []
    for n in rows:
        row = table.rows[n]
        text = lexicon.spell(row.label)
        if len(text) < 6:
            continue
        for wording, entries in lexicon.exact[table.kind].items():
            likeness = fuzz.token_sort_ratio(text, wording, score_cutoff=LEAST_LIKENESS)
            if not likeness or opposed(row.label, wording) is not None:
                continue
            for entry in entries:
                item = taxonomy[entry.concept]
                distance = _distance(item, places[n].section, taxonomy)
                if distance is None or entry.section is not None or contradicts(row.label, item.code):
                    continue
                score = SIMILAR * likeness / 100 - distance + _kind_bonus(row, item)
                reason = f"the label resembles {wording!r} ({likeness:.0f} %)"
                claims.append(Claim(n, item.code, score, MappingMethod.SIMILAR_LABEL, reason))
    return claims


def _position_claims(
    table: StatementTable, taxonomy: Taxonomy, lexicon: Lexicon, places: Sequence[Place], rows: Sequence[int]
) -> list[Claim]:
    """Subtotals without a telling label, known by the part of the statement they close."""
    closing = {
        item.section: item
        for item in taxonomy.of_statement(table.kind)
        if item.is_sum and item.section in CLOSED_BY_TOTAL
    }
    claims = []
    for n in rows:
        row = table.rows[n]
        item = closing.get(places[n].section)
        if (
            item is None
            or row.kind not in (RowKind.SUBTOTAL, RowKind.TOTAL)
            or not _says_nothing(row.label, lexicon)
        ):
            continue
        ends = n + 1 == len(table.rows) or places[n + 1].section != places[n].section
        if ends:
            reason = f"an unlabelled sum that closes the part {item.section}"
            claims.append(Claim(n, item.code, POSITION, MappingMethod.SUBTOTAL_POSITION, reason))
    return claims


CLOSED_BY_TOTAL = frozenset(
    (
        "current_assets",
        "non_current_assets",
        "current_liabilities",
        "non_current_liabilities",
        "investing",
        "financing",
    )
)


def _says_nothing(label: str, lexicon: Lexicon) -> bool:
    return lexicon.spell(label) in ("", "total", "summe", "totaal", "totale", "total general", "summa")


Rung = Callable[[StatementTable, Taxonomy, Lexicon, Sequence[Place], Sequence[int]], list[Claim]]
