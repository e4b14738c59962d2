"""Reports of many years folded into one statement, every gap explained.

Lines are made the same first and publications chosen second, so that a wording changed between two
reports never lets an older value take the place of a newer one.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.check.identities import FigureCheck, check_figures
from engine.check.intervals import Interval, total
from engine.compiling.anchoring import AnchoredLine, anchor_lines
from engine.compiling.bases import OPERATING_PROFIT_IFRS_18, find_bridges, with_bases
from engine.compiling.columns import Columns, columns_of
from engine.compiling.order import order_keys
from engine.compiling.periods import settle_periods, unsettled_periods
from engine.compiling.restatements import find_restatements
from engine.compiling.rests import Derivation, Rebased
from engine.compiling.scales import find_scale_conflicts
from engine.compiling.values import (
    CompiledCell,
    CompiledCheck,
    CompiledRow,
    CompiledStatement,
    CompileRequest,
    KnownReport,
    Restatement,
    Vintage,
)
from engine.compiling.vintages import choose, known_by
from engine.concepts.taxonomy import Arc, Taxonomy
from engine.errors import BadInput
from engine.kinds import (
    CellState,
    CheckOutcome,
    CompiledView,
    GapReason,
    ReportingPeriod,
    RestatementKind,
    RowKind,
    SectorTemplate,
)
from engine.values import Period


@dataclass(frozen=True, slots=True)
class _Sources:
    """All that a compile draws from, settled: what is printed, by which lines, in which columns."""

    request: CompileRequest
    taxonomy: Taxonomy
    template: SectorTemplate
    vintages: tuple[Vintage, ...]
    lines: tuple[AnchoredLine, ...]
    columns: Columns
    reports: tuple[KnownReport, ...]
    set_aside: frozenset[str]
    currency: str | None

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.columns.periods


@dataclass(frozen=True, slots=True)
class _Choice:
    """The vintages of one row in one period, and the one that won."""

    winner: Vintage | None
    all: tuple[Vintage, ...]


def compile_statement(
    vintages: Sequence[Vintage],
    reports: Sequence[KnownReport],
    request: CompileRequest,
    taxonomy: Taxonomy,
) -> CompiledStatement:
    """One statement of one company over up to `request.years` years, in full years or in the shorter
    periods the request asks for.

    The vintages are those of one company, scope and framework; those of other statements are
    passed over. Raises BadInput for a view as of no day, an unknown template or fewer than one year.
    """
    interim = {report.document for report in reports if not report.is_annual}
    seen = settle_periods(known_by(vintages, request), request.statement, interim)
    seen = with_bases(seen, request.framework)
    kept, set_aside, warnings = _without_scale_conflicts(seen)
    kept, currency, in_other_currency = _in_one_currency(kept)
    known = tuple(report for report in reports if _visible(report, request))
    _refuse_no_years(request)
    columns = columns_of(seen, known, request)
    periods = columns.periods
    lines = anchor_lines(kept, taxonomy)
    sources = _Sources(
        request, taxonomy, _template(request), kept, lines, columns, known, set_aside, currency
    )
    compared = anchor_lines(seen, taxonomy) if in_other_currency else lines
    changes = find_restatements(compared, tuple({vintage.period for vintage in seen}))
    restatements = tuple(change for change in changes if change.period in periods)
    figures = _figures(sources, changes)
    rows = _rows(sources, figures)
    checks = (*_checks(rows, sources), *figures.derivation.check_quarters(rows, columns.quartered))
    bridges = find_bridges(lines, [row.key for row in rows], taxonomy)
    missing = (
        _supposed_years(periods, seen, known)
        if request.period is ReportingPeriod.FULL_YEAR
        else unsettled_periods(seen)
    )
    warnings = (*warnings, *in_other_currency, *missing)
    compiled = CompiledStatement(
        request, currency, periods, rows, restatements, checks, warnings, "", columns.names, bridges
    )
    return replace(compiled, content_hash=_digest(_content(compiled)))


def _refuse_no_years(request: CompileRequest) -> None:
    if request.years < 1:
        raise BadInput(f"A compile of {request.years} years is empty. Ask for at least one.")


def _template(request: CompileRequest) -> SectorTemplate:
    try:
        return SectorTemplate(request.template)
    except ValueError:
        names = ", ".join(SectorTemplate)
        raise BadInput(f"There is no template {request.template!r}. Use one of {names}.") from None


def _visible(report: KnownReport, request: CompileRequest) -> bool:
    return request.view is not CompiledView.AS_OF or (
        request.as_of is not None and report.published_on <= request.as_of
    )


def _without_scale_conflicts(
    vintages: tuple[Vintage, ...],
) -> tuple[tuple[Vintage, ...], frozenset[str], tuple[str, ...]]:
    """The vintages without those of reports whose unit cannot be right, those reports, and why."""
    conflicts = find_scale_conflicts(vintages)
    aside = frozenset(document for conflict in conflicts for document in conflict.documents)
    sentences = tuple(dict.fromkeys(conflict.sentence for conflict in conflicts))
    return tuple(v for v in vintages if v.document not in aside), aside, sentences


def _in_one_currency(
    vintages: tuple[Vintage, ...],
) -> tuple[tuple[Vintage, ...], str | None, tuple[str, ...]]:
    """The vintages in the newest report's currency, that currency, and a warning for the others."""
    named = [v for v in vintages if v.currency is not None]
    if not named:
        return vintages, None, ()
    newest = max(v.published_on for v in named)
    counts = Counter(v.currency for v in named if v.published_on == newest)
    currency = max(sorted(str(name) for name in counts), key=lambda name: counts[name])
    others = sorted({str(v.currency) for v in named} - {currency})
    warnings = tuple(
        f"Figures printed in {other} are left out of this statement in {currency}: they are not converted."
        for other in others
    )
    return tuple(v for v in vintages if v.currency in (None, currency)), currency, warnings


