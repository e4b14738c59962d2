"""An installation of an earlier schema, with figures in it, is brought up to today and keeps all of them."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from tests.deploy.released import OURS, RELEASED
from tests.processes import default_database

pytestmark = pytest.mark.timeout(900)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# Where the first choice, or any text, would not do.
CHOSEN: dict[str, dict[str, Any]] = {
    "company": {"name": "Straße & Söhne plc", "slug": "strasse"},
    "document": {"document_type": "annual_report", "status": "extracted", "type_confidence": 0.9},
    "documentversion": {"sha256": "a" * 64, "size": 1234, "source": "upload"},
    "taskrun": {"task": "download_pdf", "queue": "scraping", "trigger": "api", "state": "queued"},
    "extractionrun": {"status": "succeeded"},
    "statementtable": {"statement": "income_statement", "scope": "consolidated", "pages": [7], "scale": 1000},
    "statementrow": {"kind": "line", "label": "Revenue", "concept": "revenue", "sign_factor": 1},
    "statementcolumn": {"period_end": date(2025, 12, 31), "period_kind": "duration"},
    "observation": {"state": "value", "number": Decimal("-1234.5"), "value": Decimal("-1234500")},
    "fact": {
        "state": "value",
        "value": Decimal("-1234500"),
        "period_kind": "duration",
        "period_end": date(2025, 12, 31),
        "statement": "income_statement",
    },
    "compiledstatement": {"statement": "income_statement", "view": "latest"},
    "compiledcell": {"value": Decimal("-1234500"), "gap_reason": ""},
    "reviewitem": {"state": "open", "details": {"page": 7}},
}
CHAIN = (
    *("companies.company", "documents.document", "documents.documentversion", "jobs.taskrun"),
    *("extraction.extractionrun", "extraction.statementtable", "extraction.statementrow"),
    *("extraction.statementcolumn", "extraction.observation", "extraction.fact"),
    *("extraction.compiledstatement", "extraction.compiledrow", "extraction.compiledcell"),
    "extraction.reviewitem",
)


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.django_db(transaction=True)), "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The default database is one without any table."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        server.create("upgraded")
        entry = server.settings("upgraded")
    else:
        entry = {**connection.settings_dict, "NAME": str(tmp_path / "old.sqlite3"), "TEST": {}}
    with request.getfixturevalue("django_db_blocker").unblock():
        try:
            with default_database(entry):
                yield str(request.param)
        finally:
            if request.param == "postgresql":
                server.drop("upgraded")


def filled(model: type[models.Model], made: dict[str, models.Model]) -> models.Model:
    """A row with something in every column that wants it, hanging on the rows made before."""
    name = model._meta.model_name or ""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name in CHOSEN.get(name, {}):
            continue
        if isinstance(field, models.ForeignKey):
            target = field.related_model._meta.model_name  # type: ignore[union-attr]
            if not field.null:
                values[field.name] = made[target]
        elif not (field.null or field.has_default() or field.blank):
            values[field.name] = _value(field)
    return model._default_manager.create(**values, **CHOSEN.get(name, {}))


def _value(field: "models.Field[Any, Any]") -> Any:
    if field.choices:
        return next(iter(field.choices))[0]
    kinds: list[tuple[type[models.Field[Any, Any]], Any]] = [
        (models.DateTimeField, NOW),
        (models.DateField, date(2025, 12, 31)),
        (models.BooleanField, True),
        (models.IntegerField, 1),
        (models.FloatField, 0.5),
        (models.DecimalField, Decimal("1234.5")),
        (models.JSONField, [1]),
    ]
    return next((value for kind, value in kinds if isinstance(field, kind)), "x")


def all_values(rows: dict[str, models.Model]) -> dict[str, dict[str, Any]]:
    """Every column of the made rows, read again from the database."""
    return {
        label: type(row)
        ._default_manager.filter(pk=row.pk)
        .values(*(field.attname for field in row._meta.concrete_fields))
        .get()
        for label, row in rows.items()
    }


@pytest.mark.parametrize("point", RELEASED)
def test_what_it_holds_outlives_the_way_to_today(empty: str, point: str) -> None:
    targets = [(app, name) for app, name in RELEASED[point].items()]
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in OURS]
    executor.migrate([*others, *targets])
    apps = executor.loader.project_state([*others, *targets]).apps
    made: dict[str, models.Model] = {}
    rows: dict[str, models.Model] = {}
    for label in CHAIN:
        row = filled(apps.get_model(label), made)
        made[row._meta.model_name or ""] = rows[label] = row
    before = all_values(rows)
    assert len(before) == len(CHAIN)

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert MigrationExecutor(connection).migration_plan(executor.loader.graph.leaf_nodes()) == []
    after = _today(rows)
    for label, values in before.items():
        kept = {name: after[label][name] for name in values if name in after[label]}
        assert kept == values, label
    # Nothing points at nothing, and the checks of the database find no fault.
    connection.check_constraints()
    # Of the database alone: tasks that other tests define are described nowhere.
    call_command("check", "--tag", "database", databases=["default"])
    if empty == "sqlite":
        with sqlite3.connect(connection.settings_dict["NAME"]) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _today(rows: dict[str, models.Model]) -> dict[str, dict[str, Any]]:
    """The same rows through the models of today."""
    from django.apps import apps

    return {
        label: apps.get_model(label)._default_manager.filter(pk=row.pk).values().get()
        for label, row in rows.items()
    }
