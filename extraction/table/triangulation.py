"""What other publications say of a printed figure: what is tagged for machines, and other reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from engine.xbrl.agreement import Agreement
from engine.xbrl.filters import half_unit
from extraction.models import CrossCheckCell, Fact

_SPEAKING = (Agreement.AGREES, Agreement.DIFFERS)


@dataclass(frozen=True, slots=True)
class Witness:
    """Another publication of the figure. `value` is a contribution in base units, None where it gives no
    number that can be compared; `difference` is printed less its value."""

    name: str
    is_tagged: bool
    outcome: Agreement
    value: Decimal | None
    difference: Decimal | None
    allowed: Decimal | None
    published_on: date | None
    explanation: str
    address: str
    likeness: str = ""


@dataclass(frozen=True, slots=True)
class Triangulation:
    """All witnesses of a figure: tagged ones first, then reports, the newest first."""

    witnesses: tuple[Witness, ...]

    @property
    def speaking(self) -> int:
        """How many give a number that can be compared."""
        return sum(one.outcome in _SPEAKING for one in self.witnesses)

    @property
    def agreeing(self) -> int:
        return sum(one.outcome is Agreement.AGREES for one in self.witnesses)

    @property
    def badge(self) -> str:
        """How it is shown: a tagged figure that differs weighs more than a report that restates."""
        differing = [one for one in self.witnesses if one.outcome is Agreement.DIFFERS]
        if any(one.is_tagged for one in differing):
            return "bad"
        if differing:
            return "warn"
        return "good" if self.speaking else ""

    @property
    def words(self) -> str:
        if not self.speaking:
            return "no other publication to compare with"
        if self.agreeing == self.speaking:
            return "another publication agrees" if self.speaking == 1 else f"{self.speaking} others agree"
        return f"{self.agreeing} of {self.speaking} other publications agree"


def triangulation(fact: Fact, vintages: Sequence[Fact]) -> Triangulation:
    """The witnesses of a figure, of which `vintages` are what reports say of it. One query."""
    cells = (
        CrossCheckCell.objects.filter(facts=fact)
        .select_related("check_of__report__source")
        .order_by("-check_of__report__filed_on", "pk")
    )
    tagged = [_tagged(cell) for cell in cells]
    reports = [_report(fact, other) for other in vintages if other.document_id != fact.document_id]
    return Triangulation((*tagged, *reports))


def _tagged(cell: CrossCheckCell) -> Witness:
    report = cell.check_of.report
    return Witness(
        name=f"{report.source.name}, {report.form or 'tagged report'}",
        is_tagged=True,
        outcome=Agreement(cell.outcome),
        value=cell.tagged_value,
        difference=cell.difference,
        allowed=cell.allowed,
        published_on=report.filed_on,
        explanation=cell.explanation,
        address=reverse("admin:extraction_crosscheck_change", args=[cell.check_of_id]),
        likeness=cell.likeness,
    )


def _report(fact: Fact, other: Fact) -> Witness:
    comparable = fact.value is not None and other.value is not None and fact.currency == other.currency
    difference = allowed = None
    outcome = Agreement.NOT_COMPARABLE
    if comparable and fact.value is not None and other.value is not None:
        difference = fact.value - other.value
        allowed = half_unit(fact.decimals) + half_unit(other.decimals)
        outcome = Agreement.AGREES if abs(difference) <= allowed else Agreement.DIFFERS
    return Witness(
        name=str(other.document),
        is_tagged=False,
        outcome=outcome,
        value=other.value,
        difference=difference,
        allowed=allowed,
        published_on=other.published_on,
        explanation="",
        address=reverse("extraction:proof", args=[other.pk]),
    )
