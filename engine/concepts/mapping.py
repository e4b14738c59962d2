"""Which concept a printed row reports: the ladder from a person's rule down to the row's position.

    confirmed rule → exact synonym in its section → guarded similarity → place of a subtotal
                   → what the second reader suggests → unmapped

Every rung proposes concepts for rows with a score; the guards veto; then each concept goes to the
row with the best claim, and each row takes its best concept. Value overlap with neighbouring years,
the rung between synonym and similarity, needs several reports and lives in `engine.compiling`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.check.sums import find_structure
from engine.concepts.claims import Claim, Scene
from engine.concepts.guards import contradicts, is_qualified, opposed, stands_on_side
from engine.concepts.lexicon import Hit, Lexicon, load_lexicon, load_lexicons
from engine.concepts.positions import arithmetic_claims, equity_before_others, position_claims
from engine.concepts.regions import (
    BROADER,
    PER_SHARE_PARTS,
    PROFIT_OR_COMPREHENSIVE,
    SIDES,
    locate_rows,
)
from engine.concepts.taxonomy import Item, Taxonomy
from engine.concepts.wording import plain
from engine.kinds import MappingMethod, RowKind, StatementKind
from engine.statement import Row, RowMapping, StatementTable

CERTAIN = 2.0  # above every other claim
EXACT = 0.97
OPEN = 0.90
SIMILAR = 0.75
SUGGESTED = 0.60
ELSEWHERE = 0.12  # what a claim loses when its row stands in another part of the statement
QUALIFIED = 0.05  # what a claim loses for a word that narrows it, such as "continuing"
PARTS_OF_PROFIT = frozenset(("result", "tax"))
ACTIVITIES = frozenset(("operating", "investing", "financing"))
COSTS_OF_OPERATION = frozenset(("is.personnel", "is.admin", "is.sga", "is.selling", "is.rnd"))
CURRENT_OR_NOT = "current or non-current"
OTHER_TERM = (
    {"current_assets", "non_current_assets"},
    {"current_liabilities", "non_current_liabilities"},
)
FAR_WEAKER = 0.10  # below the best claim of a row; less than what another part of the statement costs
LATER_IN_LIST = 0.001  # per place, so that the more telling wording wins
CLOSES_SUM = 0.02  # what a claim gains when its row is printed as a sum, and again when it adds up
SHORTEST_LIKE = 6  # letters; likeness of shorter labels means nothing
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


UNMAPPED = RowMapping(None, MappingMethod.UNMAPPED, 0.0, "no wording of the taxonomy fits this line")
CONFIRMED_WITHOUT = RowMapping(
    None, MappingMethod.CONFIRMED_RULE, 1.0, "a person confirmed that this line has no concept"
)
OWN_LINE = RowMapping(
    None,
    MappingMethod.SECOND_READER,
    SUGGESTED,
    "no wording fits, nor does the second reader know a concept",
)
NOTHING_SUGGESTED: Mapping[int, str | None] = MappingProxyType({})
GUESSES = frozenset((MappingMethod.SIMILAR_LABEL, MappingMethod.SUBTOTAL_POSITION))
HEADING = RowMapping(None, MappingMethod.UNMAPPED, 1.0, "a heading reports no figure")


def map_rows(
    table: StatementTable,
    taxonomy: Taxonomy,
    rules: Sequence[MappingRule] = (),
    suggested: Mapping[int, str | None] = NOTHING_SUGGESTED,
) -> tuple[RowMapping, ...]:
    """The concept of every row, in the order of the table's rows. A concept is given to one row.

    `suggested` is what the second reader says of rows that are left for review, by row: a concept, or
    None for a line of the company's own. It comes last, and under the same guards as every claim.
    """
    scene = _scene(table, taxonomy)
    decided = {n: rule for n, row in enumerate(table.rows) for rule in rules if rule.fits(table.kind, row)}
    open_rows = [
        n for n, row in enumerate(table.rows) if n not in decided and row.kind is not RowKind.HEADING
    ]
    by_wording = list(_synonym_claims(scene, open_rows))
    first = _first_rows(scene, by_wording)
    by_wording = [claim for claim in by_wording if claim.row >= first.get(claim.concept, 0)]
    claims = _repeated_lines_first(scene, [*_rule_claims(decided), *_near_the_best(by_wording)])
    won = _award(claims)
    # A line of known wording that lost its concept is one more line of that kind: it is not taken for
    # something in another part of the statement.
    worded = {claim.row for claim in by_wording}
    left = [n for n in open_rows if n not in won]
    alike = (
        claim
        for claim in _similar_claims(scene, left)
        if (claim.at_home or claim.row not in worded) and claim.row >= first.get(claim.concept, 0)
    )
    won |= _award(alike, won)
    won |= _award(position_claims(scene, [n for n in left if n not in won]), won)
    won |= _award(arithmetic_claims(scene, [n for n in left if n not in won], won), won)
    won |= equity_before_others(scene, won)
    won |= _award(_suggested_claims(scene, [n for n in left if n not in won], suggested), won)
    return tuple(_mapping(n, row, won, decided, suggested) for n, row in enumerate(table.rows))


def _scene(table: StatementTable, taxonomy: Taxonomy) -> Scene:
    lexicon = language_of(table, taxonomy)
    structure = find_structure(table, [1] * len(table.rows), frozenset())
    sums = frozenset(found.total for found in structure.sums)
    return Scene(table, taxonomy, lexicon, locate_rows(table, lexicon), sums)


def language_of(table: StatementTable, taxonomy: Taxonomy) -> Lexicon:
    """The language whose wordings fit most rows; English when none does."""

    def known(lexicon: Lexicon) -> int:
        return sum(lexicon.knows(table.kind, row.label) for row in table.rows)

    english = load_lexicon("en", taxonomy)
    if 2 * known(english) > len(table.rows):
        return english  # most reports; no other language can know as many, and none need be loaded
    return max(load_lexicons(taxonomy), key=known)


def _mapping(
    n: int,
    row: Row,
    won: Mapping[int, Claim],
    decided: Mapping[int, MappingRule],
    suggested: Mapping[int, str | None],
) -> RowMapping:
    if n in won:
        claim = won[n]
        confidence = round(min(1.0, max(0.0, claim.score)), 3)
        if claim.method in GUESSES and suggested.get(n) == claim.concept:
            reason = f"{claim.reason}; the second reader says the same"
            return RowMapping(claim.concept, MappingMethod.AGREED, confidence, reason)
        return RowMapping(claim.concept, claim.method, confidence, claim.reason)
    if n in decided:
        return CONFIRMED_WITHOUT
    if n in suggested and suggested[n] is None and row.kind is not RowKind.HEADING:
        return OWN_LINE
    return HEADING if row.kind is RowKind.HEADING else UNMAPPED


def _award(claims: Iterable[Claim], taken: dict[int, Claim] | None = None) -> dict[int, Claim]:
    """Rows and concepts paired by descending score, each used once; among equals the earlier row."""
    used = {claim.concept for claim in (taken or {}).values()}
    won: dict[int, Claim] = {}
    for claim in sorted(claims, key=lambda claim: (-claim.score, claim.row, claim.concept)):
        if claim.row not in won and claim.concept not in used:
            won[claim.row] = claim
            used.add(claim.concept)
    return won


def _repeated_lines_first(scene: Scene, claims: Sequence[Claim]) -> list[Claim]:
    """The claims, where of a line printed twice the first has as good a claim as the second."""
    best: dict[tuple[str, object], float] = {}
    for claim in claims:
        key = claim.concept, _print(scene.table.rows[claim.row])
        best[key] = max(best.get(key, claim.score), claim.score)
    return [replace(c, score=best[c.concept, _print(scene.table.rows[c.row])]) for c in claims]


def _near_the_best(claims: Sequence[Claim]) -> list[Claim]:
    """The claims without those that are far weaker than another one of their row: where that goes to
    another row, this one is a second line of the same kind and not something else."""
    best: dict[int, float] = {}
    for claim in claims:
        best[claim.row] = max(best.get(claim.row, claim.score), claim.score)
    return [claim for claim in claims if claim.score > best[claim.row] - FAR_WEAKER]


def _first_rows(scene: Scene, claims: Sequence[Claim]) -> dict[str, int]:
    """The row from which on a concept of an income statement can stand, for those that other lines must
    precede: banks, brokers and funds call their income before costs operating or net income too."""
    if scene.table.kind is not StatementKind.INCOME_STATEMENT:
        return {}
    last = max((claim.row for claim in claims if claim.concept == "is.net_income"), default=0)
    above = [row for concept in ("is.pbt", "is.tax") if (row := _surest_row(claims, concept)) is not None]
    opened = [n for n in range(last) if _opens_part(scene, n) and scene.places[n].section == "operating"]
    # Only where a row below claims to be the net income as well.
    result = max((n for n in (*above, *opened[-1:]) if n < last), default=0)
    before_tax = _surest_row(claims, "is.pbt") or 0
    costs = [
        claim.row
        for claim in claims
        if claim.concept in COSTS_OF_OPERATION and claim.row < before_tax and claim.score > SIMILAR
    ]
    profit = max(costs, default=-1) + 1
    return {"is.net_income": result, "is.ni_owners": result, "is.operating_profit": profit}


def _surest_row(claims: Sequence[Claim], concept: str) -> int | None:
    """The row with the best claim to a concept."""
    best = max((c for c in claims if c.concept == concept), key=lambda claim: claim.score, default=None)
    return None if best is None else best.row


def _opens_part(scene: Scene, n: int) -> bool:
    """Whether a row is the first below a heading."""
    return n > 0 and scene.places[n].stated and scene.table.rows[n].section != scene.table.rows[n - 1].section


def _print(row: Row) -> tuple[object, ...]:
    """What tells a line from its repetition: the words and the figures."""
    return plain(row.label), *(None if cell is None else cell.number for cell in row.cells)


def _rule_claims(decided: dict[int, MappingRule]) -> Iterator[Claim]:
    for n, rule in decided.items():
        if rule.concept is not None:
            yield Claim(
                n, rule.concept, CERTAIN, MappingMethod.CONFIRMED_RULE, "a person confirmed this wording"
            )


def _synonym_claims(scene: Scene, rows: Sequence[int]) -> Iterator[Claim]:
    """Claims of rows whose label is a known wording."""
    for n in rows:
        for label in _labels(scene, n):
            for hit in scene.lexicon.hits(scene.table.kind, label):
                score = _score(scene, n, label, hit)
                if score is not None:
                    reason = f"the label {'is' if hit.exact else 'fits'} the wording {hit.wording.text!r}"
                    yield Claim(n, hit.wording.concept, score, MappingMethod.EXACT_SYNONYM, reason)


def _labels(scene: Scene, n: int) -> Iterator[str]:
    """The label; for figures per share also the label under its heading, which holds the deciding
    word where the label only repeats the result; a total without more words as that of its heading; and
    below a line without figures the two together, because a long label may have been cut in two."""
    row = scene.table.rows[n]
    yield row.label
    if row.section and scene.lexicon.is_total_alone(row.label):
        yield f"{row.label} {row.section}"
    if scene.places[n].section in PER_SHARE_PARTS:
        if row.section:
            yield f"{row.section} {row.label}"
    elif n and _is_cut(scene, scene.table.rows[n - 1]):
        yield f"{scene.table.rows[n - 1].label} {row.label}"


def _is_cut(scene: Scene, above: Row) -> bool:
    """Whether a line without figures may be the first half of the label below it. The headings of
    a balance sheet and of a cash flow statement name parts; those of an income statement read on."""
    reads_on = scene.table.kind is StatementKind.INCOME_STATEMENT
    opens_part = not reads_on and scene.lexicon.heading(scene.table.kind, above.label) is not None
    return above.kind is RowKind.HEADING and not above.label.rstrip().endswith(":") and not opens_part


def _score(scene: Scene, n: int, label: str, hit: Hit) -> float | None:
    """How good a claim is, None where the guards or the part of the statement forbid it."""
    item = scene.taxonomy[hit.wording.concept]
    if hit.wording.section not in (None, scene.places[n].section) or _is_forbidden(scene, n, label, item):
        return None
    if not hit.exact and _flows_elsewhere(scene, n, item):
        return None
    distance = _distance(scene, n, item)
    if distance is None:
        return None
    likely = (EXACT if hit.exact else OPEN) - LATER_IN_LIST * hit.wording.place
    context = f"{scene.table.rows[n].section} {label}" if item.section in PER_SHARE_PARTS else label
    narrowed = QUALIFIED if is_qualified(context, item.code) else 0.0
    return likely - distance - narrowed + _sum_bonus(scene, n)


def _is_forbidden(scene: Scene, n: int, label: str, item: Item) -> bool:
    """Whether a row cannot be a concept: its words are those of the opposite, or it splits the
    comprehensive income and the concept is a part of the profit. The words of the label go before
    the part of the statement: a line that names the profit is the profit wherever it stands."""
    if contradicts(label, item.code) is not None:
        return True
    splits = scene.places[n].section == "comprehensive" and item.section in PARTS_OF_PROFIT
    return splits and not stands_on_side(PROFIT_OR_COMPREHENSIVE, label)


def _flows_elsewhere(scene: Scene, n: int, item: Item) -> bool:
    """Whether a row of a cash flow statement stands under the heading of another activity than the
    concept's: shares issued for services are no proceeds, however alike the words."""
    place = scene.places[n]
    if scene.table.kind is not StatementKind.CASH_FLOW_STATEMENT or item.is_sum:
        return False
    own = {item.section} | {scene.taxonomy[parent].section for parent in item.parents}
    return place.stated and place.section in ACTIVITIES and place.section not in own


