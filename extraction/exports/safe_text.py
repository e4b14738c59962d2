"""Texts from documents made safe for files that spreadsheet programs open.

A text that begins like a formula is taken for one (CWE-1236). A workbook says of each cell that it is
a text, so there the text stays as it is printed; CSV has no such word, so there it is marked.
"""

import re
import unicodedata

# The full-width forms are turned into the plain ones by some programs.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
LONGEST = 32_000  # characters; a cell of a workbook holds 32,767
# A hyphen before a word is the dash of a list: "- of which leases".
_LISTED = re.compile(r"-(?=\s+[^\W\d_])")
# Where the list separator is a semicolon, programs part the line there, although the file parts it at
# commas, and quotation marks inside a cell keep nothing together. So a formula may begin there too.
_AFTER_SEPARATOR = re.compile(f'(;[\\s"]*)(?=[{re.escape("".join(FORMULA_STARTS))}])')


def plain(text: str) -> str:
    """The text on one line, without characters that nobody sees or that XML cannot hold."""
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return kept.strip()[:LONGEST]


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula if nothing said otherwise."""
    return text.startswith(FORMULA_STARTS)


def harmless(text: str) -> str:
    """The text for a CSV cell, such that no spreadsheet program takes it for a formula.

    The dash of a list becomes the longer dash it stands for, which reads the same and begins no
    formula; anything else that begins like a formula gets an apostrophe in front, also behind a
    semicolon, at which some programs part the line.
    """
    cleaned = _LISTED.sub("–", plain(text), count=1) if plain(text).startswith("-") else plain(text)
    cleaned = _AFTER_SEPARATOR.sub(r"\1'", cleaned)
    return f"'{cleaned}" if looks_like_formula(cleaned) else cleaned
