"""A question as a person looks at it: the lines it is about, their figures, and what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.concepts.wording import plain
from engine.kinds import RowKind
from extraction.models import (
    Correction,
    Observation,
    ReviewItem,
    ReviewKind,
    StatementColumn,
    StatementRow,
    StatementTable,
)
from extraction.review.decide import table_of

MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class FigureView:
    """One printed cell, or a blank one (None). `standing` is what counts where it was corrected."""

    observation: Observation
    fact_id: int | None
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the statement with one place per column."""

    row: StatementRow
    figures: tuple[FigureView | None, ...]

    @property
    def first_fact(self) -> int | None:
        return next((f.fact_id for f in self.figures if f is not None and f.fact_id), None)

    @property
    def first_observation(self) -> Observation | None:
        return next((f.observation for f in self.figures if f is not None), None)


@dataclass(frozen=True, slots=True)
class RepairView:
    """A repair that was offered, by its number."""

    number: int
    label: str
    heading: str
    before: Decimal
    after: Decimal
    mends: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with everything that is needed to answer it. `page` is the page of its first line."""

    item: ReviewItem
    table: StatementTable | None
    columns: tuple[StatementColumn, ...]
    lines: tuple[LineView, ...]
    repairs: tuple[RepairView, ...]
    page: int | None
    version_id: int | None
    accept_says: str
    reject_says: str


ACCEPTING: dict[str, tuple[str, str]] = {
    ReviewKind.CORRECTION_CONFLICT: ("Keep the correction", "Undo the correction"),
    ReviewKind.PROPOSED: ("Take the new figure", "Leave the figure as it is"),
    ReviewKind.UNMAPPED: ("A line of the company's own", "Not worth deciding"),
    ReviewKind.IDENTITY_FAILS: ("The report says so itself", "Set aside"),
    ReviewKind.LOW_CONFIDENCE: ("Compared: it is right", "Set aside"),
    ReviewKind.UNPROVEN: ("Compared: it is right", "Set aside"),
    ReviewKind.DISPUTED: ("It is right as it stands", "Set aside"),
}
USUALLY = ("Accept as it is", "Set aside")


def question_view(item: ReviewItem) -> QuestionView:
    """The question with the lines it is about, as the reading that stands has them. A fixed number of
    queries, however many lines there are."""
    table = table_of(item)
    columns = tuple(table.columns.all()) if table else ()
    lines = _lines(item, table, columns) if table else ()
    accept, reject = ACCEPTING.get(item.kind, USUALLY)
    page = lines[0].row.page if lines else next(iter(item.details.get("pages") or []), None)
    if page is None and table is not None and table.pages:
        page = table.pages[0]
    version = item.document.current_version_id if item.document else None
    return QuestionView(item, table, columns, lines, _repairs(item), page, version, accept, reject)


def lines_of(table: StatementTable, rows: Sequence[StatementRow]) -> tuple[LineView, ...]:
    """Lines of one statement with their figures."""
    columns = tuple(table.columns.all())
    return tuple(_line_views(rows, columns))


def _lines(
    item: ReviewItem, table: StatementTable, columns: Sequence[StatementColumn]
) -> tuple[LineView, ...]:
    wanted = _ordinals(item)
    rows = list(table.rows.exclude(kind=RowKind.HEADING))
    if wanted is None:
        labels = {plain(label) for label in item.details.get("lines", ())}
        chosen = [row for row in rows if plain(row.label) in labels]
    else:
        chosen = [row for row in rows if row.ordinal in wanted]
    return tuple(_line_views(chosen[:MOST_LINES], columns))


def _ordinals(item: ReviewItem) -> set[int] | None:
    """The lines that a question names by number; None where it names them by words."""
    details = item.details
    if item.kind == ReviewKind.IDENTITY_FAILS:
        return {change["row"] for change in details.get("changes", ())}
    if item.correction is not None and item.kind == ReviewKind.CORRECTION_CONFLICT:
        event = item.correction.events.filter(row__isnull=False).order_by("-pk").first()
        return set() if event is None or event.row is None else {event.row.ordinal}
    return set(details["rows"]) if "rows" in details else None


def _line_views(rows: Sequence[StatementRow], columns: Sequence[StatementColumn]) -> Iterable[LineView]:
    found = (
        Observation.objects.filter(row__in=rows)
        .select_related("fact__correction")
        .order_by("row_id", "column_id")
    )
    cells = {(one.row_id, one.column_id): one for one in found}
    for row in rows:
        yield LineView(row, tuple(_figure(cells.get((row.pk, column.pk))) for column in columns))


def _figure(observation: Observation | None) -> FigureView | None:
    if observation is None:
        return None
    fact = getattr(observation, "fact", None)
    return FigureView(observation, fact.pk if fact else None, fact.correction if fact else None)


def _repairs(item: ReviewItem) -> tuple[RepairView, ...]:
    return tuple(
        RepairView(
            number=number,
            label=change["label"],
            heading=change["heading"],
            before=Decimal(change["before"]),
            after=Decimal(change["after"]),
            mends=tuple(change["mends"]),
            says=change["says"],
        )
        for number, change in enumerate(item.details.get("changes", ()))
    )
