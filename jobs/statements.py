"""Statements that every start makes, put together by Django once and kept.

Putting a query together takes Django several times what a database takes to answer it. What a start
asks and writes is the same each time but for a few values, so that it is written as an ordinary
query with `given(...)` where they go, compiled at its first use, and run with the values from then on:

    _forget = Kept(lambda: update(TaskRun.objects.filter(pk=given(TaskRun, "id")), sent_at=None))
    _forget.count(id=run_id)

The SQL is Django's own for the database in use; none is written here but RETURNING.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models.sql import InsertQuery, Query, UpdateQuery


class Given(models.Expression):
    """Where in a kept statement the value `name` goes."""

    def __init__(self, name: str, field: Any) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def prepared(self, value: Any) -> Any:
        """The value as the database takes it."""
        return self.output_field.get_db_prep_save(value, connection)


def given(model: type[models.Model], name: str) -> Any:
    """A value for the field `name` of a model, by that name."""
    return Given(name, model._meta.get_field(name))


def given_for_each(model: type[models.Model], names: Iterable[str]) -> dict[str, Any]:
    """Values for several fields."""
    return {name: given(model, name) for name in names}


def select(rows: models.QuerySet[Any]) -> Query:
    """What `rows.values_list(...)` asks."""
    return rows.query


def update(rows: models.QuerySet[Any], **values: Any) -> Query:
    """What `rows.update(...)` does."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    return query


def insert(row: models.Model) -> Query:
    """What `row.save()` does for a new row whose key the database makes."""
    query = InsertQuery(type(row))
    query.insert_values([field for field in row._meta.concrete_fields if not field.primary_key], [row])
    return query


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    parameters: tuple[Any, ...]
    # For each column that comes back other than Python has it: its place and the ways to convert it.
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]


class Kept:
    """A statement that is compiled once for each kind of database.

    `query` makes it from `select`, `update` or `insert`. `returning` names the fields that an update
    gives back of each row it changed.
    """

    def __init__(self, query: Callable[[], Query], returning: Iterable[str] = ()) -> None:
        self._query = query
        self._returning = tuple(returning)
        self._compiled: dict[str, _Compiled] = {}

    def count(self, **values: Any) -> int:
        """Run it with these values; how many rows it changed."""
        with connection.cursor() as cursor:
            self._run(cursor, values)
            return int(cursor.rowcount)

    def rows(self, **values: Any) -> list[list[Any]]:
        """Run it with these values; the rows it gives back."""
        with connection.cursor() as cursor:
            compiled = self._run(cursor, values)
            rows = [list(row) for row in cursor.fetchall()]
        for place, converters, column in compiled.converters:
            for row in rows:
                for convert in converters:
                    row[place] = convert(row[place], column, connection)
        return rows

    def _run(self, cursor: Any, values: dict[str, Any]) -> _Compiled:
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        parameters = [
            item.prepared(values[item.name]) if isinstance(item, Given) else item
            for item in compiled.parameters
        ]
        # As Django's own: whoever catches the failure may not go on in a transaction that is spoilt.
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS):
            cursor.execute(compiled.sql, parameters)
        return compiled

    def _compile(self) -> _Compiled:
        # With a connection of its own, which is never opened: what is kept must not keep a thread's alive.
        unopened = connections.create_connection(DEFAULT_DB_ALIAS)
        query = self._query()
        compiler = query.get_compiler(connection=unopened)
        compiled = compiler.as_sql()
        sql, parameters = compiled[0] if isinstance(compiled, list) else compiled
        if self._returning:
            meta: Any = query.get_meta()
            columns = [meta.get_field(name).get_col(meta.db_table) for name in self._returning]
            quoted = (unopened.ops.quote_name(column.target.column) for column in columns)
            sql = f"{sql} RETURNING {', '.join(quoted)}"
        else:
            columns = [column for column, *_ in getattr(compiler, "select", None) or ()]
        converters = compiler.get_converters(columns)
        return _Compiled(
            sql, tuple(parameters), tuple((place, *found) for place, found in converters.items())
        )
