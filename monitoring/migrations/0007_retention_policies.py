"""A policy for each kind of data that may be deleted, so that looking at them writes nothing. Kinds that
come later get theirs when the task runs next."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from monitoring.retention.kinds import kinds


def add_policies(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    policy = apps.get_model("monitoring", "RetentionPolicy")
    policy.objects.using(schema_editor.connection.alias).bulk_create(
        [policy(data_type=kind.code, days=kind.days) for kind in kinds().values()], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0006_performance")]
    operations = [migrations.RunPython(add_policies, migrations.RunPython.noop)]
