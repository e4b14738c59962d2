"""Everything that speaks for or against one figure, and where a cell of a table comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from documents.models import DocumentVersion
from engine.check.identity_data import load_identities
from engine.kinds import CheckOutcome, GapReason
from extraction.models import (
    Fact,
    Observation,
    Restatement,
    ReviewItem,
    ReviewState,
    StatementRow,
    StatementTable,
    ValidationResult,
)
from extraction.table.figures import ColumnView
from extraction.table.presentation import CellView, RowView, TableView
from extraction.table.sheet import Mark, find_cell, marks_of
from extraction.table.triangulation import Triangulation, triangulation

# What a person can do about a gap.
GAP_ADVICE = {
    GapReason.NO_REPORT: "Upload the report of this year, or search the company's site again.",
    GapReason.NOT_READ: "Look at the questions about that report: they say what stood in the way.",
    GapReason.NOT_DISCLOSED: "Nothing is to be done unless the report prints the line under another name.",
    GapReason.NOT_APPLICABLE: "If the company is of another kind, change its sector.",
    GapReason.UNREADABLE: "Open the report and compare the line with its page.",
    GapReason.NOT_COMPARABLE: "Use the longer periods, which are printed on one basis.",
    GapReason.NO_RATE: "Import exchange rates of this period, or show the currency of the reports.",
}


@dataclass(frozen=True, slots=True)
class CheckView:
    """An identity the figure takes part in, with the lines it used."""

    identity: str
    says: str
    holds: bool
    explanation: str
    labels: tuple[str, ...]
    left: Decimal | None
    right: Decimal | None
    allowed: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """How far the two sides are apart, None where one is not known."""
        return None if self.left is None or self.right is None else self.left - self.right


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
    questions: tuple[ReviewItem, ...]
    triangulation: Triangulation

    @property
    def decided(self) -> list[ReviewItem]:
        """What a person has said about the statement the figure stands in."""
        return [item for item in self.questions if item.state != ReviewState.OPEN]

    @property
    def open(self) -> list[ReviewItem]:
        """What nobody has answered yet."""
        return [item for item in self.questions if item.state == ReviewState.OPEN]

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
    vintages = _vintages(fact)
    return Proof(
        fact=fact,
        observation=observation,
        row=observation.row,
        table=table,
        version=table.run.version,
        vintages=vintages,
        checks=_checks(table, observation),
        restatements=tuple(
            Restatement.objects.filter(Q(old_fact=fact) | Q(new_fact=fact)).select_related(
                "old_fact__document", "new_fact__document"
            )
        ),
        questions=_questions(fact),
        triangulation=triangulation(fact, vintages),
    )


@dataclass(frozen=True, slots=True)
class CellProof:
    """A cell of a table of many years: printed, with its proof; derived, with what it was made of; or a
    gap, with what can be done about it."""

    table: TableView
    row: RowView
    column: ColumnView
    cell: CellView
    marks: tuple[Mark, ...]
    proof: Proof | None
    operands: tuple[Fact, ...]

    @property
    def advice(self) -> str:
        return GAP_ADVICE[GapReason(self.cell.gap)] if self.cell.gap else ""


def cell_proof(table: TableView, address: str) -> CellProof | None:
    """What stands behind the cell of an address, None where the table has no such cell."""
    found = find_cell(table, address)
    if found is None:
        return None
    row, column, cell = found
    return CellProof(
        table=table,
        row=row,
        column=column,
        cell=cell,
        marks=marks_of(cell),
        proof=proof_of(cell.fact_id) if cell.fact_id is not None else None,
        operands=_operands(cell.derived_from),
    )


def _operands(ids: Sequence[int]) -> tuple[Fact, ...]:
    """The facts a derived figure was made of, in the order of its formula."""
    if not ids:
        return ()
    facts = Fact.objects.select_related("document", "observation").in_bulk(ids)
    return tuple(facts[pk] for pk in ids if pk in facts)


def _questions(fact: Fact) -> tuple[ReviewItem, ...]:
    """The questions about the figure's report: those about its statement, and those about the whole."""
    items: Iterable[ReviewItem] = (
        ReviewItem.objects.filter(document=fact.document_id)
        .exclude(state=ReviewState.OBSOLETE)
        .select_related("decided_by")
        .order_by("-decided_at", "-created_at")
    )
    return tuple(item for item in items if item.details.get("statement", fact.statement) == fact.statement)


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
        says=load_identities().says.get(result.identity, ""),
        holds=result.outcome == CheckOutcome.HOLDS,
        explanation=result.explanation,
        labels=tuple(labels.get(ordinal, "") for ordinal in ordinals),
        left=result.left,
        right=result.right,
        allowed=result.tolerance,
    )
