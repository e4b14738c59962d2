"""How a task can end well, or at least in an orderly way."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from jobs.states import State

LARGEST_RESULT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task did. `fields` are ids and counts for JSON; what is large belongs in tables.

    A partial or skipped outcome has a sentence that says why, and a stable code.
    """

    state: State
    reason: str = ""
    code: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.state != State.SUCCEEDED and not self.reason:
            raise ValueError(f"An outcome that is {self.state.value} needs a reason.")

    def json_fields(self) -> dict[str, Any]:
        """The fields as they come back from JSON: decimals and dates as strings.

        Raises:
            ValueError: they are too large to be kept with the run, or hold NaN or infinity.
            TypeError: they hold something that is no JSON.
        """
        text = json.dumps(self.fields, cls=DjangoJSONEncoder, allow_nan=False)
        if len(text) > LARGEST_RESULT:
            raise ValueError(f"A result of {len(text)} characters is too large; keep details in tables.")
        return json.loads(text)


def success(*, warnings: Sequence[str] = (), **fields: Any) -> Outcome:
    """All of it was done."""
    return Outcome(State.SUCCEEDED, fields=fields, warnings=tuple(warnings))


def partial(reason: str, *, code: str = "partial", warnings: Sequence[str] = (), **fields: Any) -> Outcome:
    """Some of it was done, and `reason` says what was not. What is there is kept."""
    return Outcome(State.PARTIAL, reason, code, fields, tuple(warnings))


def skipped(reason: str, *, code: str = "skipped", warnings: Sequence[str] = (), **fields: Any) -> Outcome:
    """There was nothing to do."""
    return Outcome(State.SKIPPED, reason, code, fields, tuple(warnings))
