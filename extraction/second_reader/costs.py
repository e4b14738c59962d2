"""What language models cost, by company and document, and what the second reader did for a reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from engine.kinds import StatementKind
from extraction.models import CallState, LlmBudget, LlmCall

MOST_LABELS = 8  # that a sentence lists
MOST_DOCUMENTS = 200  # in the report, dearest first

_ASKED_FOR = {
    "labels": "names for the lines left for review",
    "layout": "the figures of a table whose checks fail",
    "blind": "the whole table, without knowing the first reading",
}
_REFUSED = {
    "known_lines_answered_wrongly": "it did not know the lines that are certain",
    "proven_rows_answered_wrongly": "it pointed elsewhere than where sums prove the figures",
    "no_usable_answer": "no answer could be used",
    "too_few_known_lines": "too few lines are certain to judge it by",
    "not_confirmed": "no printed sum confirms what it says",
    "breaks_a_check_between_statements": "a check between the statements would break",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """One line of the cost report. `share` is the part of the allowed amount in percent, None where the
    line has no limit."""

    name: str
    pk: int | None
    calls: int
    failed: int
    replays: int
    input_tokens: int
    output_tokens: int
    cost: Decimal
    allowed: Decimal | None = None

    @property
    def share(self) -> int | None:
        if self.allowed is None:
            return None
        return int(100 * self.cost / self.allowed) if self.allowed else 100


@dataclass(frozen=True, slots=True)
class CostReport:
    """All that was spent: against the budget, and by company and document, dearest first."""

    spans: tuple[Spent, ...]
    companies: tuple[Spent, ...]
    documents: tuple[Spent, ...]


def cost_report() -> CostReport:
    """The costs as they stand, in US dollars."""
    budget = LlmBudget.objects.first() or LlmBudget()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return CostReport(
        spans=(
            _since("Today", midnight, budget.per_day),
            _since("This month", midnight.replace(day=1), budget.per_month),
            _since("Ever", None, None),
        ),
        companies=tuple(_grouped("company_id", "company__name", None)),
        documents=tuple(_grouped("document_id", "document__title", budget.per_document)),
    )


_SUMS = {
    "calls": Count("pk"),
    "failed": Count("pk", filter=Q(state=CallState.FAILED)),
    "replays": Sum("replays", default=0),
    "input_tokens": Sum("input_tokens", default=0),
    "output_tokens": Sum("output_tokens", default=0),
    "cost": Sum("cost", default=Decimal(0)),
}


def _since(name: str, start: datetime | None, allowed: Decimal | None) -> Spent:
    calls: QuerySet[LlmCall] = LlmCall.objects.order_by()
    if start is not None:
        calls = calls.filter(started_at__gte=start)
    return Spent(name, None, **calls.aggregate(**_SUMS), allowed=allowed)


def _grouped(key: str, name: str, allowed: Decimal | None) -> Iterator[Spent]:
    # The annotations are named apart from the columns they add up.
    sums = {f"sum_{what}": how for what, how in _SUMS.items()}
    rows = LlmCall.objects.order_by().values(key, name).annotate(**sums).order_by("-sum_cost", key)
    for row in rows[:MOST_DOCUMENTS]:
        figures = {what: row[f"sum_{what}"] for what in _SUMS}
        yield Spent(row[name] or "none, or deleted since", row[key], **figures, allowed=allowed)


def second_reader_lines(said: Mapping[str, Any]) -> list[str]:
    """What the second reader was asked about one reading and what came of it, in sentences."""
    if not said:
        return ["Not set up when this was read."]
    lines = [f"{said['model']}, prompts {said['prompts']}; {said['cost']} dollars for this document so far."]
    if said["reason"]:
        lines.append(f"Could not be asked ({said['code']}): {said['reason']}")
    lines += [_sentence(opinion) for opinion in said["opinions"]]
    if not said["opinions"] and not said["reason"]:
        lines.append("There was nothing to ask.")
    return lines


def _sentence(opinion: Mapping[str, Any]) -> str:
    statement = StatementKind(opinion["kind"]).value.replace("_", " ").capitalize()
    parts = [
        f"{statement}: asked for {_ASKED_FOR[opinion['mode']]}",
        f"{opinion['grounded']} answers of {opinion['asked']} point at what is printed",
    ]
    if opinion["dropped"]:
        dropped = ", ".join(f"{why.replace('_', ' ')} {n}" for why, n in sorted(opinion["dropped"].items()))
        parts.append(f"dropped: {dropped}")
    parts.append(f"it agrees on {opinion['agreed']} of {opinion['controls']} lines that were known")
    if opinion["refused"]:
        parts.append(
            f"nothing of it was used, because {_REFUSED.get(opinion['refused'], opinion['refused'])}"
        )
    elif opinion["mode"] != "blind":
        parts.append(f"it decided {_listed(opinion['entered'])}" if opinion["entered"] else "no line changed")
    if opinion["disputed"]:
        parts.append(f"it says otherwise of {_listed(opinion['disputed'])}, which stayed")
    return "; ".join(parts) + "."


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - MOST_LABELS
    return ", ".join(labels[:MOST_LABELS]) + (f" and {more} more" if more > 0 else "")
