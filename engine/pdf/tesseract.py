"""The words of a picture, read by the command of tesseract.

A picture is handed over through a pipe; nothing is written to disk. What tesseract was unsure of,
and lines it ran together, are cut out, put on one sheet and read once more: isolated, most of them
come out right.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from statistics import median

from PIL import Image

from engine.pdf.seen import Seen

COARSE_DPI = 150
MULTILINGUAL = True
COMMAND = "tesseract"
SECONDS_PER_PAGE = 30
UNSURE = 60.0  # of tesseract's own confidence, 0 to 100
TALL = 1.6  # of the usual height: two lines run together
FLAT = 0.3  # of the usual height: a ruling or a dash
_LANGUAGES = {
    "en": "eng", "de": "deu", "fr": "fra", "es": "spa", "it": "ita", "nl": "nld", "pt": "por", "sv": "swe",
}  # fmt: skip


def is_available() -> bool:
    """Whether the command is installed."""
    return shutil.which(COMMAND) is not None


def see(image: Image.Image, dots_per_inch: int, language: str, careful: bool) -> list[Seen]:
    """The words of a grey picture, as `engine.pdf.seen.Recogniser` promises."""
    languages = _installed(language)
    seen = _read_image(image, dots_per_inch, languages)
    return _second_look(image, seen, dots_per_inch, languages) if careful else seen


def _read_image(image: Image.Image, dots_per_inch: int, languages: str) -> list[Seen]:
    """What tesseract sees; nothing where it fails or takes too long."""
    picture = b"P5\n%d %d\n255\n" % image.size + image.tobytes()
    command = [COMMAND, "stdin", "stdout", "--dpi", str(dots_per_inch), "--psm", "6", "-l", languages, "tsv"]
    # One thread: pages are many, and more threads make one page slower on a busy machine.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        ended = subprocess.run(
            command, input=picture, capture_output=True, env=environment, timeout=SECONDS_PER_PAGE
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return list(_words_of(ended.stdout.decode("utf-8", "replace")))


def _words_of(table: str) -> Iterable[Seen]:
    """The words of a table in tesseract's format: twelve columns, level 5 is a word."""
    for line in table.split("\n"):
        parts = line.split("\t")
        if len(parts) < 12 or parts[0] != "5" or not parts[11].strip():
            continue
        key = tuple(int(part) for part in parts[1:5])
        left, top, width, height = (int(part) for part in parts[6:10])
        yield Seen(parts[11].strip(), left, top, left + width, top + height, float(parts[10]), key)


