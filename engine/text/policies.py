"""What two reports of a company say of their accounting policies: sentences that are new, gone or reworded.

Figures, days and years do not make a sentence another one, and neither does another place: a sentence
counts as gone only where it stands nowhere in the newer report, and as new only where it stood nowhere
in the older one. Wordings are paired by the normalised edit similarity of letters (rapidfuzz).
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from engine.data_file import read_data
from engine.text.passages import Passage, PassageKind

_NOT_LETTERS = re.compile(r"[\W\d_]+")
MOST_PAIRED = 4000  # sentences of each side; more are no policies but a heading that was misread


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence under a heading of accounting policies, and its page."""

    text: str
    page: int
    heading: str


@dataclass(frozen=True, slots=True)
class Reworded:
    before: Said
    after: Said


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """`compared` are how many sentences of each report stood under such headings: with 0 on either side
    nothing is known, and the other fields are empty."""

    new: tuple[Said, ...] = ()
    gone: tuple[Said, ...] = ()
    reworded: tuple[Reworded, ...] = ()
    compared: tuple[int, int] = (0, 0)

    @property
    def is_known(self) -> bool:
        return all(self.compared)


def policy_changes(before: Sequence[Passage], after: Sequence[Passage]) -> PolicyChanges:
    """Compare the older report with the newer one, both as passages in one language."""
    old, new = _policies(before), _policies(after)
    counts = (len(old), len(new))
    if not all(counts) or max(counts) > MOST_PAIRED:
        return PolicyChanges(compared=(0, 0) if max(counts) > MOST_PAIRED else counts)
    stood, stands = _running(before), _running(after)
    gone = {key: said for key, said in old.items() if key not in stands}
    come = {key: said for key, said in new.items() if key not in stood}
    pairs = _paired(list(gone), list(come))
    return PolicyChanges(
        new=tuple(said for key, said in come.items() if key not in pairs.values()),
        gone=tuple(said for key, said in gone.items() if key not in pairs),
        reworded=tuple(Reworded(gone[one], come[other]) for one, other in pairs.items()),
        compared=counts,
    )


def is_policy_heading(headings: Iterable[str]) -> bool:
    """Whether what stands under these headings tells of accounting policies."""
    words = _knowledge()["headings"]["words"]
    return any(word in heading.casefold() for heading in headings for word in words)


def _policies(passages: Sequence[Passage]) -> dict[str, Said]:
    """The sentences by what they say, each once, in the order of the report."""
    least = _knowledge()["least_words"]["words"]
    found: dict[str, Said] = {}
    for passage in passages:
        if passage.kind is not PassageKind.PROSE or not is_policy_heading(passage.headings):
            continue
        for sentence in passage.sentences():
            if len(sentence.text.split()) >= least or (" " not in sentence.text and len(sentence.text) > 20):
                heading = passage.headings[-1] if passage.headings else ""
                found.setdefault(_key(sentence.text), Said(sentence.text, sentence.page, heading))
    found.pop("", None)
    return found


def _running(passages: Sequence[Passage]) -> str:
    """All a report says as one line of letters, in which a sentence is found wherever it was moved to."""
    return f" {' '.join(_key(passage.text) for passage in passages)} "


def _key(text: str) -> str:
    return _NOT_LETTERS.sub(" ", text.casefold()).strip()


def _paired(gone: Sequence[str], come: Sequence[str]) -> dict[str, str]:
    """The new wording of each old one that has one, the most alike first; none is given twice."""
    least = _knowledge()["alike"]["percent"]
    alike = [
        (score, one, other)
        for one in gone
        for other, score, _ in process.extract(one, come, scorer=fuzz.ratio, score_cutoff=least, limit=3)
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for _, one, other in sorted(alike, key=lambda found: -found[0]):
        if one not in pairs and other not in taken:
            pairs[one] = other
            taken.add(other)
    # In the order of the older report.
    return {one: pairs[one] for one in gone if one in pairs}


@functools.cache
def _knowledge() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).parent / "vocabulary" / "policies.yaml")
    return data
