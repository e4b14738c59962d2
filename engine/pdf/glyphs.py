"""The characters of a page as the library knows them: text, box, baseline and look.

A page has thousands of characters, and to ask the library about one costs more than its answer. So
each question is put for all characters in one go and the answers are written into arrays.
"""

import ctypes
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_INK = 0.1  # points; what is less high is a space
TINY = 1.5  # points; smaller type is not meant to be read
_QUARTER = math.pi / 2
_INVISIBLE = 3  # text rendering mode, ISO 32000-1 table 106
_BOLD_BY_STROKE = 2  # the same table: filled and stroked
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "-bd", "demi")
_BOLD_WEIGHT = 600
_CLEAR = 8  # of 255; type less opaque is not seen
_SPACES = frozenset(map(ord, " \u00a0\u2002\u2003\u2007\u2009\u202f\t\r\n"))
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
UNKNOWN = "\ufffd"  # a character that the font does not name: it is there and must not be left out
_HYPHEN_MARK = 2  # how pdfium returns a hyphen at the end of a line
_BOX = ctypes.sizeof(pdfium_c.FS_RECTF)
_DOUBLE = ctypes.sizeof(ctypes.c_double)
_NAME_SPACE = 128


@dataclass(slots=True)
class Glyph:
    """One character: advance box (`x0`, `x1`), baseline `y`, type size, in reading coordinates."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    hidden: bool
    after_space: bool
    order: int = 0  # place in the content of the page


@dataclass(frozen=True, slots=True)
class Glyphs:
    """All characters of a page but spaces. Those a reader of the page cannot see are hidden, and so
    is type that runs another way than the page's, such as a watermark along its edge. `turns` are
    the quarter turns clockwise of the type, `width` and `height` those of the page read upright."""

    glyphs: list[Glyph]
    turns: int
    unmapped: int
    width: float
    height: float


def glyphs_of(page: pdfium.PdfPage) -> Glyphs | None:
    """The characters of a page in the order of its content; None where it has no text page."""
    text_page = pdfium_c.FPDFText_LoadPage(page)
    if not text_page:
        return None
    try:
        return _read(ctypes.addressof(text_page.contents), _Frame.of(page))
    finally:
        pdfium_c.FPDFText_ClosePage(text_page)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How user space lies on the shown page: visible box, quarter turns clockwise, and the size of
    the page as it is shown."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int
    width: float
    height: float

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> "_Frame":
        left, bottom, right, top = page.get_bbox()
        turns = page.get_rotation() // 90 % 4
        across, down = right - left, top - bottom
        width, height = (down, across) if turns % 2 else (across, down)
        return cls(left, bottom, right, top, turns, width, height)

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the shown page, from its top left."""
        if self.turns == 0:
            return x - self.left, self.top - y
        if self.turns == 1:
            return y - self.bottom, x - self.left
        if self.turns == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


