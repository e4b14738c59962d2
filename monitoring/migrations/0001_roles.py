"""The groups viewer, analyst and operator with what there is to be permitted now.

`sync_groups` gives them later what comes later.
"""

from django.apps import apps as real_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

from monitoring.roles import give_permissions


def make_groups(apps, schema_editor):
    # Django makes the permissions of models behind the last migration, which is too late here.
    for config in real_apps.get_app_configs():
        create_permissions(config, verbosity=0, using=schema_editor.connection.alias, apps=apps)
    give_permissions(apps)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("jobs", "0004_watchers"),
        ("companies", "0003_document_hosts"),
        ("documents", "0003_kept_pages"),
        ("extraction", "0006_guesses_that_are_shared"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenPermission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=60)),
                (
                    "permission",
                    models.CharField(help_text="App and codename with a dot between them.", max_length=200),
                ),
                ("given_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("role", "permission"), name="given_once_per_role")],
            },
        ),
        # Groups stay where the migration is taken back: people are in them.
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
