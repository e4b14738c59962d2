"""The order of rows: the canonical one, with a company's own lines behind their anchor.

The anchor of a line is the line printed above it in the newest report that prints it.
"""

from collections import defaultdict
from collections.abc import Sequence

from engine.compiling.anchoring import AnchoredLine, LineKey
from engine.concepts.taxonomy import Taxonomy

TOP = ""  # the anchor of a line that nothing is printed above


def order_keys(lines: Sequence[AnchoredLine], standard: Sequence[str], taxonomy: Taxonomy) -> tuple[str, ...]:
    """The keys of all rows in the order they are shown. `standard` are the concepts to show."""
    canonical = sorted(set(standard), key=lambda code: taxonomy[code].order)
    followers = _followers(lines)
    ordered: list[str] = []
    _place(TOP, followers, ordered)
    for code in canonical:
        ordered.append(code)
        _place(code, followers, ordered)
    return tuple(ordered)


def _followers(lines: Sequence[AnchoredLine]) -> dict[str, list[str]]:
    """For each key the company lines that stand directly behind it, in printed order."""
    key_of = {line.key: anchored.key for anchored in lines for line in anchored.lines}
    rows = defaultdict(list)
    for key in key_of:
        rows[key.document].append(key.row)
    followers: dict[str, list[str]] = defaultdict(list)
    own = [anchored for anchored in lines if anchored.concept is None]
    for anchored in sorted(own, key=lambda a: (-_published(a), a.lines[0].key.document, a.lines[0].key.row)):
        newest = anchored.lines[0].key
        above = [row for row in rows[newest.document] if row < newest.row]
        anchor = key_of[LineKey(newest.document, max(above))] if above else TOP
        followers[anchor].append(anchored.key)
    return followers


def _published(anchored: AnchoredLine) -> int:
    return anchored.lines[0].vintages[0].published_on.toordinal()


def _place(anchor: str, followers: dict[str, list[str]], ordered: list[str]) -> None:
    """Append what follows an anchor, and what follows that."""
    for key in followers.pop(anchor, ()):
        ordered.append(key)
        _place(key, followers, ordered)
