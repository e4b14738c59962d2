"""A person's corrections, laid over what was read, again on every reading.

A correction stands at an anchor: the hash of a file and the place in it, with the words around it. It
is looked up by place first; where the place has moved, by label, section, column and printed text.
Whoever corrected looked at that very file, so in it the correction stands even where a newer engine
reads something else by now: the difference is a conflict for a person, and neither side is dropped.
In another file under the same address the issuer may print something else, so there a correction
stands only where the same is printed.

What was read is never changed in place: `replay` gives a second reading beside it.
"""

from engine.corrections.places import printed_on
from engine.corrections.replay import replay
from engine.corrections.values import (
    OWN,
    Anchor,
    ColumnAnchor,
    Corrected,
    Correction,
    Intent,
    LeaveOut,
    Replay,
    SetConcept,
    SetNumber,
    SetSign,
    SetUnit,
)
from engine.corrections.words import number_words, sign_words, unit_words

__all__ = [
    "OWN", "Anchor", "ColumnAnchor", "Corrected", "Correction", "Intent", "LeaveOut", "Replay", "SetConcept",
    "SetNumber", "SetSign", "SetUnit", "number_words", "printed_on", "replay", "sign_words", "unit_words",
]  # fmt: skip
