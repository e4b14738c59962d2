"""Figures in a line of words, and one number grammar per table.

A figure is a printed amount with what belongs to it: currency sign, brackets, minus, percent sign.
Which mark groups thousands and which parts decimals is decided from all figures of a table
together, never from one: "1.234" alone is undecidable.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.kinds import CellState
from engine.pdf.glyphs import UNKNOWN
from engine.pdf.words import Line, Word

DASHES = frozenset("-–—―−‐‑‒_") | {"--", "—-", "- -", "––"}
NIL_WORDS = frozenset({"nil", "nihil", "néant"})
NOT_FIGURES = frozenset({"n/a", "na", "n.a.", "nm", "n.m.", "n/m", "*", "**", "n.s.", "n.d."})
MINUS = "-−–‐‑‒"
_LETTERS_OF_FIGURES = NIL_WORDS | NOT_FIGURES
GROUP_GAP = 0.48  # of the type size: the widest space inside "1 234 567"
_PERCENT_WIDTH = 0.71  # of the type size
_BRACKET_WIDTH = 0.265
JOIN_GAP = 0.75  # of the type size: how far a bracket may stand from its digits

_CURRENCY = (
    r"(?:(?:US|AU|CA|NZ|HK|A|C|S|R|NT|RM)?[$€£¥₪₹₩₺₽]|USD|EUR|GBP|CHF|SEK|NOK|DKK|Rs\.?|kr|Fr\.?"
    r"|(?:HK|US|RMB)(?=[(\[]))"
)
_MINOR = r"(?:pence|penny|cents?|sen|[pc¢₵])"
# A figure with a digit that is not known is one all the same: it is there and was not read.
_CORE = rf"(?=[^\d]*\d)(?:[\d{UNKNOWN}]+(?:[.,'’][\d{UNKNOWN}]+)*|[.,][\d{UNKNOWN}]+)"
_FIGURE = re.compile(
    rf"^(?P<open>[(\[{{]?)\s*(?P<minus>[{MINUS}+]?)\s*{_CURRENCY}?\s*(?P<open2>[(\[]?)(?P<minus2>[{MINUS}]?)"
    rf"{_CURRENCY}?(?P<core>{_CORE})\s*(?P<trail>[{MINUS}]?)(?P<percent>%?)(?P<close>[)\]}}]?)(?P<percent2>%?)"
    rf"(?:{_MINOR}[)\]]?)?"
    r"(?P<mark>(?:[*†‡§]+|\(\w\))?)$"
)
_MINOR_WORD = re.compile(r"(?:pence|penny|cents?|sen)[)\]]?", re.IGNORECASE)
_PREFIX = re.compile(rf"^(?:[(\[]|{_CURRENCY}|[(\[]\s*{_CURRENCY}|{_CURRENCY}\s*[(\[]|[{MINUS}]{_CURRENCY})$")
_SUFFIX = re.compile(r"^(?:[)\]]|%|\)%|%\))$")
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d\d|\d\d)|(?:19|20)\d\d-\d\d-\d\d")
_THREE = re.compile(rf"^\d{{3}}(?:[.,]\d+)?(?:[)\]]|[{MINUS}])?%?$")
_LEADING_GROUP = re.compile(rf"^[(\[]?[{MINUS}]?{_CURRENCY}?[(\[]?[{MINUS}]?\d{{1,3}}(?:\s\d{{3}})*$")


class FigureKind(StrEnum):
    """What a figure is in its line."""

    NUMBER = "number"
    DASH = "dash"
    WORDS = "words"


@dataclass(slots=True)
class Figure:
    """A printed amount. `right` is the right edge of its last digit, by which columns align;
    `first` and `last` are the places of its words in the line; `free` says that blank space
    parts it from running text on both sides."""

    kind: FigureKind
    text: str
    x0: float
    x1: float
    right: float
    size: float
    first: int
    last: int
    y0: float = 0.0
    y1: float = 0.0
    free: bool = True
    percent: bool = False

    @property
    def core(self) -> str:
        """Digits and their marks, without sign and currency."""
        return re.sub(r"[^\d.,'’ ]", "", self.text).strip()

    @property
    def is_year(self) -> bool:
        """A bare number that could be a calendar year."""
        return bool(re.fullmatch(r"(?:19|20)\d\d", self.text.strip("*†‡§ ")))


@dataclass(frozen=True, slots=True)
class NumberGrammar:
    """`decimal` is the decimal mark; every other mark groups thousands."""

    decimal: str

    def parse(self, text: str) -> tuple[Decimal, int] | None:
        """The number with its printed sign and the digits after the decimal mark."""
        core = re.sub(r"[^\d.,'’]", "", _without_footnote(text))
        if UNKNOWN in text or not any(c.isdigit() for c in core):
            return None
        whole, _, fraction = core.partition(self.decimal)
        if self.decimal in fraction or not _well_grouped(whole):
            return None
        if fraction and not fraction.isdigit():
            return None
        number = Decimal(f"{re.sub(r'[^0-9]', '', whole) or '0'}.{fraction or '0'}")
        number = (
            number.quantize(Decimal(1).scaleb(-len(fraction))) if fraction else number.to_integral_value()
        )
        return (-number if is_negative(text) else number), len(fraction)


def _without_footnote(text: str) -> str:
    """A footnote mark in brackets behind the digits, as in "1,234(a)", is not part of the number."""
    return re.sub(r"(?<=\d)\s*\((?:[a-z]|\d)\)$", "", text) if "(" in text[1:] else text


def _well_grouped(whole: str) -> bool:
    groups = re.split(r"[.,'’]", whole)
    if len(groups) == 1:
        return True
    return 1 <= len(groups[0]) <= 3 and (
        all(len(g) == 3 for g in groups[1:])
        or (len(groups[-1]) == 3 and all(len(g) == 2 for g in groups[1:-1]))  # lakh and crore grouping
    )


def is_negative(text: str) -> bool:
    """Brackets, a minus before or behind the digits."""
    bare = re.sub(rf"{_CURRENCY}|[\s%*†‡§]", "", _without_footnote(text))
    return bare[:1] in ("(", "[") or bare[:1] in MINUS or bare[-1:] in MINUS


def decide_grammar(texts: Iterable[str]) -> NumberGrammar:
    """The decimal mark that makes all figures of a table well formed; the point when both do."""
    votes = {".": 0, ",": 0}
    for text in texts:
        if UNKNOWN in text:
            continue
        core = re.sub(r"[^\d.,'’]", "", _without_footnote(text))
        marks = [c for c in core if c in ".,"]
        if not marks:
            continue
        last = marks[-1]
        other = "," if last == "." else "."
        tail = core.rsplit(last, 1)[1]
        if marks.count(last) > 1:  # a mark that repeats groups
            votes[other] += 3
        elif len(set(marks)) == 2:  # the last of two different marks parts decimals
            votes[last] += 3
        elif len(tail) != 3:
            votes[last] += 2
        else:
            votes[other] += 1
    return NumberGrammar("," if votes[","] > votes["."] else ".")


def cell_value(text: str, kind: FigureKind, grammar: NumberGrammar) -> tuple[CellState, Decimal | None, int]:
    """State, number and decimals of a figure under a table's grammar."""
    if kind is FigureKind.DASH:
        return CellState.NIL, Decimal(0), 0
    if kind is FigureKind.WORDS:
        return CellState.TEXT, None, 0
    parsed = grammar.parse(text)
    if parsed is None:
        return CellState.NOT_READ, None, 0
    return CellState.VALUE, parsed[0], parsed[1]


