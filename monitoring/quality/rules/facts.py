"""What can be wrong with figures: without a place, given twice, a lost unit, out of line."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from django.db.models import Count, F, Q, QuerySet

from companies.models import Company
from documents.models import Document
from engine.kinds import CellState, CompiledView, Frequency, ReportingPeriod, RestatementKind, Scope
from extraction.models import CompiledCell, Fact, Restatement
from monitoring.quality import rule as quality
from monitoring.quality.rule import Examined, Found, Rule, rule


def _facts(scope: quality.Scope) -> QuerySet[Fact]:
    """The figures in force."""
    return scope.limited(Fact.objects.filter(superseded_at__isnull=True), "company")


@rule("fact_misplaced")
def figures_have_their_place(rule: Rule, scope: quality.Scope) -> Examined:
    """A figure in force stands in the reading in force of a file of its own document."""
    facts = _facts(scope)
    run = "observation__row__table__run"
    lost = facts.filter(
        Q(**{f"{run}__is_current": False}) | ~Q(**{f"{run}__version__document": F("document")})
    ).select_related("document")
    found = [
        Found(
            fact,
            f"It is in force, and its reading is not, or is not of “{fact.document}”.",
            fact.company_id,
        )
        for fact in lost.order_by("pk")
    ]
    return Examined(facts.count(), found)


@rule("fact_contradicted")
def figures_are_given_once(rule: Rule, scope: quality.Scope) -> Examined:
    """The same words under the same heading, with two values for one period."""
    facts = _facts(scope)
    same = (
        "document", "statement", "scope", "currency", "section", "label", "period_start", "period_end",
    )  # fmt: skip
    named = facts.filter(state=CellState.VALUE.value).exclude(label="")
    twice = (
        named.order_by()
        .values(*same)
        .annotate(values_given=Count("value", distinct=True))
        .filter(values_given__gt=1)
    )
    found = []
    for group in twice.order_by("document", "statement", "label", "period_end"):
        of_group = {name: group[name] for name in same}
        if of_group["period_start"] is None:
            del of_group["period_start"]
            of_group["period_start__isnull"] = True
        fact = named.filter(**of_group).order_by("pk").last()
        if fact is not None:
            detail = (
                f"{group['label']} for {group['period_end']} is given with {group['values_given']} values."
            )
            found.append(Found(fact, detail, fact.company_id))
    return Examined(facts.count(), found)


def _documents_with(scope: quality.Scope, at_fault: Q) -> QuerySet[Document]:
    """Documents with figures in force: how many they have (`figures`), how many are at fault (`doubtful`)."""
    in_force = Q(facts__superseded_at__isnull=True)
    documents = scope.limited(Document.objects.all(), "company").annotate(
        figures=Count("facts", filter=in_force), doubtful=Count("facts", filter=in_force & at_fault)
    )
    return documents.filter(figures__gt=0).order_by("pk")


def _counted(documents: QuerySet[Document]) -> Iterator[tuple[Document, int, int]]:
    """Of `_documents_with`: each with how many of its figures are at fault, and how many it has."""
    for one in documents:
        yield one, one.doubtful, one.figures  # type: ignore[attr-defined]  # annotated


@rule("figure_unread")
def figures_are_read(rule: Rule, scope: quality.Scope) -> Examined:
    documents = _documents_with(scope, Q(facts__state=CellState.NOT_READ.value))
    at_fault = documents.filter(doubtful__gt=0)  # type: ignore[misc]  # annotated
    found = [
        Found(one, f"{doubtful} of {figures} printed figures were not read.", one.company_id)
        for one, doubtful, figures in _counted(at_fault)
    ]
    return Examined(documents.count(), found)


@rule("confidence_low")
def figures_are_confirmed(rule: Rule, scope: quality.Scope) -> Examined:
    doubtful = Q(facts__confidence__lt=rule.numbers["confidence"], facts__correction__isnull=True)
    documents = _documents_with(scope, doubtful)
    at_fault = documents.filter(  # type: ignore[misc]  # annotated
        doubtful__gte=F("figures") * rule.numbers["share"], doubtful__gt=0
    )
    found = [
        Found(one, f"Nothing confirms {doubtful} of {figures} figures.", one.company_id)
        for one, doubtful, figures in _counted(at_fault)
    ]
    return Examined(documents.count(), found)


@rule("restatement_suspect")
def restatements_are_no_errors(rule: Rule, scope: quality.Scope) -> Examined:
    standing = Restatement.objects.filter(
        old_fact__superseded_at__isnull=True, new_fact__superseded_at__isnull=True
    )
    restatements = scope.limited(standing, "company")
    suspect = restatements.filter(kind=RestatementKind.SUSPECTED_ERROR.value).select_related("new_fact")
    found = [
        Found(
            one.new_fact,
            one.explanation or "Two reports differ.",
            one.company_id,
            f"{one.statement} {one.row_key} {one.period_end}",
        )
        for one in suspect.order_by("pk")
    ]
    return Examined(restatements.count(), found)


@dataclass(frozen=True, slots=True)
class _Year:
    """A figure of a compiled year."""

    end: date
    value: Decimal
    fact: int | None
    restated: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of one company's compiled years, oldest first."""

    company: int
    concept: str
    label: str
    years: tuple[_Year, ...]


