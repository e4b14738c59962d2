"""Texts without case and marks, so that words are found however they are written."""

import unicodedata

import pytest

from engine.discover.words import folded


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Annual Report", "annual report"),
        ("Geschäftsbericht — Größe", "geschaftsbericht — grosse"),
        ("ŁÓDŹ, Œuvre, Ærø", "lodz, oeuvre, aero"),
        ("ﬁnancial “results” ½", "financial “results” 1⁄2"),
        ("", ""),
    ],
)
def test_folding(text, plain):
    assert folded(text) == plain


def test_no_mark_is_left_of_any_letter():
    letters = "".join(map(chr, range(0xC0, 0x250)))
    assert not [sign for sign in folded(letters) if unicodedata.combining(sign)]