def figures_of(line: Line, spaced_groups: bool = False) -> list[Figure]:
    """The figures of a line from left to right. `spaced_groups`: thousands are parted by spaces."""
    if spaced_groups not in line.figures:
        line.figures[spaced_groups] = found = _found_in(line, spaced_groups)
        if not any(_THREE.match(word.text) for word in line.words[1:]):
            line.figures[not spaced_groups] = found  # no word could be a group of thousands
    return line.figures[spaced_groups]


def _found_in(line: Line, spaced_groups: bool) -> list[Figure]:
    found: list[Figure] = []
    words = line.words
    i = 0
    while i < len(words):
        figure = None if _is_plain_word(words[i].text) else _figure_at(words, i, spaced_groups)
        if figure is None:
            i += 1
            continue
        figure.free = _is_free(words, figure)
        found.append(figure)
        i = figure.last + 1
    return found


def _is_plain_word(text: str) -> bool:
    """Most words of a page are letters that begin no figure."""
    return text.isalpha() and text.lower() not in _LETTERS_OF_FIGURES and not _PREFIX.match(text)


def _figure_at(words: Sequence[Word], start: int, spaced_groups: bool) -> Figure | None:
    i, text = start, ""
    while i < len(words) and _PREFIX.match(words[i].text) and not words[i].raised:
        text += words[i].text
        i += 1
    if i >= len(words) or words[i].raised or is_date(words[i].text):
        return None
    word = words[i]
    if i > start and not _prefix_reaches(words, i, text):
        return None
    bare = word.text.strip("()[]$€£").lower()
    if (
        word.text in DASHES
        or (word.text.lower() in NIL_WORDS)
        or (bare in DASHES and word.text[-1:] in ")]$€£" + "".join(DASHES))
    ):
        last = i + 1 if i + 1 < len(words) and _SUFFIX.match(words[i + 1].text) and "(" in text else i
        return _made(FigureKind.DASH, words, start, last, text + word.text)
    if word.text.lower() in NOT_FIGURES and i == start:
        return _made(FigureKind.WORDS, words, start, i, word.text)
    last = i
    body = word.text
    if spaced_groups and _LEADING_GROUP.match(body):
        while (
            last + 1 < len(words)
            and _THREE.match(words[last + 1].text)
            and _near(words[last], words[last + 1], GROUP_GAP)
        ):
            last += 1
            body += " " + words[last].text
            if not words[last].text[-1].isdigit() or len(words[last].text) != 3:
                break
    if last + 1 < len(words) and _is_minor(words, last + 1):
        last += 1
        body += " " + words[last].text
    candidate = (text + body).replace(" ", "")
    if last + 1 < len(words) and not words[last + 1].raised and _SUFFIX.match(words[last + 1].text):
        closing = words[last + 1].text
        wanted = "(" in candidate and ")" not in candidate
        if ("%" in closing or wanted) and _near(words[last], words[last + 1], 1.6 if wanted else JOIN_GAP):
            last += 1
            candidate += closing
            body += closing
    match = _FIGURE.match(candidate)
    if match is None or match["core"] == "000":
        return None
    # An opening bracket without its closing one is read as negative: the sign is printed.
    if match["close"] and not (match["open"] or match["open2"] or match["mark"]):
        return None
    figure = _made(FigureKind.NUMBER, words, start, last, text + body)
    figure.percent = bool(match["percent"] or match["percent2"])
    return figure


