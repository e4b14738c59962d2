"""What only a person can answer, asked once and withdrawn when it no longer matters."""

import hashlib

from documents.models import Document
from engine.check.identities import load_identities
from engine.check.repair import propose_repairs
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import CellState, CheckOutcome, StatementKind
from engine.statement import Reading, StatementReading
from extraction.confidence import LOW_CONFIDENCE
from extraction.models import RANKS, Correction, ExtractionRun, ReviewItem, ReviewKind, ReviewState


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
        ask(
            document,
            ReviewKind.IDENTITY_FAILS,
            f"{_name(table.kind)}: {failed[0].explanation}",
            {
                "statement": table.kind.value,
                "identities": sorted({check.identity for check in failed}),
                "repairs": _repairs(statement),
            },
        )


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


def _repairs(statement: StatementReading) -> list[str]:
    """The smallest changes that would reconcile the figures: offered, never applied."""
    proposals = propose_repairs(
        statement.table, statement.mappings, statement.signs, statement.checks, load_taxonomy()
    )
    return [proposal.explanation for proposal in proposals[:5]]


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
    fingerprint = hashlib.sha256(
        f"{document.pk}|{document.current_version_id}|{kind}|{reason}".encode()
    ).hexdigest()
    item, is_new = ReviewItem.objects.get_or_create(
        fingerprint=fingerprint,
        defaults={
            "company_id": document.company_id,
            "document": document,
            "kind": kind,
            "rank": RANKS[kind],
            "reason": reason,
            "details": details,
            "correction": correction,
        },
    )
    if not is_new and item.state == ReviewState.OBSOLETE:
        item.state = ReviewState.OPEN
        item.save(update_fields=["state"])


def withdraw(document: Document, *kinds: ReviewKind) -> None:
    """Open questions about a document that are no longer to be answered."""
    ReviewItem.objects.filter(document=document, state=ReviewState.OPEN, kind__in=kinds).update(
        state=ReviewState.OBSOLETE
    )
