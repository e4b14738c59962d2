"""The program behind `engine.pdf.rapid`: one grey picture in, its words out.

    python -m engine.pdf.rapid_process WIDTH HEIGHT DOTS_PER_INCH < pixels > words.json

The models find pieces of text and read each as one run of characters, mostly without its spaces.
The spaces are put back where the ink itself has gaps: nothing but the picture says where a word or
a column ends. Dashes and lone digits, which the first model overlooks, are looked for in the ink
that no piece covers.
"""

import json
import math
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from rapidocr_onnxruntime import RapidOCR

FINDING_DPI = 150  # pieces are found at this size and read at that of the picture
MOST_PIXELS = 500_000  # looked at in one go; more would need too much memory
THREADS = 2  # more make one page hardly faster
MARGIN = 0.2  # of a box's height, added left and right: brackets at an edge are cut off without it
LETTER_GAP = 0.17  # of the type size, between the ink of two words
DIGIT_GAP = 0.42  # between digits and their marks: a "1" fills a third of its box
SPACE_GAP = 0.09  # where the model itself sees a space
CAP_HEIGHT, LETTER_HEIGHT, DEPTH = (
    0.70,
    0.50,
    0.20,
)  # of the type size: tall and low letters, what hangs below
LEAST_SURE = 0.4
LEAST_SURE_ALONE = 0.6  # of a piece that was not found as text
DASH_WIDE = (0.3, 1.8)  # of the usual height
DASH_FLAT = 0.3
MARK_HIGH = (0.6, 1.5)
MOST_ALONE = 200  # pieces outside those found; more are a drawing
_DESCENDING = frozenset("gjpqy,;()[]{}|")
_LOW = frozenset("acegmnopqrsuvwxyz.,:;-–—")
_IN_NUMBERS = frozenset("0123456789.,'()%")


@dataclass(slots=True)
class Piece:
    """A cut out of the picture: its place, its ink (True is dark) and what was read in it."""

    x: int
    y: int
    ink: Any
    text: str = ""
    places: tuple[float, ...] = ()  # of the characters' middles, in pixels of the cut
    sure: float = 0.0


def main() -> None:
    """Read the picture on standard input and print its words as JSON."""
    width, height, dots_per_inch = (int(word) for word in sys.argv[1:4])
    grey = np.frombuffer(sys.stdin.buffer.read(width * height), np.uint8).reshape(height, width)
    json.dump(words_of(grey, dots_per_inch), sys.stdout)


def words_of(grey: Any, dots_per_inch: int) -> list[tuple[str, int, int, int, int, float, int]]:
    """Text, box from the top left, sureness from 0 to 100 and line of each word."""
    # Without the limit, a low band would be blown up to a height of 736 pixels.
    engine = RapidOCR(intra_op_num_threads=THREADS, inter_op_num_threads=1, det_limit_side_len=32)
    boxes = _found(engine, grey, FINDING_DPI / dots_per_inch)
    pieces = [piece for piece in _read(engine, grey, boxes) if piece.text and piece.sure >= LEAST_SURE]
    pieces += _overlooked(engine, grey, pieces)
    words = [word for piece in pieces for word in _split(piece)]
    return _in_lines(words)


def _found(engine: Any, grey: Any, scale: float) -> list[tuple[int, int, int, int]]:
    """Where there is text: boxes of the whole picture, looked for in bands to spare memory."""
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    scale = min(scale, 1.0)
    boxes = []
    for top, bottom in _bands(small):
        colours = cv2.cvtColor(small[top:bottom], cv2.COLOR_GRAY2BGR)
        quads, _ = engine.auto_text_det(colours)
        for quad in [] if quads is None else quads:
            x0, y0 = quad.min(axis=0)
            x1, y1 = quad.max(axis=0)
            edge = MARGIN * (y1 - y0)
            left, right = max(0.0, x0 - edge) / scale, min(small.shape[1], x1 + edge) / scale
            boxes.append(
                (int(left), int((y0 + top) / scale), math.ceil(right), math.ceil((y1 + top) / scale))
            )
    return boxes


def _bands(grey: Any) -> list[tuple[int, int]]:
    """Rows from and to, cut where there is least ink, so that no line of text is cut through."""
    height, width = grey.shape
    most = max(64, MOST_PIXELS // max(1, width))
    light = grey.sum(axis=1, dtype=np.int64)
    bands, top = [], 0
    while height - top > most:
        first = top + most * 2 // 3
        cut = first + int(np.argmax(light[first : top + most]))
        bands.append((top, cut))
        top = cut
    return [*bands, (top, height)]


def _read(engine: Any, grey: Any, boxes: Sequence[tuple[int, int, int, int]]) -> list[Piece]:
    cuts = [(x0, y0, grey[y0:y1, x0:x1]) for x0, y0, x1, y1 in boxes if x1 - x0 > 2 and y1 - y0 > 2]
    if not cuts:
        return []
    colours = [cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_GRAY2BGR) for _, _, cut in cuts]
    answers, _ = engine.text_rec(colours, True)
    return [_piece(x, y, cut, answer) for (x, y, cut), answer in zip(cuts, answers, strict=True)]


def _piece(x: int, y: int, cut: Any, answer: Any) -> Piece:
    text, sure, (columns, words, places, _, _) = answer
    characters = [character for word in words for character in word]
    width = cut.shape[1]
    middles = [(place + 0.5) / columns * width for word in places for place in word]
    text = "".join(unicodedata.normalize("NFKC", character)[:1] for character in characters)
    return Piece(x, y, _ink(cut), text, tuple(middles), float(sure))


