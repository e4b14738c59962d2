"""The letters of PDFs: a font that is embedded, and for what it lacks the fonts that readers bring along.

Chinese, Japanese and Korean are set in the fonts that PDF readers have by convention, so that a report
stays small; a reader without them shows blanks there. Characters no font has become a visible sign.
"""

from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "Tenfold", "Tenfold-Bold"
_FILES = {PLAIN: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
JAPANESE, KOREAN, CHINESE = "HeiseiKakuGo-W5", "HYGothic-Medium", "STSong-Light"
MISSING = "\ufffd"


@cache
def register() -> None:
    """Make the fonts known to the typesetter; once for each process."""
    folder = Path(__file__).parent / "fonts"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, folder / file))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    for name in (JAPANESE, KOREAN, CHINESE):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


@cache
def _known() -> frozenset[int]:
    register()
    return frozenset(pdfmetrics.getFont(PLAIN).face.charWidths)


def markup(text: str) -> str:
    """A text as the typesetter takes it: escaped, and in pieces where it changes the font."""
    pieces: list[tuple[str, str]] = []
    has_kana = any(_is_kana(character) for character in text)
    for character in text:
        font = "" if character.isspace() else _font_of(character, has_kana=has_kana)
        shown = character if font is not None else MISSING
        font = font or ""
        if pieces and (pieces[-1][0] == font or character.isspace()):
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + shown)
        else:
            pieces.append((font, shown))
    return "".join(
        escape(part) if not font else f'<font name="{font}">{escape(part)}</font>' for font, part in pieces
    )


def _font_of(character: str, *, has_kana: bool) -> str | None:
    """The name of another font, empty for our own, None where none has it."""
    code = ord(character)
    if code in _known():
        return ""
    if _is_kana(character):
        return JAPANESE
    if 0xAC00 <= code <= 0xD7AF or 0x1100 <= code <= 0x11FF:
        return KOREAN
    if 0x3000 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFF00 <= code <= 0xFFEF:
        return JAPANESE if has_kana else CHINESE
    return None


def _is_kana(character: str) -> bool:
    return 0x3040 <= ord(character) <= 0x30FF
