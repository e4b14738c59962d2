"""`python -m engine anomalies`: a CSV in, findings out, refusals by name."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np


def run(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", "anomalies", *options],
        input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip


def series(wild: int | None = None) -> str:
    values = np.random.default_rng(21).normal(10, 1, 400)
    if wild is not None:
        values[wild] = 40
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [f"{start + timedelta(minutes=15 * n)},{value:.4f}" for n, value in enumerate(values)]
    return "\n".join(["timestamp,value", *rows])


def test_a_wild_value_is_found_with_its_time() -> None:
    done = run(series(wild=250), "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["points"] == 400
    (found,) = [f for f in answer["findings"] if f["kind"] == "spike"]
    assert (found["start"], found["end"], found["peak"]) == (250, 250, 250)
    assert found["start_time"] == "2024-01-03 14:30:00+00:00"
    assert found["threshold"] == 0.5 < found["score"] < 1


def test_nothing_unusual_is_said_in_words() -> None:
    assert run(series()).stdout == "Nothing unusual in 400 points.\n"


def test_refusals_name_the_line_and_what_is_missing() -> None:
    broken = run("timestamp,value\n2024-01-01,1\n2024-01-02,x", "--json")
    assert broken.returncode == 2
    assert json.loads(broken.stdout)["error"] == {
        "code": "bad_input",
        "message": "Line 2: 'x' is not a number.",
    }
    short = run("2024-01-01,1\n2024-01-02,2")
    assert short.returncode == 1
    assert short.stderr == "insufficient_history: 2 points are too few: 100 say what is usual.\n"
    assert run("").stderr == "bad_input: The file is empty. Give a timestamp and a value on each line.\n"
