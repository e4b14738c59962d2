"""Tagged publications and comparisons into rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from companies.models import Company
from documents.models import Document
from engine.xbrl.agreement import Agreement, ComparedCell
from engine.xbrl.publications import Publication
from engine.xbrl.values import LeftOut, TaggedFact
from extraction.models import CrossCheck, CrossCheckCell, ExternalSource, TaggedReport, XbrlFact
from jobs.models import TaskRun

_BATCH = 1000


@dataclass(slots=True)
class TaggedCounts:
    """What became of tagged figures: new, given differently than before, the same as before."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    reports: int = 0

    def __iadd__(self, other: "TaggedCounts") -> "TaggedCounts":
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.reports += other.reports
        return self


@transaction.atomic
def store_publication(
    company: Company,
    source: ExternalSource,
    publication: Publication,
    *,
    accession: str = "",
    form: str = "",
    filed_on: date | None = None,
    address: str = "",
    left_out: Sequence[LeftOut] = (),
) -> tuple[TaggedReport, TaggedCounts]:
    """Keep a publication as a vintage of its own. What its source now gives differently supersedes the
    figure from before; what it no longer gives stays, as it was published.

    The further arguments say what the file itself does not.
    """
    report, _ = TaggedReport.objects.update_or_create(
        source=source,
        company=company,
        accession=(publication.accession or accession)[:80],
        defaults={
            "form": (publication.form or form)[:20],
            "kind": publication.kind,
            "period_end": publication.period_end,
            "filed_on": publication.filed_on or filed_on,
            "framework": publication.framework,
            "address": address[:1000],
            "left_out": [[one.code, one.count, one.example] for one in left_out],
        },
    )
    return report, _store_facts(report, publication.facts)


def _store_facts(report: TaggedReport, facts: Iterable[TaggedFact]) -> TaggedCounts:
    known = {
        (row.element, row.period_start, row.period_end, row.unit): row
        for row in report.facts.filter(superseded_at__isnull=True)
    }
    counts = TaggedCounts(reports=1)
    rows: list[XbrlFact] = []
    superseded: list[int] = []
    for fact in facts:
        before = known.get((fact.element, fact.period.start, fact.period.end, fact.unit))
        if before is not None and (before.value, before.decimals) == (fact.value, fact.decimals):
            counts.unchanged += 1
            continue
        if before is None:
            counts.new += 1
        else:
            counts.changed += 1
            superseded.append(before.pk)
        rows.append(_row(report, fact))
    for start in range(0, len(superseded), _BATCH):
        XbrlFact.objects.filter(pk__in=superseded[start : start + _BATCH]).update(
            superseded_at=timezone.now()
        )
    XbrlFact.objects.bulk_create(rows, batch_size=_BATCH)
    return counts


def _row(report: TaggedReport, fact: TaggedFact) -> XbrlFact:
    return XbrlFact(
        report=report,
        element=fact.element,
        period_kind=fact.period.kind,
        period_start=fact.period.start,
        period_end=fact.period.end,
        unit=fact.unit,
        value=fact.value,
        decimals=fact.decimals,
    )


@transaction.atomic
def store_cross_check(
    document: Document,
    report: TaggedReport,
    cells: Sequence[ComparedCell],
    tagged: Sequence[int],
    task_run: TaskRun | None,
) -> CrossCheck:
    """Keep a comparison in place of the one before. `tagged` are the ids of the tagged figures, at the
    places that the cells name."""
    outcomes = [cell.outcome for cell in cells]
    counts: Mapping[str, int] = {one.value: outcomes.count(one) for one in Agreement}
    check, _ = CrossCheck.objects.update_or_create(
        document=document,
        report=report,
        defaults={
            "company": document.company,
            "task_run": task_run,
            "checked_at": timezone.now(),
            **counts,
        },
    )
    check.cells.all().delete()
    rows = CrossCheckCell.objects.bulk_create([_cell(check, cell) for cell in cells], batch_size=_BATCH)
    printed_links, tagged_links = CrossCheckCell.facts.through, CrossCheckCell.tagged.through
    pairs = list(zip(rows, cells, strict=True))
    printed_links.objects.bulk_create(
        [printed_links(crosscheckcell_id=row.pk, fact_id=key) for row, cell in pairs for key in cell.printed],
        batch_size=_BATCH,
    )
    tagged_links.objects.bulk_create(
        [
            tagged_links(crosscheckcell_id=row.pk, xbrlfact_id=tagged[place])
            for row, cell in pairs
            for place in cell.tagged
        ],
        batch_size=_BATCH,
    )
    return check


def _cell(check: CrossCheck, cell: ComparedCell) -> CrossCheckCell:
    return CrossCheckCell(
        check_of=check,
        statement=cell.statement,
        concept=cell.concept,
        period_kind=cell.period.kind,
        period_start=cell.period.start,
        period_end=cell.period.end,
        outcome=cell.outcome,
        likeness=cell.likeness or "",
        printed_value=cell.printed_value,
        tagged_value=cell.tagged_value,
        difference=cell.difference,
        allowed=cell.allowed,
        explanation=cell.explanation,
    )
