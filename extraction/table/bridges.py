"""The bridge from the basis before IFRS 18 to IFRS 18, as people look at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from documents.models import Document
from engine.compiling.values import CompiledStatement as CompiledValues
from engine.kinds import RowKind
from extraction.models import CompiledStatement


@dataclass(frozen=True, slots=True)
class BridgeRowView:
    key: str
    label: str
    kind: RowKind
    old_value: Decimal | None
    new_value: Decimal | None
    old_fact: int | None
    new_fact: int | None

    @property
    def delta(self) -> Decimal | None:
        """By how much the line moved, None where a basis has no such line."""
        if self.old_value is None or self.new_value is None:
            return None
        return self.new_value - self.old_value


@dataclass(frozen=True, slots=True)
class BridgeView:
    """One period under both bases, with the reports that give them."""

    period_end: date
    old_document: str
    new_document: str
    rows: tuple[BridgeRowView, ...]


def bridges_of_stored(compiled: CompiledStatement) -> tuple[BridgeView, ...]:
    """The bridges of a kept compile. No query where there are none."""
    if not compiled.bridges:
        return ()
    titles = _titles(
        pk for bridge in compiled.bridges for pk in (bridge["old_document"], bridge["new_document"])
    )
    return tuple(
        BridgeView(
            date.fromisoformat(bridge["period"]["end"]),
            titles.get(bridge["old_document"], ""),
            titles.get(bridge["new_document"], ""),
            tuple(
                BridgeRowView(
                    row["key"],
                    row["label"],
                    RowKind(row["kind"]),
                    _number(row["old_value"]),
                    _number(row["new_value"]),
                    row["old_fact"],
                    row["new_fact"],
                )
                for row in bridge["rows"]
            ),
        )
        for bridge in compiled.bridges
    )


def bridges_of_values(values: CompiledValues) -> tuple[BridgeView, ...]:
    """The bridges of a compile that is not kept."""
    if not values.bridges:
        return ()
    titles = _titles(
        int(pk) for bridge in values.bridges for pk in (bridge.old_document, bridge.new_document)
    )
    return tuple(
        BridgeView(
            bridge.period.end,
            titles.get(int(bridge.old_document), ""),
            titles.get(int(bridge.new_document), ""),
            tuple(
                BridgeRowView(
                    row.key,
                    row.label,
                    row.kind,
                    row.old_value,
                    row.new_value,
                    int(row.old_source) if row.old_source else None,
                    int(row.new_source) if row.new_source else None,
                )
                for row in bridge.rows
            ),
        )
        for bridge in values.bridges
    )


def _titles(documents: Iterable[int]) -> dict[int, str]:
    return {pk: str(document) for pk, document in Document.objects.in_bulk(list(documents)).items()}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
