"""The kinds of data that may be deleted, and what never is: their knowledge from `kinds.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.data_file import read_data


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind as data. `days` is the default, `least_days` what people cannot go below."""

    code: str
    title: str
    what: str
    days: int
    least_days: int
    why: str


@cache
def kinds() -> Mapping[str, Kind]:
    """What may be deleted, by code."""
    return {code: Kind(code=code, **entry) for code, entry in _data()["kinds"].items()}


@cache
def protected() -> Mapping[str, str]:
    """What never is, with the reason."""
    return dict(_data()["protected"])


def _data() -> Any:
    return read_data(Path(__file__).parent / "kinds.yaml")
