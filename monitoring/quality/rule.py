"""What a rule is: its knowledge from `rules.yaml`, and the function that looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models

from companies.models import Company
from engine.data_file import read_data
from engine.kinds import Severity
from engine.progress import Report, silent
from monitoring.models import DataType


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data. `numbers` are thresholds and lists of its own, by name."""

    code: str
    data_type: DataType
    severity: Severity
    title: str
    checks: str
    why: str
    remedy: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: the data of all companies or of one, at a moment."""

    at: datetime
    company: Company | None = None
    report: Report = silent

    def limited(self, rows: models.QuerySet[Any], path: str) -> Any:
        """The rows of the company, where there is one; `path` leads to it."""
        return rows if self.company is None else rows.filter(**{path: self.company})

    def before(self, **age: float) -> datetime:
        """So long before the moment of the check."""
        return self.at - timedelta(**age)

    @property
    def companies(self) -> models.QuerySet[Company]:
        """The active companies that are looked at."""
        active = Company.objects.filter(is_active=True)
        return active if self.company is None else active.filter(pk=self.company.pk)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding about one thing. `place` tells several about the same thing apart."""

    subject: models.Model
    detail: str
    company_id: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a rule saw: how many things, which of them are at fault, and what it could not judge, each in
    a sentence. `faulty` counts things at fault where that is not the number of findings."""

    checked: int
    found: Sequence[Found]
    not_judged: tuple[str, ...] = ()
    faulty: int | None = None

    @property
    def at_fault(self) -> int:
        return len(self.found) if self.faulty is None else self.faulty


Look = Callable[[Rule, Scope], Examined]
_looks: dict[str, Look] = {}


def rule(code: str) -> Callable[[Look], Look]:
    """Register the function that looks for what the rule of this code says."""

    def register(look: Look) -> Look:
        _looks[code] = look
        return look

    return register


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by code, in the order of the file."""
    known = {"data_type", "severity", "title", "checks", "why", "remedy"}
    return {
        code: Rule(
            code=code,
            data_type=DataType(entry["data_type"]),
            severity=Severity(entry["severity"]),
            title=entry["title"],
            checks=entry["checks"],
            why=entry["why"],
            remedy=entry["remedy"],
            numbers={name: value for name, value in entry.items() if name not in known},
        )
        for code, entry in read_data(Path(__file__).parent / "rules.yaml").items()
    }


def looks() -> Mapping[str, Look]:
    """The functions of all rules, by code."""
    from monitoring.quality.rules import (  # noqa: F401  they register themselves
        derived,
        documents,
        facts,
        prices,
        rates,
        statements,
    )

    return _looks