def _supposed_years(
    periods: Iterable[Period], vintages: Iterable[Vintage], reports: Iterable[KnownReport]
) -> tuple[str, ...]:
    known = {v.period.end for v in vintages} | {report.period_end for report in reports}
    return tuple(
        f"No report covers the year {period.fiscal_year}; its last day, {period.end}, is supposed."
        for period in periods
        if period.end not in known
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the cells are made of: the chosen publications, the restated ones, and the rests."""

    chosen: Mapping[str, Mapping[Period, _Choice]]
    restated: set[tuple[str, Period]]
    derivation: Derivation


def _figures(sources: _Sources, restatements: Sequence[Restatement]) -> _Figures:
    chosen = {line.key: _choices(line, sources) for line in sources.lines}
    winners = {
        key: {period: choice.winner for period, choice in row.items() if choice.winner is not None}
        for key, row in chosen.items()
    }
    return _Figures(
        chosen,
        {(r.row_key, r.period) for r in restatements if r.kind is not RestatementKind.ROUNDING},
        Derivation(sources.columns.rests, winners, Rebased(restatements, sources.vintages), sources.taxonomy),
    )


def _rows(sources: _Sources, figures: _Figures) -> tuple[CompiledRow, ...]:
    by_key = {line.key: line for line in sources.lines}
    keys = order_keys(sources.lines, _concepts_shown(sources), sources.taxonomy)
    return tuple(_row(key, by_key.get(key), figures, sources) for key in keys)


def _concepts_shown(sources: _Sources) -> list[str]:
    """Core concepts always, those of the template, and whatever else is printed."""
    printed = {line.concept for line in sources.lines if line.concept is not None}
    return [
        item.code
        for item in sources.taxonomy.of_statement(sources.request.statement)
        if item.core or item.template is sources.template or item.code in printed
    ]


def _choices(line: AnchoredLine, sources: _Sources) -> dict[Period, _Choice]:
    gathered: dict[Period, list[Vintage]] = defaultdict(list)
    for vintage in line.vintages:
        gathered[vintage.period].append(vintage)
    return {
        period: _Choice(choose(found, sources.request.view), tuple(found))
        for period, found in gathered.items()
    }


def _row(key: str, line: AnchoredLine | None, figures: _Figures, sources: _Sources) -> CompiledRow:
    item = sources.taxonomy.find(key)
    newest = line.lines[0] if line is not None else None
    kind = item.kind if item is not None else newest.kind if newest is not None else RowKind.LINE
    labels = line.labels if line is not None else ()
    if item is not None and (
        not labels or kind in (RowKind.PER_SHARE, RowKind.SHARES) or key == OPERATING_PROFIT_IFRS_18
    ):
        # "Basic" alone says nothing once it has left its heading, nor "Operating profit" beside another.
        label = item.label
    else:
        label = labels[0] if labels else ""
    return CompiledRow(
        key=key,
        concept=None if item is None else item.code,
        label=label,
        level=item.level if item is not None else _own_level(newest.kind if newest else RowKind.LINE),
        kind=kind,
        cells=tuple(_cell(key, kind, period, figures, sources) for period in sources.periods),
        labels=labels,
    )


def _own_level(kind: RowKind) -> int:
    return 0 if kind in (RowKind.SUBTOTAL, RowKind.TOTAL) else 1


def _cell(key: str, kind: RowKind, period: Period, figures: _Figures, sources: _Sources) -> CompiledCell:
    choice = figures.chosen.get(key, {}).get(period)
    if choice is not None and choice.winner is not None:
        winner = choice.winner
        return CompiledCell(
            period=period,
            value=winner.value,
            gap=None,
            source=winner.source,
            formula=None,
            derived_from=(),
            nil=winner.state is CellState.NIL,
            restated=(key, period) in figures.restated,
            confidence=winner.confidence,
        )
    return (
        _derived(key, period, figures.chosen, sources)
        or figures.derivation.cell(key, kind, period)
        or _gap(key, period, choice, sources)
    )


def _derived(
    key: str, period: Period, chosen: Mapping[str, Mapping[Period, _Choice]], sources: _Sources
) -> CompiledCell | None:
    """A total that was not printed, computed where the taxonomy defines it from figures of one
    report. A part that is absent is not a zero: then there is no total either."""
    item = sources.taxonomy.find(key)
    if item is None or not item.applies_to(sources.template):
        return None
    for arc in sources.taxonomy.arcs:
        if arc.total != key or not arc.derive:
            continue
        parts = [chosen.get(code, {}).get(period) for code, _ in arc.parts]
        winners = [part.winner for part in parts if part is not None and part.winner is not None]
        if len(winners) == len(arc.parts) and len({winner.document for winner in winners}) == 1:
            return _derived_cell(arc, period, winners)
    return None


def _derived_cell(arc: Arc, period: Period, winners: Sequence[Vintage]) -> CompiledCell:
    value = sum(
        (
            (winner.value or Decimal(0)) * weight
            for winner, (_, weight) in zip(winners, arc.parts, strict=True)
        ),
        Decimal(0),
    )
    return CompiledCell(
        period=period,
        value=value,
        gap=None,
        source=None,
        formula=arc.formula,
        derived_from=tuple(winner.source for winner in winners),
        nil=False,
        restated=False,
        confidence=min(winner.confidence for winner in winners),
    )


def _gap(key: str, period: Period, choice: _Choice | None, sources: _Sources) -> CompiledCell:
    return CompiledCell(
        period, None, _gap_reason(key, period, choice, sources), None, None, (), False, False, None
    )


def _gap_reason(key: str, period: Period, choice: _Choice | None, sources: _Sources) -> GapReason:
    item = sources.taxonomy.find(key)
    if item is not None and not item.applies_to(sources.template):
        return GapReason.NOT_APPLICABLE
    if choice is not None and any(v.state is CellState.NOT_READ for v in choice.all):
        return GapReason.UNREADABLE
    if period in sources.columns.rests or any(v.period == period for v in sources.vintages):
        return GapReason.NOT_DISCLOSED
    reports = [report for report in sources.reports if report.period_end == period.end]
    if sources.request.period is not ReportingPeriod.FULL_YEAR and any(r.statement_read for r in reports):
        return GapReason.NOT_DISCLOSED
    if reports:
        return GapReason.NOT_READ
    return GapReason.NO_REPORT


def _checks(rows: Sequence[CompiledRow], sources: _Sources) -> Iterable[CompiledCheck]:
    """The identities on compiled figures. Derived figures take no part: they would prove themselves."""
    precision = {vintage.source: vintage.decimals for vintage in sources.vintages}
    for n, period in enumerate(sources.periods):
        printed = {
            row.key: Interval.printed(cell.value, precision[cell.source])
            for row in rows
            if (cell := row.cells[n]).value is not None and cell.source is not None
        }
        figures = {row.concept: printed[row.key] for row in rows if row.concept and row.key in printed}
        for verdict in check_figures(sources.request.statement, figures):
            if verdict.outcome is CheckOutcome.FAILS:
                verdict = _with_own_lines(verdict, rows, printed)
            yield CompiledCheck(
                verdict.identity, period, verdict.outcome, verdict.left, verdict.right, verdict.explanation
            )


def _with_own_lines(
    verdict: FigureCheck, rows: Sequence[CompiledRow], printed: Mapping[str, Interval]
) -> FigureCheck:
    """A failing identity that holds when the company's own lines or sums among its parts are added."""
    place = {row.key: n for n, row in enumerate(rows)}
    first, last = min(place[concept] for concept, _ in verdict.terms), place[verdict.total]
    own = [row for row in rows[first:last] if row.concept is None and row.key in printed]
    lines = [row for row in own if row.kind is RowKind.LINE]
    sums = [row for row in own if row.kind in (RowKind.SUBTOTAL, RowKind.TOTAL)]
    parts = [printed[concept].times(weight) for concept, weight in verdict.terms]
    for added in (lines, sums, [*lines, *sums]):
        left = total([*parts, *(printed[row.key] for row in added)])
        if added and left.meets(printed[verdict.total]):
            sentence = f"Holds with the company's own lines between: {verdict.says}."
            return replace(verdict, outcome=CheckOutcome.HOLDS, left=left.middle, explanation=sentence)
    return verdict


def _content(compiled: CompiledStatement) -> dict[str, Any]:
    """What a reader of the statement sees, without the caller's keys."""
    request = compiled.request
    return {
        "request": [
            request.statement,
            request.view,
            request.as_of,
            request.years,
            request.scope,
            request.framework,
            request.template,
            request.period,
        ],
        "currency": compiled.currency,
        "periods": [[p.kind, p.start, p.end] for p in compiled.periods],
        "names": list(compiled.names),
        "rows": [
            [
                row.key,
                row.label,
                row.level,
                row.kind,
                list(row.labels),
                [[_text(c.value), c.gap, c.formula, c.nil, c.restated, c.confidence] for c in row.cells],
            ]
            for row in compiled.rows
        ],
        "restatements": [
            [r.row_key, r.period.end, _text(r.old_value), _text(r.new_value), r.kind, r.explanation]
            for r in compiled.restatements
        ],
        "checks": [
            [c.identity, c.period.end, c.outcome, _text(c.left), _text(c.right)] for c in compiled.checks
        ],
        "warnings": list(compiled.warnings),
        "bridges": [
            [bridge.period.end, [[r.key, _text(r.old_value), _text(r.new_value)] for r in bridge.rows]]
            for bridge in compiled.bridges
        ],
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
