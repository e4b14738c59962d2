"""Settings come from the environment; what is wrong or missing is said by name before anything starts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-for-this-test-that-is-long-enough-to-pass"
SHOWN = (
    "DEBUG PRODUCTION DATABASES CELERY_BROKER_URL CACHES ALLOWED_HOSTS SESSION_COOKIE_SECURE"
    " SECURE_HSTS_SECONDS DOWNLOAD_MAX_BYTES CELERY_WORKER_CONCURRENCY SECRET_KEY CELERY_RESULT_BACKEND"
    " CELERY_RESULT_EXPIRES CELERY_WORKER_PREFETCH_MULTIPLIER CELERY_WORKER_MAX_TASKS_PER_CHILD"
    " PUBLIC_URL OWN_HOSTS STORAGES SECOND_READER MODEL_URL MODEL_PRICES BLIND_SHARE"
)


def load(tmp_path: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Load the settings in a fresh process in which nothing else is set."""
    code = (
        "import json; from config import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in '{SHOWN}'.split()}}, default=str))"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "TENFOLD_ENV_FILE": os.devnull,
            "TENFOLD_STATE_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
    )


def loaded(tmp_path: Path, **environment: str) -> dict:  # type: ignore[type-arg]
    done = load(tmp_path, SECRET_KEY=KEY, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(tmp_path: Path, **environment: str) -> str:
    done = load(tmp_path, **{"SECRET_KEY": KEY, **environment})
    assert done.returncode == 1
    kind, _, sentence = done.stderr.strip().splitlines()[-1].partition(": ")
    assert kind == "django.core.exceptions.ImproperlyConfigured"
    return sentence


def test_without_settings_everything_lies_in_the_state_folder(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(tmp_path / "tenfold.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["DOWNLOAD_MAX_BYTES"] == 200 * 1024 * 1024
    assert settings["CELERY_WORKER_CONCURRENCY"] is None
    assert settings["CELERY_BROKER_URL"].startswith("redis+socket:///")


def test_the_broker_is_found_on_its_socket(tmp_path: Path) -> None:
    settings = loaded(tmp_path, REDIS_URL="unix:///run/v.sock?db=2")
    assert settings["CELERY_BROKER_URL"] == "redis+socket:///run/v.sock?virtual_host=2"
    assert settings["CACHES"]["default"]["LOCATION"] == "unix:///run/v.sock?db=3"


def test_postgresql_and_redis_by_their_addresses(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path, DATABASE_URL="postgresql://me:secret@db:5433/figures", REDIS_URL="redis://:pw@cache:6380/1"
    )
    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("me", "secret", "db")
    assert (database["PORT"], database["NAME"]) == (5433, "figures")
    assert settings["CELERY_BROKER_URL"] == "redis://:pw@cache:6380/1"
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://:pw@cache:6380/2"


def test_passwords_may_stand_beside_their_addresses_and_in_files(tmp_path: Path) -> None:
    (tmp_path / "redis").write_text("p{w}/1\n")
    (tmp_path / "database").write_text("s:e@c\n")
    (tmp_path / "key").write_text(KEY)
    done = load(
        tmp_path,
        SECRET_KEY_FILE=str(tmp_path / "key"),
        DATABASE_URL="postgresql://me@db:5433/figures",
        DATABASE_PASSWORD_FILE=str(tmp_path / "database"),
        REDIS_URL="redis://cache:6380/1",
        REDIS_PASSWORD_FILE=str(tmp_path / "redis"),
        TENFOLD_PRODUCTION="true",
    )
    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)
    assert settings["SECRET_KEY"] == KEY
    assert settings["DATABASES"]["default"]["PASSWORD"] == "s:e@c"
    assert settings["CELERY_BROKER_URL"] == "redis://:p%7Bw%7D%2F1@cache:6380/1"
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://:p%7Bw%7D%2F1@cache:6380/2"


def test_the_known_names_of_celerys_settings(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        CELERY_BROKER_URL="redis://:pw@broker:6379/4",
        CELERY_WORKER_PREFETCH_MULTIPLIER="3",
        CELERY_WORKER_MAX_TASKS_PER_CHILD="7",
        CELERY_WORKER_CONCURRENCY="5",
        CELERY_RESULT_EXPIRES="3600",
    )
    assert settings["CELERY_BROKER_URL"] == "redis://:pw@broker:6379/4"
    # Named alone it serves for the cache as well; beside another it carries messages only.
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://:pw@broker:6379/5"
    assert settings["CELERY_WORKER_PREFETCH_MULTIPLIER"] == 3
    assert settings["CELERY_WORKER_MAX_TASKS_PER_CHILD"] == 7
    assert (settings["CELERY_WORKER_CONCURRENCY"], settings["CELERY_RESULT_EXPIRES"]) == (5, 3600)
    both = loaded(tmp_path, CELERY_BROKER_URL="redis+socket:///run/b.sock", REDIS_URL="redis://cache:6379/0")
    assert both["CELERY_BROKER_URL"] == "redis+socket:///run/b.sock?virtual_host=0"
    assert both["CACHES"]["default"]["LOCATION"] == "redis://cache:6379/1"


def test_results_expire_after_a_day_and_a_process_after_a_thousand_tasks(tmp_path: Path) -> None:
    settings = loaded(tmp_path)
    assert settings["CELERY_RESULT_BACKEND"] == "jobs.results:ResultStore"  # which is django-db
    assert settings["CELERY_RESULT_EXPIRES"] == 86_400
    assert settings["CELERY_WORKER_MAX_TASKS_PER_CHILD"] == 1000


def test_the_file_is_read_and_the_environment_goes_before_it(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("ALLOWED_HOSTS=from.file\nDEBUG=true\n")
    settings = loaded(tmp_path, TENFOLD_ENV_FILE=str(file), DEBUG="false")
    assert settings["ALLOWED_HOSTS"] == ["from.file"]
    assert settings["DEBUG"] is False


def test_the_public_address_is_that_of_the_first_start_unless_it_is_set(tmp_path: Path) -> None:
    assert loaded(tmp_path)["PUBLIC_URL"] == "http://localhost:8000"
    named = loaded(tmp_path, TENFOLD_PUBLIC_URL="https://tenfold.example.org/bank/")
    assert named["PUBLIC_URL"] == "https://tenfold.example.org/bank"


def test_a_second_reader_is_off_until_a_model_is_named(tmp_path: Path) -> None:
    off = loaded(tmp_path, OPENAI_API_KEY="k")
    assert (off["SECOND_READER"], off["MODEL_URL"]) == (False, "https://api.openai.com/v1")
    on = loaded(
        tmp_path,
        OPENAI_MODEL="m",
        OPENAI_BASE_URL="http://127.0.0.1:11434/v1/",
        TENFOLD_ALLOWED_PRIVATE_HOSTS="127.0.0.1:11434",
        TENFOLD_MODEL_PRICES="0.15/0.60",
        TENFOLD_BLIND_PERCENT="5",
    )
    assert (on["SECOND_READER"], on["MODEL_URL"]) == (True, "http://127.0.0.1:11434/v1")
    assert (on["MODEL_PRICES"], on["BLIND_SHARE"]) == (["0.15", "0.60"], 0.05)


def test_the_key_made_by_the_first_start_is_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(KEY + "\n")
    done = load(tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["SECRET_KEY"] == KEY


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set. Set it to a long random text, or start with ./run"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short. Use at least 32 random characters."),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps'. Write true or false."),
        ({"CELERY_WORKER_CONCURRENCY": "many"}, "CELERY_WORKER_CONCURRENCY is 'many'. Write a whole number."),
        (
            {"CELERY_WORKER_CONCURRENCY": "65"},
            "CELERY_WORKER_CONCURRENCY is 65. It has to be between 0 and 64.",
        ),
        (
            {"TENFOLD_PUBLIC_URL": "tenfold.example.org"},
            "TENFOLD_PUBLIC_URL cannot be used: write http:// or https:// in front",
        ),
        ({"TENFOLD_TOKEN_HOURS": "0"}, "TENFOLD_TOKEN_HOURS is 0. It has to be at least 1."),
        ({"DATABASE_URL": "mysql://a/b"}, "DATABASE_URL cannot be used: write postgresql:// or sqlite://"),
        ({"REDIS_URL": "amqp://a"}, "REDIS_URL cannot be used: write redis://, rediss:// or unix://"),
        ({"CELERY_BROKER_URL": "unix:///run/b.sock"}, "CELERY_BROKER_URL cannot be used: for a socket write"),
        ({"CELERY_RESULT_BACKEND": "redis"}, "CELERY_RESULT_BACKEND is 'redis'. Write one of: django-db."),
        (
            {
                "TENFOLD_PRODUCTION": "true",
                "REDIS_URL": "rediss://:p@a/0",
                "CELERY_BROKER_URL": "redis://b/0",
            },
            "CELERY_BROKER_URL must not be used in production: it has no password.",
        ),
        (
            {"SECRET_KEY": "", "SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE names /nowhere/key, which cannot be read: No such file or directory.",
        ),
        (
            {"DATABASE_URL": "postgresql://me:this@db/figures", "DATABASE_PASSWORD": "that"},
            "DATABASE_URL cannot be used: it holds a password, and DATABASE_PASSWORD is set too.",
        ),
        (
            {"REDIS_URL": "redis://:this@cache/0", "REDIS_PASSWORD": "that"},
            "REDIS_URL cannot be used: it holds a password, and REDIS_PASSWORD is set too.",
        ),
        ({"REDIS_URL": "redis://a/first"}, "REDIS_URL cannot be used: 'first' is not the number of a"),
        ({"OPENAI_MODEL": "m"}, "OPENAI_MODEL names a model and nothing says where it is."),
        (
            {"OPENAI_MODEL": "m", "OPENAI_BASE_URL": "http://models.example.org/v1"},
            "OPENAI_BASE_URL would send the key and the reports in the open.",
        ),
        (
            {"TENFOLD_MODEL_PRICES": "cheap"},
            "TENFOLD_MODEL_PRICES cannot be used: write two amounts with a stroke",
        ),
        (
            {"TENFOLD_ALLOWED_PRIVATE_HOSTS": "intranet"},
            "TENFOLD_ALLOWED_PRIVATE_HOSTS holds 'intranet'. Write host:port",
        ),
        ({"TENFOLD_LOG_LEVEL": "LOUD"}, "TENFOLD_LOG_LEVEL is 'LOUD'. Write one of: DEBUG, INFO, WARNING"),
        (
            {"TENFOLD_PRODUCTION": "true", "DEBUG": "true"},
            "DEBUG shows settings to visitors. Switch it off, or TENFOLD_PRODUCTION.",
        ),
        (
            {"TENFOLD_PRODUCTION": "true", "REDIS_URL": "redis://cache:6379/0"},
            "REDIS_URL must not be used in production: it has no password.",
        ),
        (
            {"TENFOLD_PRODUCTION": "true", "REDIS_URL": "rediss://:p@cache:6379/0?ssl_cert_reqs=none"},
            "REDIS_URL must not be used in production: it does not check the server's certificate.",
        ),
    ],
)
def test_what_is_wrong_is_said_by_name(tmp_path: Path, environment: dict[str, str], sentence: str) -> None:
    assert refused(tmp_path, **environment).startswith(sentence)


def test_production_closes_what_development_leaves_open(tmp_path: Path) -> None:
    settings = loaded(tmp_path, TENFOLD_PRODUCTION="true", REDIS_URL="rediss://:pw@cache:6379/0")
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000


def test_the_security_check_finds_nothing_in_production(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            **os.environ,
            "TENFOLD_ENV_FILE": os.devnull,
            "TENFOLD_STATE_DIR": str(tmp_path),
            "SECRET_KEY": "qL5uY0vT8sD2mX9cW4bN7jH1kG6fR3pZ-eA_oIxVtBnMyUwQzSdFgHjKl",
            "TENFOLD_PRODUCTION": "true",
            "REDIS_URL": "rediss://:pw@cache:6379/0",
            "ALLOWED_HOSTS": "tenfold.example.org",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # the browser's tests set it for their own process
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_wrong_setting_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "TENFOLD_STATE_DIR": str(tmp_path), "DEBUG": "perhaps"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "DEBUG is 'perhaps'. Write true or false.\n"


def test_machines_of_the_installation_are_never_searched(tmp_path: Path) -> None:
    own = loaded(
        tmp_path,
        TENFOLD_PRODUCTION="true",
        DATABASE_URL="postgresql://me:pw@DB.example.org/x",
        REDIS_URL="rediss://:pw@cache.example.org:6379/0",
        CELERY_BROKER_URL="rediss://:pw@broker.example.org:6379/0",
        TENFOLD_PUBLIC_URL="https://tenfold.example.org",
        TENFOLD_S3_BUCKET="reports",
        TENFOLD_S3_ENDPOINT="https://files.example.org/",
    )["OWN_HOSTS"]
    names = ("broker", "cache", "db", "files", "tenfold")
    assert sorted(re.findall(r"'([^']+)'", own)) == [f"{name}.example.org" for name in names]
    assert loaded(tmp_path)["OWN_HOSTS"] == "frozenset()"


def test_files_lie_in_a_bucket_where_one_is_named(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        TENFOLD_S3_BUCKET="reports",
        TENFOLD_S3_ENDPOINT="https://files.example.org/",
        TENFOLD_S3_PREFIX="/one/",
    )
    assert settings["STORAGES"]["default"] == {
        "BACKEND": "documents.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": "reports", "endpoint_url": "https://files.example.org", "region_name": "",
            "access_key": "", "secret_key": "", "location": "one",
        },
    }  # fmt: skip
    assert loaded(tmp_path)["STORAGES"]["default"] == {"BACKEND": "documents.whole_files.WholeFileStorage"}


def test_an_address_of_a_file_service_without_its_scheme_is_refused(tmp_path: Path) -> None:
    sentence = refused(tmp_path, TENFOLD_S3_BUCKET="x", TENFOLD_S3_ENDPOINT="files.example.org")
    assert sentence.startswith("TENFOLD_S3_ENDPOINT cannot be used: write http:// or https:// in front")