def _ink(cut: Any) -> Any:
    """What of a cut is type: the darker part, or the lighter one on a dark ground."""
    dark, light = np.percentile(cut, (1, 99))
    ink = cut < (dark + light) / 2
    return ~ink if ink.mean() > 0.5 else ink


def _size(piece: Piece) -> float:
    """The type size of a piece in pixels, from the height of its ink."""
    rows = np.flatnonzero(piece.ink.any(axis=1))
    high = int(rows[-1] - rows[0] + 1) if len(rows) else 1
    letters = set(piece.text)
    return high / (
        (LETTER_HEIGHT if letters <= _LOW else CAP_HEIGHT) + (DEPTH if letters & _DESCENDING else 0)
    )


Found = tuple[str, int, int, int, int, float]


def _split(piece: Piece) -> list[Found]:
    """The words of a piece, cut where its ink has gaps."""
    size = _size(piece)
    columns = np.flatnonzero(piece.ink.any(axis=0))
    if not len(columns):
        return []
    after = np.flatnonzero(np.diff(columns) > 1)
    starts = {0}
    edges = {0: int(columns[0])}
    for index in after:
        left, right = int(columns[index]) + 1, int(columns[index + 1])
        at = _between(piece, (left + right) / 2)
        if 0 < at < len(piece.text) and right - left > _least_gap(piece.text, at) * size:
            starts.add(at)
            edges[at] = right
    cuts = [*sorted(starts), len(piece.text)]
    words = []
    for first, last in pairwise(cuts):
        right = edges.get(last, piece.ink.shape[1])
        text = piece.text[first:last].replace(" ", "")
        word = _word(piece, text, edges[first], right)
        if word is not None:
            words.append(word)
    return words


def _between(piece: Piece, x: float) -> int:
    """Before which character a gap lies; a space of the model's close by is taken to be it."""
    at = sum(middle < x for middle in piece.places)
    for near in (at, at - 1, at + 1):
        if 0 <= near < len(piece.text) and piece.text[near] == " ":
            return near
    return at


def _least_gap(text: str, at: int) -> float:
    space = text[at] == " "
    if {text[at - 1], text[at + 1] if space and at + 1 < len(text) else text[at]} <= _IN_NUMBERS:
        return DIGIT_GAP
    return SPACE_GAP if space else LETTER_GAP


def _word(piece: Piece, text: str, left: int, right: int) -> Found | None:
    ink = piece.ink[:, left:right]
    across, down = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    if not text or not len(across):
        return None
    x0, x1 = piece.x + left + int(across[0]), piece.x + left + int(across[-1]) + 1
    y0, y1 = piece.y + int(down[0]), piece.y + int(down[-1]) + 1
    return text, x0, y0, x1, y1, round(100 * piece.sure, 1)


def _overlooked(engine: Any, grey: Any, pieces: Sequence[Piece]) -> list[Piece]:
    """Dashes, and marks as high as digits, that lie outside all pieces."""
    if not pieces:
        return []
    usual = float(np.median([_size(piece) for piece in pieces])) * CAP_HEIGHT
    ink = _ink(grey).astype(np.uint8)
    for piece in pieces:
        height, width = piece.ink.shape
        ink[piece.y : piece.y + height, piece.x : piece.x + width] = 0
    reach = max(1, round(usual * 0.5))
    joined = cv2.dilate(ink, np.ones((1, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    dashes, marks = [], []
    for left, top, width, height, _ in stats[1:].tolist():
        wide = width - reach
        if height <= DASH_FLAT * usual and DASH_WIDE[0] * usual <= wide <= DASH_WIDE[1] * usual:
            cut = ink[top : top + height, left : left + width].astype(bool)
            dashes.append(Piece(left, top, cut, "—", (width / 2,), LEAST_SURE_ALONE))
        elif MARK_HIGH[0] * usual <= height <= MARK_HIGH[1] * usual:
            edge = round(usual * 0.3)
            y1, x1 = min(grey.shape[0], top + height + edge), min(grey.shape[1], left + width + edge)
            marks.append((max(0, left - edge), max(0, top - edge), x1, y1))
    if len(dashes) + len(marks) > MOST_ALONE:
        return []
    return dashes + [
        piece for piece in _read(engine, grey, marks) if piece.text and piece.sure >= LEAST_SURE_ALONE
    ]


def _in_lines(words: list[Found]) -> list[tuple[str, int, int, int, int, float, int]]:
    """Each word with the number of its line: those whose middles lie at one height."""
    lines: list[list[Found]] = []
    for word in sorted(words, key=lambda word: (_middle(word), word[1])):
        line = lines[-1] if lines else None
        if line is not None and _middle(word) - _middle(line[0]) < 0.5 * min(_high(word), _high(line[0])):
            line.append(word)
        else:
            lines.append([word])
    return [
        (*word, number)
        for number, line in enumerate(lines)
        for word in sorted(line, key=lambda word: word[1])
    ]


def _middle(word: Found) -> float:
    return (word[2] + word[4]) / 2


def _high(word: Found) -> float:
    # A dash is flat and stands at the middle of its line.
    return max(word[4] - word[2], 0.5 * (word[3] - word[1]) if word[0] == "—" else 0)


if __name__ == "__main__":
    main()
