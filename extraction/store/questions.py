"""What only a person can answer, asked once and withdrawn when it no longer matters."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from documents.models import Document
from engine.check.identity_data import load_identities
from engine.check.repair import Repair, propose_repairs
from engine.concepts.taxonomy import load_taxonomy
from engine.concepts.wording import plain
from engine.kinds import CellState, CheckOutcome, MappingMethod, RowKind, StatementKind
from engine.statement import Reading, StatementReading
from extraction.confidence import LOW_CONFIDENCE
from extraction.models import RANKS, Correction, ExtractionRun, ReviewItem, ReviewKind, ReviewState


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a document. `about` is what makes it the same question when it is asked again;
    without it that is the file and the reason."""

    document: Document
    kind: ReviewKind
    reason: str
    details: dict[str, object]
    correction: Correction | None = None
    about: str = ""

    @property
    def fingerprint(self) -> str:
        about = (
            self.about or f"{self.document.pk}|{self.document.current_version_id}|{self.kind}|{self.reason}"
        )
        return hashlib.sha256(about.encode()).hexdigest()


def ask_about(run: ExtractionRun, reading: Reading) -> None:
    """Questions that only a person can answer."""
    document = run.version.document
    for abstention in reading.abstentions:
        ask(
            document,
            ReviewKind.STATEMENT_MISSING,
            f"{_name(abstention.kind)}: {abstention.reason}",
            {"statement": abstention.kind.value, "code": abstention.code},
        )
    for statement in reading.statements:
        _ask_about_lines(document, statement)


def ask_about_disputes(run: ExtractionRun) -> None:
    """Lines of which the second reader says otherwise than what stands, and which stay as they are."""
    for opinion in run.second_reader.get("opinions", ()):
        lines = opinion["disputed"]
        if not lines or opinion["refused"] or opinion["mode"] == "blind":
            continue
        what = "concepts" if opinion["mode"] == "labels" else "figures"
        ask(
            run.version.document,
            ReviewKind.DISPUTED,
            f"{_name(StatementKind(opinion['kind']))}: the second reader gives other {what} for"
            f" {len(lines)} lines. Nothing was changed; compare them with their page.",
            {"statement": opinion["kind"], "lines": list(lines)},
        )


def _ask_about_lines(document: Document, statement: StatementReading) -> None:
    """Questions about what was read, or printed and not read."""
    table = statement.table
    if table.unit.scale is None or table.unit.currency is None:
        missing = " and ".join(
            name
            for name, value in (("scale", table.unit.scale), ("currency", table.unit.currency))
            if value is None
        )
        ask(
            document,
            ReviewKind.UNIT_MISSING,
            f"{_name(table.kind)}: the {missing} is not printed near the table. Without a scale"
            " its figures are kept as printed and stay out of the compiled statements.",
            {"statement": table.kind.value, "pages": list(table.pages)},
        )
    unproven = _unproven(statement)
    if unproven:
        ask(
            document,
            ReviewKind.UNPROVEN,
            f"{_name(table.kind)}: {len(unproven)} lines were recognised from a picture and no sum or"
            " identity confirms them. Compare them with their page.",
            {"statement": table.kind.value, "pages": list(table.pages), "lines": unproven},
        )
    unread = _unread(statement)
    if unread:
        ask(
            document,
            ReviewKind.UNREAD,
            f"{_name(table.kind)}: figures of {len(unread)} of {len(table.rows)} lines are printed and were"
            " not read. Look them up on their page.",
            {"statement": table.kind.value, "pages": list(table.pages), "lines": unread},
        )
    failed = [
        check
        for check in statement.checks
        if check.outcome is CheckOutcome.FAILS and check.identity not in load_identities().warnings
    ]
    if failed:
        repairs = _repairs(statement)
        ask(
            document,
            ReviewKind.IDENTITY_FAILS,
            f"{_name(table.kind)}: {failed[0].explanation}",
            {
                "statement": table.kind.value,
                "identities": sorted({check.identity for check in failed}),
                "repairs": [repair.explanation for repair in repairs],
                "changes": [_change(statement, repair) for repair in repairs],
            },
        )
    ask_all([*_unsure(document, statement), *_unnamed(document, statement)])