def _distance(scene: Scene, n: int, item: Item) -> float | None:
    """What a claim loses for the part its row stands in, None where it cannot be."""
    section = scene.places[n].section
    own = {item.section}
    if item.statement is StatementKind.CASH_FLOW_STATEMENT:
        own |= {scene.taxonomy[parent].section for parent in item.parents}
    if section in own:
        return 0.0
    if BROADER.get(item.section) == section or BROADER.get(section) == item.section:
        return 0.0 if item.is_sum else 0.01
    if PER_SHARE_PARTS & {section, item.section}:
        return None
    if SIDES.get(section) != SIDES.get(item.section) and not item.is_sum:
        return None
    if scene.places[n].stated and {section, item.section} in OTHER_TERM and not item.is_sum:
        # A concept named after its term, as current tax assets, is not found under the other term.
        return None if stands_on_side(CURRENT_OR_NOT, item.label) else ELSEWHERE
    return ELSEWHERE


def _sum_bonus(scene: Scene, n: int) -> float:
    """A printed sum is the better claim to any concept than one of its parts."""
    printed = scene.table.rows[n].kind in (RowKind.SUBTOTAL, RowKind.TOTAL)
    return CLOSES_SUM * (printed + (n in scene.sums))


def _similar_claims(scene: Scene, rows: Sequence[int]) -> Iterator[Claim]:
    """Claims by likeness of words, vetoed by the guards."""
    for n in rows:
        label = scene.table.rows[n].label
        text = scene.lexicon.spell(label)
        if len(text) < SHORTEST_LIKE:
            continue
        for wording, likeness in scene.lexicon.similar(scene.table.kind, text, LEAST_LIKENESS):
            if opposed(label, wording) is not None:
                continue
            for entry in scene.lexicon.exact[scene.table.kind][wording]:
                item = scene.taxonomy[entry.concept]
                distance = _distance(scene, n, item)
                if distance is None or entry.section is not None or _is_forbidden(scene, n, label, item):
                    continue
                if _flows_elsewhere(scene, n, item):
                    continue
                score = SIMILAR * likeness / 100 - distance + _sum_bonus(scene, n)
                reason = f"the label resembles {wording!r} ({likeness:.0f} %)"
                yield Claim(n, item.code, score, MappingMethod.SIMILAR_LABEL, reason, distance < ELSEWHERE)