def _lines(scope: quality.Scope, concepts: Iterable[str]) -> Iterator[_Line]:
    """The lines of the newest view of the consolidated years."""
    cells = CompiledCell.objects.filter(
        row__compiled__is_current=True,
        row__compiled__view=CompiledView.LATEST.value,
        row__compiled__period=ReportingPeriod.FULL_YEAR.value,
        row__compiled__scope=Scope.CONSOLIDATED.value,
        row__concept__in=list(concepts),
        value__isnull=False,
    )
    rows = (
        scope.limited(cells, "row__compiled__company")
        .order_by("row__compiled__company_id", "row_id", "period_end")
        .values_list(
            "row__compiled__company_id", "row__concept", "row__label", "row_id",
            "period_end", "value", "fact_id", "restated",
        )
    )  # fmt: skip
    for (company, concept, label, _), group in groupby(rows, key=lambda row: row[:4]):
        yield _Line(company, concept, label, tuple(_Year(*row[4:]) for row in group))


def _found(detail: str, line: _Line, year: _Year) -> Found:
    """The figure, where one was printed; the company for one that was derived."""
    fact = Fact.objects.filter(pk=year.fact).first() if year.fact else None
    place = f"{line.concept} {year.end}"
    return Found(fact or Company.objects.get(pk=line.company), detail, line.company, place)


@rule("scale_jump")
def units_are_not_lost(rule: Rule, scope: quality.Scope) -> Examined:
    """From one year to the next: figures of a report a power of a thousand off are caught between reports;
    what all reports of a company have in common shows only here."""
    checked, found = 0, list[Found]()
    at_fault = 0
    for line in _lines(scope, rule.numbers["concepts"]):
        checked += 1
        jumps = [
            (before, after)
            for before, after in pairwise(line.years)
            if before.value and after.value and _ratio(before.value, after.value) >= rule.numbers["factor"]
        ]
        at_fault += bool(jumps)
        for before, after in jumps:
            times = _ratio(before.value, after.value)
            way = "larger" if abs(after.value) > abs(before.value) else "smaller"
            detail = f"{line.label} of {after.end} is {times:,.0f} times {way} than that of {before.end}."
            found.append(_found(detail, line, after))
    return Examined(checked, found, faulty=at_fault)


def _ratio(one: Decimal, other: Decimal) -> Decimal:
    return max(abs(one), abs(other)) / min(abs(one), abs(other))


@rule("figure_stands_out")
def growth_fits(rule: Rule, scope: quality.Scope) -> Examined:
    """Yearly growth against that of the other years (engine.anomaly.points); restated years are set aside,
    because their growth compares two bases."""
    # Loaded with the check and not with the web pages: it brings scipy along.
    from engine.anomaly.points import MetricSeries, Point, detect
    from engine.kinds import SetAside

    checked, found = 0, list[Found]()
    skipped = 0
    lines = list(_lines(scope, rule.numbers["concepts"]))
    for _, group in groupby(lines, key=lambda line: line.company):
        by_concept = {line.concept: line for line in group}
        series: list[MetricSeries] = []
        aside: dict[tuple[str, date], SetAside] = {}
        for line in by_concept.values():
            steps = [(a, b) for a, b in pairwise(line.years) if a.value > 0 and b.value > 0]
            points = tuple(Point(b.end, math.log(float(b.value / a.value))) for a, b in steps)
            series.append(MetricSeries(line.concept, line.label, Frequency.ANNUAL, points))
            aside |= {
                (line.concept, b.end): SetAside.RESTATEMENT for a, b in steps if a.restated or b.restated
            }
        run = detect(series, aside)
        skipped += len(run.skipped)
        checked += len(series) - len(run.skipped)
        for one in run.findings:
            line = by_concept[one.metric]
            year = next(year for year in line.years if year.end == one.end)
            growth = math.expm1(one.value) * 100
            low, high = math.expm1(one.low) * 100, math.expm1(one.high) * 100
            detail = (
                f"{line.label} changed by {growth:+.0f} % in the year to {one.end}; the other years let"
                f" expect {low:+.0f} % to {high:+.0f} %. Found by {', '.join(one.detectors)}."
            )
            found.append(_found(detail, line, year))
    few = (f"{skipped} lines have too few years to say what is usual.",) if skipped else ()
    return Examined(
        checked, found, few, faulty=len({(one.company_id, one.place.split()[0]) for one in found})
    )
