"""What makes the database itself refuse to change or delete an event, whoever asks.

SQLite rebuilds a table when its columns change and loses the triggers: a migration that changes the table
of events ends with `protect`, and a test asks a migrated database of each kind.
"""

from typing import Any

TABLE = "audit_auditevent"
WAITING = "audit_unsealedevent"
REFUSAL = "Events of the audit trail are never changed or deleted."

_POSTGRESQL = (
    f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW"
    " EXECUTE FUNCTION audit_refuse()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT"
    " EXECUTE FUNCTION audit_refuse()",
)
_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON {TABLE}"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
)
_GONE_FROM_POSTGRESQL = (
    f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}",
)
_GONE_FROM_SQLITE = ("DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete")


def protect(connection: Any) -> None:
    """From now on the database refuses to change or delete events."""
    unprotect(connection)
    _execute(connection, _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE)


def protect_waiting(connection: Any) -> None:
    """From now on the database refuses to change what waits for its seal. Its rows are deleted when they
    are sealed."""
    change = f"BEFORE UPDATE ON {WAITING}"
    if connection.vendor == "postgresql":
        statement = f"CREATE TRIGGER audit_no_change {change} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    else:
        statement = f"CREATE TRIGGER audit_waits {change} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    _execute(connection, (statement,))


def unprotect(connection: Any) -> None:
    """Take the protection away: for undoing the migration, and for tests that empty their database."""
    _execute(connection, _GONE_FROM_POSTGRESQL if connection.vendor == "postgresql" else _GONE_FROM_SQLITE)


def _execute(connection: Any, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