def is_date(text: str) -> bool:
    """A day in figures, such as 31.12.2023 or 31/12/23."""
    return bool(_DATE.fullmatch(text))


def _is_minor(words: Sequence[Word], place: int) -> bool:
    """Whether the word here says that the figure before it is in cents or pence."""
    word = words[place]
    return bool(_MINOR_WORD.fullmatch(word.text)) and _near(words[place - 1], word, JOIN_GAP)


def _prefix_reaches(words: Sequence[Word], i: int, prefix: str) -> bool:
    """A currency sign may stand at the left of its column; a bracket stands close."""
    gap = words[i].x0 - words[i - 1].x1
    size = words[i].size
    return gap <= (1.6 if prefix.strip("$€£¥ ") else 12.0) * size


def _near(a: Word, b: Word, share: float) -> bool:
    return b.x0 - a.x1 <= share * max(a.size, b.size)


def _made(kind: FigureKind, words: Sequence[Word], first: int, last: int, text: str) -> Figure:
    end = words[last]
    marks = re.sub(rf"^.*[\d{UNKNOWN}]", "", text) if kind is FigureKind.NUMBER else ""
    right = end.x1
    if marks and last > first and not any(c.isdigit() for c in end.text):
        right = words[last - 1].x1
    elif marks:  # the marks behind the last digit are narrow; their width follows from the type size
        right -= (
            sum(_PERCENT_WIDTH if c == "%" else _BRACKET_WIDTH for c in marks if not c.isspace()) * end.size
        )
    x0 = words[first].x0
    used = words[first : last + 1]
    return Figure(
        kind,
        text,
        x0,
        end.x1,
        right,
        end.size,
        first,
        last,
        min(w.top for w in used),
        max(w.bottom for w in used),
    )


def _is_free(words: Sequence[Word], figure: Figure) -> bool:
    before = words[figure.first - 1] if figure.first else None
    after = words[figure.last + 1] if figure.last + 1 < len(words) else None
    if before is not None and not before.raised and figure.x0 - before.x1 < 0.7 * figure.size:
        return False
    return after is None or after.raised or after.x0 - figure.x1 >= 0.55 * figure.size


def uses_spaced_groups(lines: Sequence[Line]) -> bool:
    """Whether thousands are parted by spaces: "1 234" more often than "1,234", and where a single one
    decides, no "1,234" at all. A thousand that is not seen loses its first digit."""
    spaced = marked = 0
    for line in lines:
        for a, b in zip(line.words, line.words[1:], strict=False):
            if _LEADING_GROUP.match(a.text) and _THREE.match(b.text) and _near(a, b, GROUP_GAP):
                spaced += 1
        marked += sum(bool(re.search(r"\d[,.'’]\d{3}(?!\d)", word.text)) for word in line.words)
    return spaced > marked if marked else spaced > 0
