"""How much a page looks like each statement, and why.

The price of a reading is decided here, since every page passes: numbers are counted first, and only
pages full of them are looked at for captions. Captions are searched in the page's letters without
spaces; titles line by line.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from engine.kinds import StatementKind
from engine.locate.lexicon import LANGUAGES, Vocabulary, letters, vocabulary

CLEARLY_ENGLISH = 0.18  # of all words
LEAST_SMALL_WORDS = 0.02  # of all words; running text has ten times as many
LEAST_NUMBERS = 8  # a page with fewer numbers holds no statement of its own
LEAST_SHARE = 0.006  # numbers per character: half of what a statement below a page of prose still has
LEAST_ANCHORS = 5.0  # summed weight below which the lines are not looked at
FEW_LINES = 4  # a page of figures with fewer comes without line ends
BEGINNING = 200  # characters of such a page in which its title stands
HEAD_LINES = 14
FOOT_LINES = 6  # in some files the text order puts the head of the page last
STRONG_TITLE = 10.0
INNER_TITLE = 7.0
CONSOLIDATED = 2.5
SEE_NOTES = 2.0
FOREIGN_TITLE = 7.0  # the page bears the title of another statement and not this one's
PROSE_LINE = 95  # characters of a line without figures
_NUMBER = re.compile(r"\d[\d.,'’]*\d|\d")
_TWO_NUMBERS = re.compile(r"\d[^\n]*?[ \t$€£()]\(?\$?\d")
_NOISE = ("consolidated", "group", "condensed", "audited", "unaudited", "continued", "andsubsidiaries")


@dataclass(slots=True)
class PageScore:
    """One page as seen by the scorer. `page` counts from 1; `titles` holds for each kind the line
    on which its title stands; `scores` are sums of weights, `reasons` their names."""

    page: int
    numbers: int
    squashed: str
    lines: list[str]
    titles: dict[StatementKind, tuple[int, str]] = field(default_factory=dict)
    foreign: bool = False
    parent: bool = False
    continued: bool = False
    blank: bool = False
    scores: dict[StatementKind, float] = field(default_factory=dict)
    found: dict[StatementKind, frozenset[int]] = field(default_factory=dict)
    reasons: dict[StatementKind, list[str]] = field(default_factory=dict)


def bears_language(texts: Sequence[str]) -> bool:
    """Whether the text is words of a known language: fonts without a usable map give none."""
    counts = _small_words(texts)
    if counts.total() < 200 or _share(vocabulary("en"), counts) > CLEARLY_ENGLISH * counts.total():
        return True
    best = max(_share(vocabulary(name), counts) for name in LANGUAGES)
    return best > LEAST_SMALL_WORDS * counts.total()


def language_of(texts: Sequence[str]) -> Vocabulary:
    """The vocabulary whose small words are most frequent in a sample of the pages."""
    counts = _small_words(texts)
    english = vocabulary("en")  # most reports; the other files need not be opened for them
    if counts.total() < 30 or _share(english, counts) > CLEARLY_ENGLISH * counts.total():
        return english
    return vocabulary(max(LANGUAGES, key=lambda name: _share(vocabulary(name), counts)))


def _small_words(texts: Sequence[str]) -> Counter[str]:
    step = max(1, len(texts) // 12)
    return _counted(" ".join(text[:3000] for text in texts[::step] if text).lower())


@lru_cache(maxsize=1)  # a reading asks about the same pages several times
def _counted(sample: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W\d_]+", sample))


def _share(words: Vocabulary, counts: Counter[str]) -> float:
    return float(sum(counts[word] for word in words.connectives if len(word) > 1))


def score_pages(texts: Sequence[str], words: Vocabulary) -> list[PageScore]:
    """Every page of the file, in order; pages that cannot be a statement have no scores."""
    return [score_page(number, text, words) for number, text in enumerate(texts, 1)]


def is_clear(page: PageScore, kind: StatementKind) -> bool:
    """Whether the title of a statement stands at the edge of its page, as that of a whole group."""
    if kind not in page.titles or page.parent:
        return False
    return _at_edge(page, page.titles[kind][0])


def _at_edge(page: PageScore, line: int) -> bool:
    return line < HEAD_LINES or line > len(page.lines) - 1 - FOOT_LINES


def score_page(number: int, text: str, words: Vocabulary) -> PageScore:
    """One page. `number` counts from 1."""
    numbers = len(_NUMBER.findall(text))
    page = PageScore(number, numbers, "", [], blank=len(text) < 40)
    if numbers < LEAST_NUMBERS or numbers < LEAST_SHARE * len(text):
        return page
    page.squashed = letters(text)
    anchors = {kind: _anchors(page, kind, words) for kind in StatementKind}
    if max(anchors.values()) < LEAST_ANCHORS:
        return page
    page.lines = [line for line in text.split("\n") if line.strip()]
    _look_at_lines(page, words)
    against = _against(page, words)
    density = _density(page)
    for kind in StatementKind:
        page.reasons[kind] = [f"captions {anchors[kind]:g}", f"figures {density:+.1f}"]
        score = anchors[kind] + density + _title_score(page, kind)
        for weight, reason in against:
            score -= weight
            page.reasons[kind].append(f"{reason} {-weight:+g}")
        page.scores[kind] = round(score, 2)
    return page


def _anchors(page: PageScore, kind: StatementKind, words: Vocabulary) -> float:
    squashed, found, weight = page.squashed, [], 0.0
    for n, anchor in enumerate(words.anchors[kind]):
        for phrase in anchor.phrases:
            if phrase in squashed:
                found.append(n)
                weight += anchor.weight
                break
    page.found[kind] = frozenset(found)
    return weight


def _density(page: PageScore) -> float:
    plain = [line for line in page.lines if not _TWO_NUMBERS.search(line)]
    figures = len(page.lines) - len(plain)
    prose = sum(len(line) > PROSE_LINE for line in plain)
    if len(page.lines) < FEW_LINES:  # a page that comes as one line tells nothing by its lines
        return min(4.0, page.numbers / 20)
    return min(5.0, figures / 4) - min(8.0, prose / 3)


def _look_at_lines(page: PageScore, words: Vocabulary) -> None:
    if len(page.lines) < FEW_LINES:
        _look_at_beginning(page, words)
    squashed_lines = [letters(line[:300]) for line in page.lines]
    able = _lines_like_titles(squashed_lines, words)
    others = _has_other_title(squashed_lines[:HEAD_LINES] + squashed_lines[-FOOT_LINES:], words)
    for n, (line, squashed) in enumerate(zip(page.lines, squashed_lines, strict=True)):
        near = _at_edge(page, n)
        if n not in able and not (near and others):
            continue
        if line.lstrip()[:1].islower() or line.rstrip().endswith(":"):
            continue  # a caption within a table or a sentence, never a title
        if not 6 <= len(squashed) <= 130:
            continue
        kind = title_kind(squashed, words) if n in able else None
        if kind is not None:
            if kind not in page.titles or (near and page.titles[kind][0] >= HEAD_LINES):
                page.titles[kind] = (n, line.strip())
            if any(mark in squashed for mark in words.continued):
                page.continued = True
        elif near and is_other_title(squashed, words):
            page.foreign = True
        if near and _says_parent(squashed, kind, words):
            page.parent = True


def _lines_like_titles(squashed: Sequence[str], words: Vocabulary) -> frozenset[int]:
    """The lines that hold a part of some title. The page is searched as a whole, since few of its
    lines do."""
    bare = _without_noise("\n".join(squashed), words)
    parts = [part for part in words.within_titles if part in bare]
    lines = enumerate(bare.split("\n")) if parts else ()
    return frozenset(n for n, line in lines if any(part in line for part in parts))


def _has_other_title(squashed: Sequence[str], words: Vocabulary) -> bool:
    """Whether some of the lines may be the title of something beside the three statements."""
    together = "\n".join(squashed)
    return any(title in together for title in (*words.not_titles, *words.other_titles))


def _look_at_beginning(page: PageScore, words: Vocabulary) -> None:
    """Titles of a page whose text comes without line ends: among its first words."""
    beginning = letters(page.lines[0][:BEGINNING]) if page.lines else ""
    for kind, titles in words.titles.items():
        if any(title in beginning for title in titles):
            page.titles[kind] = (0, page.lines[0][:80].strip())
            return


def _says_parent(squashed: str, kind: StatementKind | None, words: Vocabulary) -> bool:
    return (
        kind is not None
        and any(
            squashed.startswith(mark) or squashed.endswith(mark) or f"{mark}only" in squashed
            for mark in words.parent_words
        )
        and not any(mark in squashed for mark in words.consolidated_words)
    )


def title_kind(squashed: str, words: Vocabulary) -> StatementKind | None:
    """The statement whose title these letters are, allowing a name or a date beside it."""
    best: tuple[int, StatementKind] | None = None
    bare = _without_noise(squashed, words)
    for kind, titles in words.titles.items():
        for title in titles:
            longer = best is None or len(title) > best[0]
            if longer and title in bare and len(bare) - len(title) <= min(34, 1.1 * len(title)):
                best = (len(title), kind)
    if best is None or is_other_title(squashed, words, at_least=best[0]):
        return None
    return best[1]


def _without_noise(squashed: str, words: Vocabulary) -> str:
    for noise in (*_NOISE, *words.title_tails):
        squashed = squashed.replace(noise, "")
    return squashed


def is_other_title(squashed: str, words: Vocabulary, at_least: int = 0) -> bool:
    """Whether these letters are the title of something beside the three statements."""
    if any(mark in squashed for mark in words.not_titles):
        return True
    return any(
        title in squashed and len(title) >= at_least and len(squashed) - len(title) <= 40
        for title in words.other_titles
    )


def _title_score(page: PageScore, kind: StatementKind) -> float:
    if kind in page.titles:
        n, line = page.titles[kind]
        worth = STRONG_TITLE if _at_edge(page, n) else INNER_TITLE
        page.reasons[kind].append(f"title “{line[:60]}” {worth:+g}")
        return worth
    if page.titles or page.foreign:
        page.reasons[kind].append(f"title of another statement {-FOREIGN_TITLE:+g}")
        return -FOREIGN_TITLE
    return 0.0


def _against(page: PageScore, words: Vocabulary) -> list[tuple[float, str]]:
    head = letters(" ".join(page.lines[:6]))
    found = []
    for friend in words.false_friends:
        hit = friend.phrase in (head if friend.where == "head" else page.squashed)
        if hit and friend.where == "line":
            hit = any(friend.phrase in letters(line) for line in page.lines if len(line) < 70)
        if hit and friend.weight:
            found.append((friend.weight, friend.reason))
    if any(mark in page.squashed for mark in words.see_notes):
        found.append((-SEE_NOTES, "refers to the notes"))
    if any(mark in head for mark in words.consolidated_words):
        found.append((-CONSOLIDATED, "consolidated"))
    if page.parent:
        found.append((9.0, "the parent company alone"))
    return found
