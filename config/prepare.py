"""`python -m config.prepare`: bring an installation up to date before it starts.

Migrates, collects static files, makes the first account, seeds the companies of a new database,
creates missing schedules and gives the groups of people what is new to be permitted. Repeating it
changes nothing. Its last line is a JSON object. `python -m config.prepare static` collects the static files
alone, without a database: for images.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from stack.environment import UnreadableSecret, value_of

# Names the advisory lock of the preparation; any number that nothing else uses.
PREPARING = 6_310_117


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if sys.argv[1:] == ["static"]:
        collect_static_files()
        return
    with alone():
        migrate()
        collect_static_files()
        create_schedules()
        bring_groups_up_to_date()
        is_new = not has_administrator()
        if is_new:
            seed_companies()
            # Last, because this is what tells a new installation from one that was prepared.
            make_first_account()
    sys.stdout.write(json.dumps({"admin_created": is_new}) + "\n")


@contextmanager
def alone() -> Iterator[None]:
    """Several machines may prepare one PostgreSQL at once; they do it one after the other."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [PREPARING])


def migrate() -> None:
    """Bring the database to the schema of this version."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def collect_static_files() -> None:
    """Gather the static files of all packages in one folder, unless they are the same as last time."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(root.name + ".stamp")
    current = _static_digest(settings.BASE_DIR)
    if root.is_dir() and stamp.is_file() and stamp.read_text() == current:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(current)


def _static_digest(base: Path) -> str:
    digest = hashlib.sha256((base / "requirements.txt").read_bytes())
    for path in sorted((base / "static").rglob("*")):
        # By content: an image that was passed on has lost the exact times of its files.
        if path.is_file():
            digest.update(f"{path.relative_to(base)}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def has_administrator() -> bool:
    """True where somebody can administer already."""
    from django.contrib.auth import get_user_model

    return get_user_model()._default_manager.filter(is_superuser=True).exists()


def make_first_account() -> None:
    """Make the account `admin`."""
    from django.contrib.auth import get_user_model

    try:
        password = value_of("TENFOLD_ADMIN_PASSWORD")
    except UnreadableSecret as error:
        sys.exit(str(error))
    if not password:
        sys.exit("There is no administrator. Set TENFOLD_ADMIN_PASSWORD for the first one, or use ./run.")
    get_user_model()._default_manager.create_superuser("admin", password=password)


def seed_companies() -> None:
    """Companies to start with, in a new database only: what people delete stays deleted."""
    from django.core.management import call_command

    call_command("seed_companies", verbosity=0, stdout=sys.stderr)


def create_schedules() -> None:
    """Create the default schedules that are missing."""
    from django.core.management import call_command

    call_command("sync_schedules", verbosity=0, stdout=sys.stderr)


def bring_groups_up_to_date() -> None:
    """Give the groups of the roles what is new to be permitted."""
    from django.core.management import call_command

    call_command("sync_groups", verbosity=0, stdout=sys.stderr)


if __name__ == "__main__":
    main()
