"""How the cells of a workbook look, and what their look says."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

INK, GREY, GREEN, BLUE, PURPLE = "#111827", "#6B7280", "#0B5D46", "#1D4ED8", "#6D28D9"
PAPER, RULE = "#EAF3EF", "#94A3B8"
FONT = "Arial"


class Content(StrEnum):
    """What a cell of a statement holds. The colours of the first two are the custom of bankers."""

    REPORTED = "reported"  # a figure as a report prints it: blue, an input
    CALCULATED = "calculated"  # a formula that gives what is printed: black
    DERIVED = "derived"  # not printed; computed from figures that are
    CONVERTED = "converted"  # a figure shown in another currency than the report's
    GAP = "gap"  # nothing, and the sheet of gaps says why


CONTENT_LOOKS: Mapping[Content, Mapping[str, Any]] = {
    Content.REPORTED: {"font_color": BLUE},
    Content.CALCULATED: {"font_color": INK},
    Content.DERIVED: {"font_color": PURPLE, "italic": True},
    Content.CONVERTED: {"font_color": GREEN, "italic": True},
    Content.GAP: {},
}
RESTATED: Mapping[str, Any] = {"bg_color": "#FDF0C4"}
LOW_CONFIDENCE: Mapping[str, Any] = {"bg_color": "#FBD9D3"}
HEADING: Mapping[str, Any] = {
    "bold": True,
    "bg_color": PAPER,
    "bottom": 1,
    "bottom_color": RULE,
    "text_wrap": True,
    "valign": "top",
}
# A gap that somebody can do something about.
MISSING: Mapping[str, Any] = {"pattern": 14, "fg_color": "#C4CCD6", "bg_color": "#FFFFFF"}
OFF: Mapping[str, Any] = {"font_color": "#B91C1C", "bg_color": "#FEE2E2", "bold": True}
WELL: Mapping[str, Any] = {"font_color": "#166534"}

CHECK_NUMBERS = '+#,##0.0##_);-#,##0.0##_);"✓"_)'
DAY = "d mmm yyyy"
LINE_HEIGHT = 13


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A look, and what it says."""

    sample: str | float
    look: Mapping[str, Any]
    says: str


LEGEND = (
    LegendEntry(
        1234,
        CONTENT_LOOKS[Content.REPORTED],
        "Reported: as a report prints it. It may be changed and uploaded.",
    ),
    LegendEntry(
        1234,
        CONTENT_LOOKS[Content.CALCULATED],
        "Calculated: a live formula over the lines above it. It gives exactly the figure that is printed.",
    ),
    LegendEntry(
        1234,
        CONTENT_LOOKS[Content.DERIVED],
        "Derived: no report prints it; it is computed from printed figures by the formula shown.",
    ),
    LegendEntry(
        1234,
        CONTENT_LOOKS[Content.CONVERTED],
        "Converted: shown in another currency than the report's, by the rate its note names.",
    ),
    LegendEntry(1234, {**CONTENT_LOOKS[Content.REPORTED], **RESTATED}, "Restated: two reports differ on it."),
    LegendEntry(
        1234,
        {**CONTENT_LOOKS[Content.REPORTED], **LOW_CONFIDENCE},
        "Low confidence: look at the page before you use it.",
    ),
    LegendEntry("–", CONTENT_LOOKS[Content.REPORTED], "Zero, or a printed dash."),
    LegendEntry("", MISSING, "No figure although there should be one: the sheet Gaps says why."),
    LegendEntry("", {}, "Empty: the statement was read and does not print the line, or has no such line."),
    LegendEntry("+12", OFF, "A check that is off by more than the rounding of its figures explains."),
)


def height_of(*texts: tuple[str, float]) -> float:
    """The height in points of a row that holds these texts wrapped in columns of these widths. Not every
    program finds it by itself."""
    lines = max((-(-len(text) // max(1, int(width * 1.22))) for text, width in texts), default=1)
    return LINE_HEIGHT * max(1, lines) + 2


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, *looks: Mapping[str, Any], **more: Any) -> Format:
        """The format with these properties; later ones win."""
        properties: dict[str, Any] = {
            "font_name": FONT,
            "font_size": 10,
            "font_color": INK,
            "valign": "vcenter",
        }
        for look in (*looks, more):
            properties |= look
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    def only(self, look: Mapping[str, Any]) -> Format:
        """A format that changes nothing but these properties, for conditions."""
        key = (("only", True), *sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(dict(look))
        return self._made[key]

    @property
    def subtitle(self) -> Format:
        return self.of(font_color=GREY)

    @property
    def section(self) -> Format:
        return self.of(bold=True, font_size=11, font_color=GREEN, bottom=1, bottom_color=RULE)

    @property
    def text(self) -> Format:
        return self.of(text_wrap=True, valign="top")
