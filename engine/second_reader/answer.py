"""A model's text as JSON, strictly: what is not exactly what was asked for is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

LONGEST = 200_000  # characters; a whole statement takes a tenth of it
HIGHEST_ID = 100_000


class Refused(Exception):
    """An answer that cannot be used. `code` is stable: empty_answer, answer_too_long, no_json,
    duplicated_key, not_a_number or wrong_shape. The text of the answer is in no message."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Grounding:
    """How many items of the answers were used, and how many were dropped, by reason."""

    kept: int
    dropped: dict[str, int]

    def drop(self, why: str, count: int = 1) -> None:
        """Count items that are not used."""
        self.dropped[why] = self.dropped.get(why, 0) + count


def items_of(text: str, name: str) -> list[Mapping[str, Any]]:
    """The list under `name` of the one JSON object in a text.

    Words around the object are tolerated, as servers without schemas send them; a second key of the
    same name, NaN, infinities and numbers with a fraction or an exponent are not: ids have none.

    Raises Refused.
    """
    raw = _object_in(text)
    found = raw.get(name)
    if set(raw) != {name} or not isinstance(found, list):
        raise Refused("wrong_shape")
    if not all(isinstance(entry, dict) for entry in found):
        raise Refused("wrong_shape")
    return found


def is_id(value: object) -> TypeGuard[int]:
    """Whether a value can be the id of a line, a column or a token."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= HIGHEST_ID


def _object_in(text: str) -> dict[str, Any]:
    if not text.strip():
        raise Refused("empty_answer")
    if len(text) > LONGEST:
        raise Refused("answer_too_long")
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Refused("no_json")
    try:
        raw = json.loads(
            text[start : end + 1],
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_number,
            parse_float=_no_number,
        )
    except (json.JSONDecodeError, RecursionError):
        raise Refused("no_json") from None
    except ValueError:  # an integer of thousands of digits
        raise Refused("not_a_number") from None
    if not isinstance(raw, dict):
        raise Refused("wrong_shape")
    return raw


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("duplicated_key")
    return found


def _no_number(_text: str) -> NoReturn:
    raise Refused("not_a_number")
