"""Concepts of totals by their place and their figures, where words do not tell.

An unlabelled sum is known by the part of the statement it closes, or by equalling the sum that the
taxonomy defines a total by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.concepts.claims import Claim, Scene
from engine.concepts.lexicon import Lexicon
from engine.concepts.taxonomy import Arc
from engine.kinds import MappingMethod, RowKind, StatementKind
from engine.statement import Row

POSITION = 0.65
OWNERS_EQUITY = "bs.equity_owners"
HALF = Decimal("0.5")


def position_claims(scene: Scene, rows: Sequence[int]) -> Iterator[Claim]:
    """Subtotals without a telling label, known by the part of the statement they close."""
    closing = {
        item.section: item
        for item in scene.taxonomy.of_statement(scene.table.kind)
        if item.is_sum and item.section in CLOSED_BY_TOTAL
    }
    for n in rows:
        row, here = scene.table.rows[n], scene.places[n].section
        item = closing.get(here)
        is_sum = row.kind in (RowKind.SUBTOTAL, RowKind.TOTAL) or n in scene.sums
        if item is None or not is_sum or not _says_nothing(row.label, scene.lexicon):
            continue
        if _closes(scene, n):
            reason = f"an unlabelled sum that closes the part {item.section}"
            yield Claim(n, item.code, POSITION, MappingMethod.SUBTOTAL_POSITION, reason)


def arithmetic_claims(scene: Scene, rows: Sequence[int], won: Mapping[int, Claim]) -> Iterator[Claim]:
    """Totals of a balance sheet without a label, such as the one under a double rule, known by their
    figures: those of the sum that the taxonomy defines them by."""
    if scene.table.kind is not StatementKind.BALANCE_SHEET:
        return
    place_of = {claim.concept: row for row, claim in won.items()}
    for arc in scene.taxonomy.arcs:
        places = [place_of[code] for code, _ in arc.parts if code in place_of]
        if arc.total in place_of or len(places) != len(arc.parts):
            continue
        for n in rows:
            row = scene.table.rows[n]
            if (
                n > max(places)
                and _says_nothing(row.label, scene.lexicon)
                and _is_sum_of(scene, n, arc, places)
            ):
                reason = f"an unlabelled sum that equals {arc.formula}"
                yield Claim(n, arc.total, POSITION, MappingMethod.SUBTOTAL_POSITION, reason)


def _is_sum_of(scene: Scene, n: int, arc: Arc, places: Sequence[int]) -> bool:
    """Whether a row equals the parts of an arc, which stand in these rows, in every column."""
    compared = 0
    for column, cell in enumerate(scene.table.rows[n].cells):
        if cell is None or not cell.number:
            continue
        parts = [scene.table.rows[place].cells[column] for place in places]
        total = Decimal(0)
        for part, (_, weight) in zip(parts, arc.parts, strict=True):
            if part is not None and part.number is None:
                return False
            total += (part.number or Decimal(0)) * weight if part is not None else Decimal(0)
        if abs(total - cell.number) > HALF.scaleb(-cell.decimals) * (len(parts) + 1):
            return False
        compared += 1
    return compared > 0


def equity_before_others(scene: Scene, won: Mapping[int, Claim]) -> dict[int, Claim]:
    """The owners' equity, where a sheet calls it the total and prints the share of others below it: then
    liabilities and equity only make their total together with that share."""
    place_of = {claim.concept: row for row, claim in won.items()}
    total, others = place_of.get("bs.total_equity"), place_of.get("bs.nci")
    if total is None or others is None or others < total or OWNERS_EQUITY in place_of:
        return {}
    if won[total].method is MappingMethod.CONFIRMED_RULE:
        return {}
    arc = Arc("bs.total_el", (("bs.total_liab", 1), ("bs.total_equity", 1), ("bs.nci", 1)), False)
    there_are_others = any(cell is not None and cell.number for cell in scene.table.rows[others].cells)
    if (
        not there_are_others
        or any(code not in place_of for code, _ in arc.parts[:1])
        or arc.total not in place_of
    ):
        return {}
    if not _is_sum_of(scene, place_of["bs.total_el"], arc, [place_of[code] for code, _ in arc.parts]):
        return {}
    reason = "the share of others is printed below it and added to it"
    return {total: replace(won[total], concept=OWNERS_EQUITY, reason=reason)}


def _closes(scene: Scene, n: int) -> bool:
    """Whether the part of a row ends with it: what follows stands elsewhere or is a labelled total of
    a wider part."""
    here = scene.places[n].section
    for later in range(n + 1, len(scene.places)):
        row = scene.table.rows[later]
        if scene.places[later].section != here or row.kind is RowKind.HEADING:
            return True
        if _says_nothing(row.label, scene.lexicon) or not _is_of_another_part(scene, row, here):
            return False
    return True


def _is_of_another_part(scene: Scene, row: Row, here: str) -> bool:
    """Whether a line is a labelled total, or surely a line of another part of the statement."""
    hits = [hit for hit in scene.lexicon.hits(scene.table.kind, row.label) if hit.exact]
    sections = {scene.taxonomy[hit.wording.concept].section for hit in hits}
    return row.kind is RowKind.TOTAL or (bool(sections) and here not in sections)


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
BARE_TOTALS = frozenset(("", "total", "summe", "totaal", "totale", "summa", "sum"))


def _says_nothing(label: str, lexicon: Lexicon) -> bool:
    return lexicon.spell(label) in BARE_TOTALS
