"""The sections of figures: the main ones, what is new, gone and restated, and the ratios. Every figure
leads to its proof."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet
from django.urls import reverse

from analysis.models import Anomaly, AnomalyState, MetricSet
from engine.compiling.values import CompiledCell, CompiledRow
from engine.kinds import ChangeKind, CompiledView, RatioStatus, RatioUnit, RowKind, StatementKind
from engine.ratios.registry import load_registry
from extraction.amounts import change_in_percent, in_words, pair_in_words
from extraction.models import CompiledChange
from extraction.object_pages.company import HEADLINES
from monitoring.reports.delta.compare import Comparison, Pair
from monitoring.reports.paper import Block, Cell, Grid, Heading, Move, Moves, Section, Text, Tile, Tiles, Tone

MOVED_LISTED, LISTED, RATIOS_LISTED = 15, 40, 12
LEAST_RATIO = Decimal("0.005")  # a ratio nearer to nothing than this rises or falls by any share
_NOTHING = Decimal(0)
_TITLES = {
    StatementKind.INCOME_STATEMENT: "Income statement",
    StatementKind.BALANCE_SHEET: "Balance sheet",
    StatementKind.CASH_FLOW_STATEMENT: "Cash flow",
}


def at_a_glance(compared: Comparison) -> Section:
    """How much is otherwise, and where the main figures went."""
    restated = compared.restatements()
    new, gone = compared.new_rows(), compared.gone_rows()
    tiles = [
        _count("new_lines", "New lines", len(new)),
        _count("gone_lines", "Lines that are gone", len(gone)),
        _count("restated", "Figures restated", len(restated), Tone.WARN if restated else Tone.PLAIN),
        _count("anomalies", "Anomalies open", _anomalies(compared).count()),
    ]
    changes = dict(
        CompiledChange.objects.filter(
            document=compared.document, compiled__view=CompiledView.LATEST, period_end__isnull=False
        )
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    if changes:
        said = {ChangeKind.ADDED: "added", ChangeKind.CHANGED: "changed", ChangeKind.REMOVED: "taken out"}
        parts = [f"{changes[kind]:,} {word}" for kind, word in said.items() if kind in changes]
        note = "by this report, over all versions"
        total = sum(changes.values())
        tiles.append(Tile("table_changes", "Cells of the table", ", ".join(parts), note, value=str(total)))
    by_concept = {pair.row.concept: pair for pair in compared.pairs() if pair.row.concept}
    main = [by_concept[concept] for concept in HEADLINES if concept in by_concept]
    blocks: list[Block] = [Tiles(tuple(tiles))]
    if main:
        blocks.append(
            Moves("The main figures against the year before", tuple(_move(pair, compared) for pair in main))
        )
    return Section("glance", "At a glance", tuple(blocks))


def moved(compared: Comparison) -> Section:
    """The lines that moved most for the size of their statement."""
    pairs = compared.pairs()
    sizes = {
        kind: max(
            (abs(pair.now.value or _NOTHING) for pair in pairs if pair.statement is kind and _is_money(pair)),
            default=_NOTHING,
        )
        for kind in StatementKind
    }

    def weight(pair: Pair) -> Decimal:
        size = sizes[pair.statement]
        return (
            abs((pair.now.value or _NOTHING) - (pair.before.value or _NOTHING)) / size if size else _NOTHING
        )

    ordered = sorted((pair for pair in pairs if _is_money(pair) and weight(pair)), key=weight, reverse=True)
    rows = []
    for pair in ordered[:MOVED_LISTED]:
        old, new = _words(pair, compared)
        change = change_in_percent(pair.before.value or _NOTHING, pair.now.value or _NOTHING)
        rows.append(
            (
                Cell(_TITLES[pair.statement]),
                Cell(pair.row.label),
                Cell(old, proof(pair.before)),
                Cell(new, proof(pair.now)),
                Cell(change or "from nothing"),
            )
        )
    headings = (
        *(Heading("Statement"), Heading("Line")),
        *(Heading("Year before", True), Heading("This year", True), Heading("Change", True)),
    )
    grid = Grid(
        "", headings, tuple(rows), "No line has a figure in both years.", max(len(ordered) - MOVED_LISTED, 0)
    )
    return Section("moved", "What moved most", (grid,))


def lines(compared: Comparison) -> Section:
    """Lines that came and lines that went."""
    new, gone = compared.new_rows(), compared.gone_rows()
    return Section(
        "lines",
        "New and disappeared lines",
        (
            _rows_grid("Printed for the first time", new, compared, "Every line was known before."),
            _rows_grid(
                "In the last report and not in this one",
                gone,
                compared,
                "Every line of the last report that had a figure is there again.",
            ),
        ),
    )


def restated(compared: Comparison) -> Section:
    """Figures of earlier years that are given otherwise now."""
    found = compared.restatements()
    rows = []
    for one in found[:LISTED]:
        old, new = pair_in_words(one.old_value, one.new_value, one.new_fact.currency, one.new_fact.row_kind)
        rows.append(
            (
                Cell(one.label),
                Cell(f"{one.period_end:%Y-%m-%d}"),
                Cell(old, _proof_of(one.old_fact_id)),
                Cell(new, _proof_of(one.new_fact_id)),
                Cell(change_in_percent(one.old_value, one.new_value) or "from nothing"),
                Cell(one.get_kind_display()),
            )
        )
    headings = (
        *(Heading("Line"), Heading("Period")),
        *(Heading("Was", True), Heading("Is now", True), Heading("Change", True), Heading("Kind")),
    )
    address = f"{reverse('admin:extraction_restatement_changelist')}?company__id__exact={compared.company.pk}"
    more = max(len(found) - LISTED, 0)
    empty = "No figure of an earlier year is given otherwise, beyond rounding."
    return Section("restated", "Restated figures", (Grid("", headings, tuple(rows), empty, more, address),))


def ratios(compared: Comparison) -> Section:
    """The ratios that moved most for their size."""
    metrics = MetricSet.objects.filter(company=compared.company, view=CompiledView.LATEST).first()
    periods = next((one.periods for one in compared.compiled.values() if len(one.periods) > 1), ())
    if metrics is None or len(periods) < 2:
        return Section("ratios", "Ratios", (Text("The ratios of these years have not been worked out."),))
    ends = [period.end for period in periods[:2]]
    by_code: dict[str, dict[date, Decimal]] = {}
    for metric in metrics.values.filter(period_end__in=ends, status=RatioStatus.VALUE):
        if metric.value is not None:
            by_code.setdefault(metric.code, {})[metric.period_end] = metric.value
    known = load_registry().ratios
    found = [
        (known[code], values[ends[1]], values[ends[0]])
        for code, values in by_code.items()
        if code in known and len(values) == 2
    ]
    large = [one for one in found if abs(one[1]) >= LEAST_RATIO and one[1] != one[2]]
    large.sort(key=lambda one: (-abs((one[2] - one[1]) / one[1]), one[0].code))
    page = reverse("ratios:company", args=[compared.company.slug])
    rows = tuple(
        (
            Cell(ratio.label, page),
            Cell(_ratio(old, ratio.unit, compared.currency)),
            Cell(_ratio(new, ratio.unit, compared.currency)),
            Cell(change_in_percent(old, new)),
        )
        for ratio, old, new in large[:RATIOS_LISTED]
    )
    headings = (Heading("Ratio"), *(Heading(text, True) for text in ("Year before", "This year", "Change")))
    empty = "No ratio has a value in both years."
    grid = Grid(
        "Those that moved most, for their size",
        headings,
        rows,
        empty,
        max(len(large) - RATIOS_LISTED, 0),
        page,
    )
    return Section("ratios", "Ratios", (grid,))


def anomalies(compared: Comparison) -> Section:
    """What looks wrong in the new year."""
    rows = tuple(
        (
            Cell(one.label, one.get_absolute_url()),
            Cell(one.get_severity_display()),
            Cell(one.get_state_display()),
            Cell(one.explanation[:400]),
        )
        for one in _anomalies(compared)[:LISTED]
    )
    headings = tuple(map(Heading, ("What", "Severity", "State", "Because")))
    empty = "Nothing of this year stands out, or there are too few years to tell."
    return Section("anomalies", "Anomalies", (Grid("", headings, rows, empty),))


def proof(cell: CompiledCell) -> str:
    """The address of the proof of a compiled figure; of a derived one that of its first operand."""
    source = cell.source or next(iter(cell.derived_from), None)
    return "" if source is None else _proof_of(int(source))


def _proof_of(fact_id: int) -> str:
    return reverse("extraction:proof", args=[fact_id])


def _anomalies(compared: Comparison) -> QuerySet[Anomaly]:
    ends = {one.periods[0].end for one in compared.compiled.values() if one.periods}
    found = Anomaly.objects.filter(
        company=compared.company, instrument=None, window_end__in=ends, gone_at=None
    )
    return found.exclude(state=AnomalyState.REJECTED).order_by("-severity_rank", "label", "pk")


def _rows_grid(
    title: str,
    found: Sequence[tuple[StatementKind, CompiledRow, CompiledCell]],
    compared: Comparison,
    empty: str,
) -> Grid:
    rows = tuple(
        (
            Cell(_TITLES[kind]),
            Cell(row.label),
            Cell(f"{cell.period.end:%Y-%m-%d}"),
            Cell(in_words(cell.value, compared.currency, row.kind), proof(cell)),
        )
        for kind, row, cell in found[:LISTED]
    )
    headings = (Heading("Statement"), Heading("Line"), Heading("Period"), Heading("Figure", True))
    return Grid(title, headings, rows, empty, max(len(found) - LISTED, 0))


def _count(code: str, label: str, count: int, tone: Tone = Tone.PLAIN) -> Tile:
    return Tile(code, label, f"{count:,}", tone=tone, value=str(count))


def _is_money(pair: Pair) -> bool:
    return pair.row.kind not in (RowKind.PER_SHARE, RowKind.SHARES)


def _words(pair: Pair, compared: Comparison) -> tuple[str, str]:
    return pair_in_words(
        pair.before.value or Decimal(0), pair.now.value or Decimal(0), compared.currency, pair.row.kind
    )


def _move(pair: Pair, compared: Comparison) -> Move:
    before, now = pair.before.value or Decimal(0), pair.now.value or Decimal(0)
    old, new = _words(pair, compared)
    # Across zero, or from it, there is no share that means anything.
    share = None if not before or (before < 0) != (now < 0) else (now - before) / abs(before)
    change = change_in_percent(before, now) if share is not None else "no share of it"
    said = f"{new}, from {old} ({change})"
    return Move(pair.row.label, said, None if share is None else f"{share:.6f}", proof(pair.now))


def _ratio(value: Decimal, unit: RatioUnit, currency: str) -> str:
    if unit is RatioUnit.SHARE:
        return f"{value * 100:,.1f} %"
    if unit is RatioUnit.MONEY:
        return in_words(value, currency)
    return f"{value:,.1f} days" if unit is RatioUnit.DAYS else f"{value:,.2f}"
