"""Everything that speaks for or against one figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from documents.models import DocumentVersion
from engine.kinds import CheckOutcome
from extraction.models import Fact, Observation, Restatement, StatementRow, StatementTable, ValidationResult


@dataclass(frozen=True, slots=True)
class CheckView:
    """An identity the figure takes part in, with the lines it used."""

    identity: str
    holds: bool
    explanation: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One figure with its place on the page, its other publications and its checks."""

    fact: Fact
    observation: Observation
    row: StatementRow
    table: StatementTable
    version: DocumentVersion
    vintages: tuple[Fact, ...]
    checks: tuple[CheckView, ...]
    restatements: tuple[Restatement, ...]

    @property
    def title(self) -> str:
        return f"{self.fact.label or 'Line without a label'}, {self.fact.period_end:%d %B %Y}"

    @property
    def unit_text(self) -> str:
        evidence = self.table.unit_evidence
        return str(evidence["text"]) if evidence else ""


def proof_of(fact_id: int) -> Proof | None:
    """The proof of a figure, None where the figure is not there."""
    fact = (
        Fact.objects.select_related(
            "company",
            "document",
            "observation__column",
            "observation__row__table__run__version",
        )
        .filter(pk=fact_id)
        .first()
    )
    if fact is None:
        return None
    observation = fact.observation
    table = observation.row.table
    return Proof(
        fact=fact,
        observation=observation,
        row=observation.row,
        table=table,
        version=table.run.version,
        vintages=_vintages(fact),
        checks=_checks(table, observation),
        restatements=tuple(
            Restatement.objects.filter(Q(old_fact=fact) | Q(new_fact=fact)).select_related(
                "old_fact__document", "new_fact__document"
            )
        ),
    )


def _vintages(fact: Fact) -> tuple[Fact, ...]:
    """The same line for the same period in every report that gives it, newest first."""
    same_line = Q(concept=fact.concept) if fact.concept else Q(concept="", label__iexact=fact.label)
    return tuple(
        Fact.objects.filter(
            same_line,
            company=fact.company_id,
            statement=fact.statement,
            scope=fact.scope,
            period_kind=fact.period_kind,
            period_end=fact.period_end,
            superseded_at__isnull=True,
        )
        .select_related("document", "observation")
        .order_by("-published_on", "-pk")
    )


def _checks(table: StatementTable, observation: Observation) -> tuple[CheckView, ...]:
    labels = dict(table.rows.values_list("ordinal", "label"))
    results = table.checks.filter(column_ordinal=observation.column.ordinal).exclude(
        outcome=CheckOutcome.NOT_APPLICABLE
    )
    return tuple(
        _check(result, labels) for result in results if observation.row.ordinal in result.row_ordinals
    )


def _check(result: ValidationResult, labels: dict[int, str]) -> CheckView:
    ordinals: Sequence[int] = result.row_ordinals
    return CheckView(
        identity=result.identity,
        holds=result.outcome == CheckOutcome.HOLDS,
        explanation=result.explanation,
        labels=tuple(labels.get(ordinal, "") for ordinal in ordinals),
    )