def _unsure(document: Document, statement: StatementReading) -> list[Question]:
    """Lines of which nothing proves the figures or the name. Of pictures it is asked otherwise."""
    table = statement.table
    lines = zip(table.rows, statement.confidences, strict=True)
    unsure = [n for n, (row, sure) in enumerate(lines) if sure < LOW_CONFIDENCE and any(row.cells)]
    if table.read_by == "ocr" or not unsure:
        return []
    lines_are = "1 line is" if len(unsure) == 1 else f"{len(unsure)} lines are"
    return [
        Question(
            document,
            ReviewKind.LOW_CONFIDENCE,
            f"{_name(table.kind)}: {lines_are} not sure, because no sum proves the figures or nothing says"
            " what they are. Compare with the page.",
            {
                "statement": table.kind.value,
                "pages": list(table.pages),
                "rows": unsure,
                "lines": [table.rows[n].label for n in unsure],
            },
        )
    ]


def _unnamed(document: Document, statement: StatementReading) -> list[Question]:
    """Lines with figures that no wording fits, each asked about once for all reports of a company."""
    table = statement.table
    unnamed = [
        (n, row)
        for n, (row, mapping) in enumerate(zip(table.rows, statement.mappings, strict=True))
        if mapping.method is MappingMethod.UNMAPPED
        and row.kind is not RowKind.HEADING
        and row.label
        and any(cell is not None and cell.number is not None for cell in row.cells)
    ]
    under = {n: f" under “{row.section}”" if row.section else "" for n, row in unnamed}
    return [
        Question(
            document,
            ReviewKind.UNMAPPED,
            f"{_name(table.kind)}: what is “{row.label}”{under[n]}? No concept fits these words. Name one,"
            " or accept it as a line of the company's own.",
            {"statement": table.kind.value, "pages": [row.page], "rows": [n], "lines": [row.label]},
            about="|".join(
                (
                    ReviewKind.UNMAPPED,
                    str(document.company_id),
                    table.kind,
                    plain(row.label),
                    plain(row.section),
                )
            ),
        )
        for n, row in unnamed
    ]


def _unproven(statement: StatementReading) -> list[str]:
    """Labels of lines that were recognised from a picture and are not sure."""
    if statement.table.read_by != "ocr":
        return []
    lines = zip(statement.table.rows, statement.confidences, strict=True)
    return [row.label for row, sure in lines if sure < LOW_CONFIDENCE and any(row.cells)]


def _unread(statement: StatementReading) -> list[str]:
    """Labels of lines with a figure whose digits or marks make no number."""
    return [
        row.label
        for row in statement.table.rows
        if any(cell is not None and cell.state is CellState.NOT_READ for cell in row.cells)
    ]


def _repairs(statement: StatementReading) -> Sequence[Repair]:
    """The smallest changes that would reconcile the figures: offered, never applied."""
    return propose_repairs(
        statement.table, statement.mappings, statement.signs, statement.checks, load_taxonomy()
    )[:5]


def _change(statement: StatementReading, repair: Repair) -> dict[str, object]:
    """A repair as it is shown and, where a person takes it, made a correction."""
    return {
        "row": repair.row,
        "column": repair.column,
        "label": statement.table.rows[repair.row].label,
        "heading": statement.table.columns[repair.column].heading,
        "kind": repair.kind,
        "before": f"{repair.before:f}",
        "after": f"{repair.after:f}",
        "mends": list(repair.mends),
        "says": repair.explanation,
    }


def _name(kind: StatementKind) -> str:
    return kind.value.replace("_", " ").capitalize()


def ask(
    document: Document,
    kind: ReviewKind,
    reason: str,
    details: dict[str, object],
    *,
    correction: Correction | None = None,
) -> None:
    """Ask once. A question that was closed as obsolete is opened again; a decided one stays decided."""
    ask_all([Question(document, kind, reason, details, correction)])


def ask_all(questions: Sequence[Question]) -> None:
    """Ask several, each once. A handful of queries, however many they are."""
    new = {question.fingerprint: question for question in questions}
    for item in ReviewItem.objects.filter(fingerprint__in=list(new)):
        question = new.pop(item.fingerprint)
        if item.state == ReviewState.OBSOLETE:
            item.state, item.document, item.details = ReviewState.OPEN, question.document, question.details
            item.save(update_fields=["state", "document", "details"])
    ReviewItem.objects.bulk_create(
        [
            ReviewItem(
                company_id=question.document.company_id,
                document=question.document,
                kind=question.kind,
                rank=RANKS[question.kind],
                reason=question.reason,
                details=question.details,
                correction=question.correction,
                fingerprint=fingerprint,
            )
            for fingerprint, question in new.items()
        ],
        # Another reading of the company may ask the same at this moment.
        ignore_conflicts=True,
    )


def withdraw(document: Document, *kinds: ReviewKind) -> None:
    """Open questions about a document that are no longer to be answered."""
    ReviewItem.objects.filter(document=document, state=ReviewState.OPEN, kind__in=kinds).update(
        state=ReviewState.OBSOLETE
    )
