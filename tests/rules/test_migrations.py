"""A change of the schema lets the version before it go on working, so that an upgrade needs no pause.

docs/deploy.md says how: expand, fill, contract. The rules hold for every migration after the last released
point; one that takes something away says in CONTRACT since which version nothing uses it any more.
"""

import importlib
from types import ModuleType

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.deploy.released import OURS, RELEASED

TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
SAY = "say CONTRACT = 'since 0.x nothing uses it' in the migration, a release after the one that stopped"


def faults(operations: list[Operation], contract: str = "") -> list[str]:
    """What the version before would trip over."""
    found = []
    made = {
        operation.name.lower() for operation in operations if isinstance(operation, migrations.CreateModel)
    }
    for operation in operations:
        model = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
        if model in made:
            continue  # the version before does not know the table
        what = operation.describe()
        if isinstance(operation, TAKES_AWAY) and not contract:
            found.append(f"{what}: the version before still uses it; {SAY}")
        if isinstance(operation, migrations.AddField) and not _can_be_left_out(operation.field):
            found.append(
                f"{what}: the version before writes rows without it; allow null, or give a db_default"
            )
        if isinstance(operation, migrations.AddConstraint) and not contract:
            found.append(f"{what}: the version before may write rows that break it; {SAY}")
        if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.reversible:
            found.append(f"{what}: there is no way back; give a reverse, noop where nothing has to be undone")
    return found


def _can_be_left_out(field: "models.Field[object, object]") -> bool:
    return bool(
        field.null or field.has_db_default() or field.many_to_many or getattr(field, "generated", False)
    )


def test_every_migration_since_the_last_release_lets_the_version_before_work() -> None:
    loader = MigrationLoader(None)
    last = RELEASED[list(RELEASED)[-1]]
    released = {node for app, name in last.items() for node in loader.graph.forwards_plan((app, name))}
    found = {
        f"{app}.{name}": faults(migration.operations, getattr(_module(app, name), "CONTRACT", ""))
        for (app, name), migration in loader.disk_migrations.items()
        if app in OURS and (app, name) not in released
    }
    assert {name: said for name, said in found.items() if said} == {}


def _module(app: str, name: str) -> ModuleType:
    return importlib.import_module(f"{app}.migrations.{name}")


def test_every_point_names_migrations_that_are_there() -> None:
    known = MigrationLoader(None).disk_migrations
    for point in RELEASED.values():
        assert [node for node in point.items() if node not in known] == []


def noop(apps: object, editor: object) -> None:
    """Nothing."""


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.RemoveField("company", "notes"), "the version before still uses it"),
        (migrations.RenameField("company", "notes", "remarks"), "the version before still uses it"),
        (migrations.DeleteModel("company"), "the version before still uses it"),
        (migrations.AddField("company", "size", models.IntegerField(default=0)), "writes rows without it"),
        (
            migrations.AddConstraint("company", models.UniqueConstraint(fields=["name"], name="n")),
            "may write rows that break it",
        ),
        (migrations.RunPython(noop), "there is no way back"),
        (migrations.RunSQL("SELECT 1"), "there is no way back"),
    ],
)
def test_the_rules_find_what_would_break(operation: Operation, said: str) -> None:
    assert [said in fault for fault in faults([operation])] == [True]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("company", "size", models.IntegerField(null=True)),
        migrations.AddField("company", "size", models.IntegerField(db_default=0)),
        migrations.AddIndex("company", models.Index(fields=["name"], name="n")),
        migrations.RunPython(noop, noop),
    ],
)
def test_the_rules_let_pass_what_does_not(operation: Operation) -> None:
    assert faults([operation]) == []


def test_a_new_table_may_have_what_it_likes_and_a_contract_may_take_away() -> None:
    table = migrations.CreateModel("Note", [("id", models.BigAutoField(primary_key=True))])
    assert faults([table, migrations.AddField("note", "text", models.TextField())]) == []
    assert faults([migrations.RemoveField("company", "notes")], "since 0.2 nothing uses it") == []
