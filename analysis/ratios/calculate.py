"""The ratios of a company: load its books, have the engine work them out, keep what came out otherwise."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import Any

from django.db import transaction

from analysis.models import MetricSet, MetricValue
from analysis.models.ratios import PLACES
from analysis.ratios.load import Books, books_of
from analysis.ratios.prices import as_price
from companies.models import Company
from engine import ENGINE_VERSION
from engine.kinds import CompiledView, PeriodKind
from engine.progress import Report, silent
from engine.ratios.calculate import Operand, RatioValue, calculate
from engine.ratios.registry import definition_hash, definitions_hash
from engine.values import Period
from jobs.models import TaskRun
from jobs.run import Storing

# Kept views, as of compiled statements; a view as of a day is worked out when it is asked for.
STORED_VIEWS = (CompiledView.LATEST, CompiledView.ORIGINAL)


@dataclass(frozen=True, slots=True)
class Calculated:
    """The ratios of one view, newest year first, and how many rows were written; `stored` is None for a
    view as of a day and where nothing is compiled."""

    view: CompiledView
    stored: MetricSet | None
    values: tuple[MetricValue, ...]
    currency: str
    warnings: tuple[str, ...]
    written: int = 0
    removed: int = 0


def calculate_as_of(company: Company, day: date) -> Calculated:
    """The ratios as they could be known on a day. Nothing is kept."""
    books = books_of(company, CompiledView.AS_OF, day)
    return Calculated(CompiledView.AS_OF, None, tuple(_values(books)), books.currency, books.warnings)


def calculate_ratios(
    company: Company,
    *,
    at: datetime,
    view: CompiledView = CompiledView.LATEST,
    force: bool = False,
    report: Report = silent,
    task_run: TaskRun | None = None,
    storing: Storing = nullcontext,
) -> Calculated:
    """Work out and keep all ratios of a company's compiled years.

    Equal figures, prices and definitions write nothing but that they were looked at, unless `force` says
    so. Only what came out otherwise is written, and what has no year any more is removed. Raises
    engine.errors.BadInput where the statements are not all in one currency.
    """
    report("loading_statements", 0, 1)
    books = books_of(company, view)
    if not books.statements:
        return Calculated(view, None, (), "", ())
    digest = _digest_of(books)
    known = MetricSet.objects.filter(company=company, view=view).first()
    if known is not None and known.input_hash == digest and not force:
        MetricSet.objects.filter(pk=known.pk).update(checked_at=at)
        return Calculated(view, known, tuple(known.values.all()), known.currency, tuple(known.warnings))
    report("calculating_ratios", 0, 1)
    values = _values(books)
    with storing(), transaction.atomic():
        return _stored(company, view, books, digest, values, at, task_run)


def _stored(
    company: Company,
    view: CompiledView,
    books: Books,
    digest: str,
    values: list[MetricValue],
    at: datetime,
    task_run: TaskRun | None,
) -> Calculated:
    kept, _ = MetricSet.objects.update_or_create(
        company=company,
        view=view,
        defaults={
            "currency": books.currency,
            "template": books.template,
            "warnings": list(books.warnings),
            "engine_version": ENGINE_VERSION,
            "input_hash": digest,
            "definitions_hash": definitions_hash(),
            "calculated_at": at,
            "checked_at": at,
            "task_run": task_run,
        },
    )
    before = {(value.code, value.period_end): value for value in kept.values.all()}
    new, changed = [], []
    for value in values:
        old = before.pop((value.code, value.period_end), None)
        value.metric_set, value.calculated_at = kept, at
        if old is None:
            new.append(value)
        elif old.input_hash != value.input_hash:
            value.pk = old.pk
            changed.append(value)
    MetricValue.objects.bulk_create(new)
    MetricValue.objects.bulk_update(changed, _WRITTEN, batch_size=200)
    MetricValue.objects.filter(pk__in=[gone.pk for gone in before.values()]).delete()
    return Calculated(
        view=view,
        stored=kept,
        values=tuple(kept.values.all()),
        currency=books.currency,
        warnings=books.warnings,
        written=len(new) + len(changed),
        removed=len(before),
    )


_WRITTEN = [
    "fiscal_year", "status", "value", "explanation", "operands", "definition_hash", "input_hash",
    "calculated_at",
]  # fmt: skip


def _values(books: Books) -> list[MetricValue]:
    """The ratios of every year of which there is a figure that spans it."""
    years = {figure.period.end for figure in books.figures if figure.period.is_full_year}
    found = calculate(books.figures, books.template)
    return [_row(value) for value in found if value.end in years]


def _row(found: RatioValue) -> MetricValue:
    row = MetricValue(
        code=found.code,
        period_end=found.end,
        fiscal_year=Period(PeriodKind.INSTANT, None, found.end).fiscal_year,
        status=found.status,
        value=_rounded(found.value),
        explanation=found.explanation,
        operands=[_operand(operand) for operand in found.operands],
        definition_hash=definition_hash(found.code),
    )
    row.input_hash = _hash(
        [
            row.code, str(row.period_end), row.status, None if row.value is None else str(row.value),
            row.explanation, row.operands, row.definition_hash,
        ]
    )  # fmt: skip
    return row


def _rounded(value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    with localcontext(prec=60):
        return value.quantize(Decimal(1).scaleb(-PLACES))


def _operand(operand: Operand) -> dict[str, Any]:
    prices = [price for price in map(as_price, operand.sources) if price is not None]
    told: dict[str, Any] = {
        "concept": operand.concept,
        "label": operand.label,
        "end": operand.end.isoformat(),
        "value": _plain(operand.value),
        "facts": [int(source) for source in operand.sources if source.isdecimal()],
    }
    if prices:
        share, day = prices[0]
        told["price"] = {"share": share, "day": day.isoformat()}
    return told


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digest_of(books: Books) -> str:
    """Everything that ratios depend on."""
    figures = [
        [
            figure.concept,
            str(figure.period.start),
            str(figure.period.end),
            _plain(figure.value),
            figure.sources,
        ]
        for figure in books.figures
    ]
    return _hash(
        [ENGINE_VERSION, definitions_hash(), books.currency, books.template, books.warnings, figures]
    )


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def by_code(values: Iterable[MetricValue]) -> Mapping[str, dict[str, MetricValue]]:
    """Values under their code and the end of their year, newest first."""
    told: dict[str, dict[str, MetricValue]] = {}
    for value in values:
        told.setdefault(value.code, {})[value.period_end.isoformat()] = value
    return told