def _direct(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of the library that takes addresses as plain numbers: the conversion of its
    arguments costs as much as the call."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    if address is None:
        raise RuntimeError("The PDF library lacks a function.")
    return ctypes.CFUNCTYPE(result, *arguments)(address)


_ADDRESS, _INDEX = ctypes.c_void_p, ctypes.c_int
_object_of = _direct(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p, _ADDRESS, _INDEX)
_code_of = _direct(pdfium_c.FPDFText_GetUnicode, ctypes.c_uint, _ADDRESS, _INDEX)
_box_of = _direct(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_int, _ADDRESS, _INDEX, _ADDRESS)
_origin_of = _direct(pdfium_c.FPDFText_GetCharOrigin, ctypes.c_int, _ADDRESS, _INDEX, _ADDRESS, _ADDRESS)
_angle_of = _direct(pdfium_c.FPDFText_GetCharAngle, ctypes.c_float, _ADDRESS, _INDEX)
_ink_of = _direct(
    pdfium_c.FPDFText_GetCharBox, ctypes.c_int, _ADDRESS, _INDEX, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS
)
_count_of = _direct(pdfium_c.FPDFText_CountChars, ctypes.c_int, _ADDRESS)
_mode_of = _direct(pdfium_c.FPDFTextObj_GetTextRenderMode, ctypes.c_int, _ADDRESS)
_font_of = _direct(pdfium_c.FPDFTextObj_GetFont, ctypes.c_void_p, _ADDRESS)
_name_of = _direct(
    pdfium_c.FPDFFont_GetBaseFontName, ctypes.c_size_t, _ADDRESS, ctypes.c_char_p, ctypes.c_size_t
)
_weight_of = _direct(pdfium_c.FPDFFont_GetWeight, ctypes.c_int, _ADDRESS)
_fill_of = _direct(
    pdfium_c.FPDFPageObj_GetFillColor, ctypes.c_int, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS
)


def _read(text_page: int, frame: _Frame) -> Glyphs:
    """The characters of the text page at this address."""
    count = max(0, _count_of(text_page))
    handles = list(map(_object_of, repeat(text_page), range(count)))
    codes = list(map(_code_of, repeat(text_page), range(count)))
    kept: list[int] = []
    spaced: list[bool] = []
    after_space = False
    unmapped = 0
    for index, (handle, code) in enumerate(zip(handles, codes, strict=True)):
        if not handle:  # made up by the library between two objects
            continue
        if code in _SPACES:
            after_space = True
            continue
        if not 0 < code < 0xE000:
            unmapped += code == 0 or code == 0xFFFD or code <= 0xF8FF
        if code < 32 and code != _HYPHEN_MARK:
            if not _has_ink(text_page, index):
                continue
            unmapped += code > 0
            codes[index] = ord(UNKNOWN)
        kept.append(index)
        spaced.append(after_space)
        after_space = False
    styles = Styles(text_page, frame.turns)
    looks = [styles.of(handles[index], index) for index in kept]
    turns = _main_turn(Counter(turn for turn, _, _ in looks))
    texts = _Texts()
    glyphs = [
        Glyph(texts[codes[index]], x0, x1, y, size, bold, unseen or hidden or turn != turns, space, index)
        for index, space, (turn, bold, hidden), (x0, x1, y, size, unseen) in zip(
            kept, spaced, looks, _places(_edges(text_page, kept), frame, turns), strict=True
        )
    ]
    width, height = (frame.width, frame.height) if turns % 2 == 0 else (frame.height, frame.width)
    return Glyphs(glyphs, turns, unmapped, width, height)


def _has_ink(text_page: int, index: int) -> bool:
    edges = (ctypes.c_double * 4)()
    first = ctypes.addressof(edges)
    known = _ink_of(text_page, index, *(first + n * _DOUBLE for n in range(4)))
    left, right, bottom, top = edges
    return bool(known) and right > left and top - bottom > _INK


def _edges(text_page: int, indices: Sequence[int]) -> list[tuple[float, float, float, float, float, float]]:
    """Left, top, right and bottom of each character's advance box, and where it stands."""
    count = len(indices)
    boxes = (pdfium_c.FS_RECTF * count)()
    origins = (ctypes.c_double * (2 * count))()
    first, x = ctypes.addressof(boxes), ctypes.addressof(origins)
    asked = map(_box_of, repeat(text_page), indices, range(first, first + _BOX * count, _BOX))
    deque(asked, maxlen=0)
    pairs = range(x, x + 2 * _DOUBLE * count, 2 * _DOUBLE)
    asked = map(_origin_of, repeat(text_page), indices, pairs, range(x + _DOUBLE, pairs.stop + 1, pairs.step))
    deque(asked, maxlen=0)
    edges = memoryview(boxes).cast("B").cast("f").tolist()
    return list(
        zip(edges[0::4], edges[1::4], edges[2::4], edges[3::4], origins[0::2], origins[1::2], strict=True)
    )


class _Texts(dict[int, str]):
    """How each code is written, looked up once."""

    def __missing__(self, code: int) -> str:
        character = chr(code) if code < 0x110000 else "\ufffd"
        self[code] = text = "-" if code == _HYPHEN_MARK else _LIGATURES.get(character, character)
        return text


class Styles:
    """Direction, weight and visibility of a character, looked up once per text object and font."""

    def __init__(self, text_page: int, turns: int) -> None:
        self._text_page = text_page
        self._turns = turns
        self._objects: dict[int, tuple[int, bool, bool]] = {}
        self._fonts: dict[int, bool] = {}
        self._colours = (ctypes.c_uint * 4)()
        first = ctypes.addressof(self._colours)
        self._channels = tuple(first + n * ctypes.sizeof(ctypes.c_uint) for n in range(4))

    def of(self, handle: int, index: int) -> tuple[int, bool, bool]:
        """(quarter turns clockwise, bold, hidden)."""
        known = self._objects.get(handle)
        if known is None:
            mode = _mode_of(handle)
            turn = round(_angle_of(self._text_page, index) / _QUARTER)
            hidden = mode == _INVISIBLE or self._is_clear(handle)
            known = ((turn + self._turns) % 4, self._is_bold(handle, mode), hidden)
            self._objects[handle] = known
        return known

    def _is_bold(self, handle: int, mode: int) -> bool:
        font = _font_of(handle)
        if not font:
            return False
        if font not in self._fonts:
            name = ctypes.create_string_buffer(_NAME_SPACE)
            _name_of(font, name, _NAME_SPACE)
            text = name.value.decode("latin-1").lower()
            self._fonts[font] = any(mark in text for mark in _BOLD_NAMES) or _weight_of(font) >= _BOLD_WEIGHT
        return self._fonts[font] or mode == _BOLD_BY_STROKE

    def _is_clear(self, handle: int) -> bool:
        known = _fill_of(handle, *self._channels)
        return bool(known) and self._colours[3] < _CLEAR


def _main_turn(angles: Counter[int]) -> int:
    """The direction most type runs in."""
    if not angles:
        return 0
    turn, count = angles.most_common(1)[0]
    return turn if count > 0.6 * angles.total() else 0


def _places(
    edges: Iterable[tuple[float, float, float, float, float, float]], frame: _Frame, turns: int
) -> Iterator[tuple[float, float, float, float, bool]]:
    """Left, right, baseline and size of each character in reading coordinates, and whether it lies
    off the page or is too small to be seen."""
    page_left, page_top, page_width, page_height = frame.left, frame.top, frame.width, frame.height
    for left, top, right, bottom, x, y in edges:
        if frame.turns == 0:  # most pages, and this runs for every character
            x0, y1 = left - page_left, page_top - bottom
            x1, y0 = right - page_left, page_top - top
            px, py = x - page_left, page_top - y
        else:
            x0, y1 = frame.shown(left, bottom)
            x1, y0 = frame.shown(right, top)
            px, py = frame.shown(x, y)
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        outside = x1 < 0 or y1 < 0 or x0 > page_width or y0 > page_height
        if turns == 1:
            x0, x1, y0, y1, py = y0, y1, page_width - x1, page_width - x0, page_width - px
        elif turns == 3:
            x0, x1, y0, y1, py = page_height - y1, page_height - y0, x0, x1, px
        elif turns == 2:
            x0, x1 = page_width - x1, page_width - x0
            y0, y1, py = page_height - y1, page_height - y0, page_height - py
        size = y1 - y0
        yield x0, x1, py, size, outside or size < TINY
