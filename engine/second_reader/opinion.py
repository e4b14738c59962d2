"""What the second reader contributed to one statement, and what was refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.kinds import StatementKind


class Mode(StrEnum):
    """What the second reader is asked for."""

    LABELS = "labels"  # which concepts the lines report
    LAYOUT = "layout"  # which figures stand in which column, where the checks fail
    BLIND = "blind"  # the same for a sample of reports, only to be compared


@dataclass(frozen=True, slots=True)
class Opinion:
    """One question about one statement and what became of the answer.

    `asked` lines were asked about; `grounded` items of the answer point at something printed, `dropped`
    counts the others by reason. Of the `controls`, lines that need no second reader, `agreed` were
    answered as they are known; `refused` says why nothing of the answer was used, empty where it was.
    `entered` are the labels of the lines it named or moved, `disputed` those where it says otherwise
    than what stands, which stays.
    """

    kind: StatementKind
    mode: Mode
    asked: int
    grounded: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    controls: int = 0
    agreed: int = 0
    entered: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    refused: str = ""
