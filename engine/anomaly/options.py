"""The thresholds of all detectors, read once."""

from functools import cache
from pathlib import Path
from typing import Any

from engine.data_file import read_data


@cache
def options(part: str) -> Any:
    """One part of `thresholds.yaml`: numbers by name, or a list of rules."""
    return read_data(Path(__file__).parent / "thresholds.yaml")[part]
