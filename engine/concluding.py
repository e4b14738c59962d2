"""What a printed table means: concepts, signs, checks and confidence."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from engine.check.confidence import row_confidences
from engine.check.identities import check_across, check_statement
from engine.concepts.mapping import NOTHING_SUGGESTED, MappingRule, map_rows
from engine.concepts.signs import resolve_signs
from engine.concepts.taxonomy import Taxonomy, load_taxonomy
from engine.kinds import StatementKind
from engine.statement import Reading, RowMapping, RowSign, StatementReading, StatementTable

NO_SIGNS: Mapping[int, RowSign] = MappingProxyType({})


def concluded(
    table: StatementTable,
    taxonomy: Taxonomy,
    rules: tuple[MappingRule, ...],
    suggested: Mapping[int, str | None] = NOTHING_SUGGESTED,
) -> StatementReading:
    """The table with concepts, contribution signs, the checks within it and a confidence per row.
    `suggested` as in `map_rows`."""
    return concluded_as(table, map_rows(table, taxonomy, rules, suggested), taxonomy)


def concluded_as(
    table: StatementTable,
    mappings: tuple[RowMapping, ...],
    taxonomy: Taxonomy,
    signs_set: Mapping[int, RowSign] = NO_SIGNS,
) -> StatementReading:
    """What follows for a table whose lines have these concepts. `signs_set` are signs that are decided
    already, by row."""
    resolved = resolve_signs(table, mappings, taxonomy)
    signs = tuple(signs_set.get(n, sign) for n, sign in enumerate(resolved))
    checks = check_statement(table, mappings, signs, taxonomy)
    return StatementReading(table, mappings, signs, checks, row_confidences(table, mappings, signs, checks))


def bridged(statements: tuple[StatementReading, ...]) -> tuple[StatementReading, ...]:
    """The statements with the checks between them, which belong to the cash flow statement: it is
    the one that ties the other two together."""
    across = check_across(statements)
    return tuple(
        replace(statement, checks=(*statement.checks, *across))
        if statement.table.kind is StatementKind.CASH_FLOW_STATEMENT
        else statement
        for statement in statements
    )


def conclude_again(reading: Reading, rules: tuple[MappingRule, ...]) -> Reading:
    """The same printed tables mapped, signed and checked anew, as after a person's decision."""
    taxonomy = load_taxonomy()
    statements = tuple(concluded(entry.table, taxonomy, rules) for entry in reading.statements)
    return replace(reading, statements=bridged(statements))
