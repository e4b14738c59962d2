"""What the codes of a font mean that says nothing about it, worked out from the widths of its type.

Some writers number the characters a report uses 1, 2, 3 … in the order of the original font and
leave out the map back. The page looks right and its text is nonsense. Where the face is one whose
widths are published, the map can be worked out: the characters come in a known order, each has a
known width, and the run of widths fits that order in hardly more than one way. Where a letter fits
in two ways the usual one is taken; a digit is only taken where it fits in no other way at all, and a
comma, a point, a bracket or a dash where it could not be another of these, so that no figure rests
on a guess.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from pdfminer.fontmetrics import FONT_METRICS

from engine.pdf.glyphs import UNKNOWN

SLACK = 1.5  # thousandths of the type size; widths are rounded
MOST_EXTRA = 16  # characters outside the usual order
LEAST_CODES = 20  # in the usual order; fewer may fit by chance
SHIFT = 29  # between the glyphs of a complete font of the usual order and the codes of their characters
# The usual order of glyphs in a font: that of Mac OS Roman.
ORDER = bytes([*range(0x20, 0x7F), *range(0x80, 0x100)]).decode("mac_roman")
_DIGITS = frozenset("0123456789")
_MARKS = frozenset(",.()-–—'’")  # to take one of these for another changes a figure
# Where two characters of one width could both be meant, the one that reports use more. Capitals are
# in the order in which captions begin with them: Consolidated, Total, Current, Earnings …
_USUAL = "etaoinsrhldcumfpgybvkw,.-()$%&:/’CTSEIARPNOMDFLBUWGHJVYKQxzjq;'—–“”X‘•Z\"@*?®™_+[]=<>!#"
_FAMILIES = {"timesnewroman": "Times", "times": "Times", "arial": "Helvetica", "helvetica": "Helvetica"}
_NOT_THE_FACE = ("narrow", "condensed", "black", "neue", "rounded", "unicode", "light", "medium", "now")
_STYLES = {
    "Times": ("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
    "Helvetica": ("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique"),
}


def published_widths(name: str) -> Mapping[str, float] | None:
    """The widths of a face's characters in thousandths of its size, from the name a file gives it;
    None where they are not known."""
    face = name.rpartition("+")[2].lower()
    letters = "".join(character for character in face if character.isalpha())
    family = next((_FAMILIES[start] for start in _FAMILIES if letters.startswith(start)), None)
    if family is None or any(word in letters for word in _NOT_THE_FACE):
        return None
    slanted = "italic" in letters or "oblique" in letters
    return _widths(_STYLES[family][2 * slanted + ("bold" in letters)])


@cache
def _widths(face: str) -> Mapping[str, float]:
    return dict(FONT_METRICS[face][1])


def letters_of(name: str, widths: Mapping[int, float]) -> dict[int, str] | None:
    """The character of each code of a font with this name, from the width of each code. A digit that
    is not certain is U+FFFD, and so is what lies outside the order. None where the face is not known
    or nothing fits."""
    published = published_widths(name)
    codes = sorted(widths)
    if published is None or len(codes) < LEAST_CODES:
        return None
    shifted = {code: chr(code + SHIFT) for code in codes if 0x20 <= code + SHIFT <= 0x7E}
    if len(shifted) >= LEAST_CODES and all(
        abs(published.get(letter, -1) - widths[code]) <= SLACK for code, letter in shifted.items()
    ):
        return {code: shifted.get(code, UNKNOWN) for code in codes}
    # What a writer adds beyond the usual order comes last.
    for extra in range(min(MOST_EXTRA, len(codes) - LEAST_CODES) + 1):
        usual = codes[: len(codes) - extra]
        found = _aligned([widths[code] for code in usual], usual, published)
        if found is not None:
            return {code: found.get(code, UNKNOWN) for code in codes}
    return None


def _aligned(
    widths: Sequence[float], codes: Sequence[int], published: Mapping[str, float]
) -> dict[int, str] | None:
    order = [character for character in ORDER if character in published]
    fits = [[abs(published[letter] - width) <= SLACK for letter in order] for width in widths]
    ahead, behind = _reachable(fits), _reachable([row[::-1] for row in fits[::-1]])
    behind = [row[::-1] for row in behind[::-1]]
    possible = [
        [at for at, both in enumerate(zip(a, b, strict=True)) if all(both)]
        for a, b in zip(ahead, behind, strict=True)
    ]
    if not all(possible):
        return None
    letters = [{order[at] for at in places} for places in possible]
    has_digits = any(len(some) == 1 and some <= _DIGITS for some in letters)
    chosen = [order[at] for at in _likeliest(possible, order)]
    return {
        code: letter if len(some) == 1 or _may_be_likely(letter, some, has_digits) else UNKNOWN
        for code, letter, some in zip(codes, chosen, letters, strict=True)
    }


def _may_be_likely(letter: str, possible: set[str], has_digits: bool) -> bool:
    """Whether the likeliest of several characters will do: not where a figure could change by it."""
    marks = has_digits and letter in _MARKS and len(_MARKS & possible) > 1
    return not (marks or _DIGITS & possible) and (letter in _USUAL or letter == " ")


def _reachable(fits: Sequence[Sequence[bool]]) -> list[list[bool]]:
    """For each code and place, whether the codes up to it fit somewhere before it, in order."""
    reached: list[list[bool]] = []
    for row in fits:
        before = reached[-1] if reached else None
        open_, now = before is None, []
        for at, fit in enumerate(row):
            now.append(fit and open_)
            open_ = open_ or (before is not None and before[at])
        reached.append(now)
    return reached


def _likeliest(possible: Sequence[Sequence[int]], order: Sequence[str]) -> list[int]:
    """Of all ways to place the codes in order, the one with the most usual characters."""
    best: list[dict[int, tuple[float, int]]] = []
    for places in possible:
        before = best[-1] if best else {-1: (0.0, -1)}
        now = {}
        for at in places:
            earlier = [(score, place) for place, (score, _) in before.items() if place < at]
            if earlier:
                score, place = max(earlier)
                now[at] = (score + _usual(order[at]), place)
        best.append(now)
    at = max(best[-1], key=lambda place: best[-1][place])
    path = list(_back(best, at))
    return path[::-1]


def _back(best: Sequence[Mapping[int, tuple[float, int]]], at: int) -> Iterator[int]:
    for row in reversed(best):
        yield at
        at = row[at][1]


def _usual(letter: str) -> float:
    if letter in _DIGITS or letter == " ":
        return 2.0
    return 1.0 - _USUAL.index(letter) / len(_USUAL) if letter in _USUAL else -1.0