@cache
def _available_languages() -> frozenset[str]:
    try:
        listed = subprocess.run([COMMAND, "--list-langs"], capture_output=True, timeout=20, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(listed.stdout.split("\n")[1:])


def _installed(language: str) -> str:
    """The languages to read with: the report's own, where its data is installed, and English."""
    own = _LANGUAGES.get(language, "eng")
    return f"{own}+eng" if own != "eng" and own in _available_languages() else "eng"


@dataclass(frozen=True, slots=True)
class _Cut:
    """A piece of the picture to be read once more, the words it stands for and its line's key."""

    box: tuple[int, int, int, int]
    instead_of: tuple[Seen, ...]
    line: tuple[int, ...]


def _second_look(image: Image.Image, seen: list[Seen], dots_per_inch: int, languages: str) -> list[Seen]:
    """Words that were unsure, and lines run together, read again on a sheet of their own."""
    if not seen:
        return seen
    usual = median(word.height for word in seen)
    cuts = [*_tall_lines(image, seen, usual), *_unsure_words(seen, usual)]
    if not cuts:
        return seen
    sheet, places = _sheet(image, cuts, int(usual))
    again = _read_image(sheet, dots_per_inch, languages)
    kept = list(seen)
    for cut_words, cut, place in _by_place(again, cuts, places):
        moved = [_moved(word, cut, place) for word in cut_words]
        kept = _with_better(kept, cut, moved)
    return kept


def _tall_lines(image: Image.Image, seen: Sequence[Seen], usual: float) -> list[_Cut]:
    """Each line that holds words of twice the usual height, cut in two where it is lightest."""
    cuts = []
    lines: dict[tuple[int, ...], list[Seen]] = {}
    for word in seen:
        lines.setdefault(word.line, []).append(word)
    for key, words in lines.items():
        tall = [word for word in words if TALL * usual < word.height < 2 * TALL * usual]
        if not tall or len(tall) * 2 < len(words) or all(word.sure > UNSURE for word in tall):
            continue
        x0, x1 = min(w.x0 for w in words), max(w.x1 for w in words)
        y0, y1 = min(w.y0 for w in tall), max(w.y1 for w in tall)
        edge = max(x1, *(w.x1 for w in seen))
        middle = _lightest(image, (x0, y0, x1, y1))
        cuts.append(_Cut((x0, y0, edge, middle), tuple(words), (*key, 0)))
        cuts.append(_Cut((x0, middle, edge, y1), tuple(words), (*key, 1)))
    return cuts


def _lightest(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """The row of pixels with the least ink in the middle third of a box."""
    x0, y0, x1, y1 = box
    third = (y1 - y0) // 3
    rows = range(y0 + third, max(y0 + third + 1, y1 - third))
    light = {y: sum(image.crop((x0, y, x1, y + 1)).tobytes()) for y in rows}
    return max(light, key=lambda y: light[y])


def _unsure_words(seen: Sequence[Seen], usual: float) -> list[_Cut]:
    """Words of usual height, not rulings, and wide enough not to be a lone currency sign."""
    return [
        _Cut((word.x0, word.y0, word.x1, word.y1), (word,), word.line)
        for word in seen
        if word.sure < UNSURE
        and FLAT * usual < word.height < TALL * usual
        and word.x1 - word.x0 > 0.8 * usual
    ]


def _sheet(
    image: Image.Image, cuts: Sequence[_Cut], margin: int
) -> tuple[Image.Image, list[tuple[int, int]]]:
    """All cuts one below the other on white, and where the top left of each came to lie."""
    wide = max(cut.box[2] - cut.box[0] for cut in cuts) + 4 * margin
    tall = sum(cut.box[3] - cut.box[1] + 2 * margin for cut in cuts) + 2 * margin
    sheet = Image.new("L", (wide, tall), 255)
    places, y = [], margin
    for cut in cuts:
        sheet.paste(image.crop(cut.box), (2 * margin, y))
        places.append((2 * margin, y))
        y += cut.box[3] - cut.box[1] + 2 * margin
    return sheet, places


def _by_place(
    words: Sequence[Seen], cuts: Sequence[_Cut], places: Sequence[tuple[int, int]]
) -> Iterable[tuple[list[Seen], _Cut, tuple[int, int]]]:
    for cut, place in zip(cuts, places, strict=True):
        top, bottom = place[1], place[1] + cut.box[3] - cut.box[1]
        yield [w for w in words if top <= (w.y0 + w.y1) / 2 <= bottom], cut, place


def _moved(word: Seen, cut: _Cut, place: tuple[int, int]) -> Seen:
    """A word of the sheet back at its place on the picture."""
    right, down = cut.box[0] - place[0], cut.box[1] - place[1]
    return replace(
        word, x0=word.x0 + right, x1=word.x1 + right, y0=word.y0 + down, y1=word.y1 + down, line=cut.line
    )


def _with_better(seen: list[Seen], cut: _Cut, again: list[Seen]) -> list[Seen]:
    """The second reading of a cut where it is surer than the first."""
    if not again:
        return seen
    before = min(word.sure for word in cut.instead_of)
    if sum(word.sure for word in again) / len(again) <= before:
        return seen
    return [word for word in seen if word not in cut.instead_of] + again