def _suggested_claims(
    scene: Scene, rows: Sequence[int], suggested: Mapping[int, str | None]
) -> Iterator[Claim]:
    """Claims that the second reader makes, where nothing printed speaks against them."""
    for n in rows:
        item = scene.taxonomy.find(suggested.get(n) or "")
        if item is None or not _may_be(scene, n, item):
            continue
        score = SUGGESTED + _sum_bonus(scene, n)
        reason = "the second reader names it so, and nothing printed speaks against it"
        yield Claim(n, item.code, score, MappingMethod.SECOND_READER, reason)


def _may_be(scene: Scene, n: int, item: Item) -> bool:
    """Whether a row can be a concept by its kind, its part of the statement and the guards: a total
    is only a line that others add up to, or that is printed as one."""
    row = scene.table.rows[n]
    per_share = {RowKind.PER_SHARE, RowKind.SHARES} & {row.kind, item.kind}
    if item.statement is not scene.table.kind or (per_share and row.kind is not item.kind):
        return False
    is_sum = row.kind in (RowKind.SUBTOTAL, RowKind.TOTAL) or n in scene.sums
    if (item.is_sum and not is_sum) or _is_forbidden(scene, n, row.label, item):
        return False
    distance = _distance(scene, n, item)
    return distance is not None and distance < ELSEWHERE and not _flows_elsewhere(scene, n, item)
