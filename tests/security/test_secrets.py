"""Secrets of the installation are not said where a start is refused."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CANARY = b"canary-of-"


@pytest.mark.parametrize(
    "variable", ["SECRET_KEY", "OPENAI_BASE_URL", "EMAIL_URL", "REDIS_URL", "DATABASE_URL"]
)
def test_a_start_that_is_refused_does_not_say_the_secret(tmp_path: Path, variable: str) -> None:
    wrong = {
        "SECRET_KEY": "canary-of-short",
        "OPENAI_BASE_URL": "ftp://canary-of-url@x",
        "EMAIL_URL": "imap://me:canary-of-mail@x",
        "REDIS_URL": "http://:canary-of-redis@x/y",
        "DATABASE_URL": "mysql://me:canary-of-database@x/y",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            **os.environ,
            "TENFOLD_ENV_FILE": os.devnull,
            "TENFOLD_STATE_DIR": str(tmp_path),
            variable: wrong[variable],
        },
        capture_output=True,
    )
    assert done.returncode == 1
    assert variable.encode() in done.stderr
    assert CANARY not in done.stdout + done.stderr
