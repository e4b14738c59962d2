"""Series from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from engine.__main__ import main
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ, EXIT_WRONG_ARGUMENTS
from engine.forecast.lines import forecast_lines
from engine.forecast.values import ForecastOptions

ROOT = Path(__file__).resolve().parents[3]
KEYS = ["method", "point", "lo80", "hi80", "lo95", "hi95", "skill"]
NOTHING = dict.fromkeys(KEYS[1:])


def level(seed: int, length: int = 120) -> str:
    return ",".join(f"{value:.4f}" for value in 50 + np.random.default_rng(seed).normal(size=length))


def test_one_line_in_one_line_out():
    lines = [level(1), "1,2,3", level(2), "", ",".join(["7"] * 90)]
    done = subprocess.run(
        [sys.executable, "-m", "engine", "forecast", "--horizon", "4", "--season", "1", "--json"],
        input="\n".join(lines) + "\n", cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(answer) for answer in answers] == [KEYS] * 5
    assert [answer["method"] for answer in answers] == [
        "ensemble", "insufficient_history", "ensemble", "insufficient_history", "insufficient_history",
    ]  # fmt: skip
    assert {key: answers[1][key] for key in NOTHING} == NOTHING
    for answer in (answers[0], answers[2]):
        assert [len(answer[key]) for key in KEYS[1:6]] == [4] * 5
        assert 0.2 < answer["skill"] < 0.4


def test_several_processes_give_the_same_in_the_same_order():
    data = "\n".join(level(seed, 40 + seed) for seed in range(6)).encode()
    options = ForecastOptions(horizon=2)
    alone = [found.to_json() for found in forecast_lines(data, options, 1)]
    together = [found.to_json() for found in forecast_lines(data, options, 2)]
    assert alone == together
    assert len(set(alone)) == 6


def test_a_line_that_is_no_series_says_so_and_the_others_go_on(tmp_path, capsys):
    file = tmp_path / "series.csv"
    file.write_text("1,2,three\n" + level(3) + "\n")
    assert main(["forecast", str(file), "--horizon", "2", "--json"]) == EXIT_READ
    out, err = capsys.readouterr()
    first, second = map(json.loads, out.splitlines())
    assert first == {"method": "bad_input", **NOTHING}
    assert second["method"] == "ensemble"
    assert err == "line 1: 'three' is not a figure. Give figures separated by commas, nothing for a gap.\n"


def test_gaps_in_a_line(tmp_path, capsys):
    file = tmp_path / "series.csv"
    file.write_text("1,,nan,4,5,6,NA,8\n")
    assert main(["forecast", str(file), "--horizon", "1"]) == EXIT_NOTHING_FOUND
    told = "1: insufficient_history: 8 points are needed to look 1 ahead; there are 5.\n"
    assert capsys.readouterr().out == told


def test_a_horizon_that_is_none(tmp_path, capsys):
    file = tmp_path / "series.csv"
    file.write_text(level(1))
    assert main(["forecast", str(file), "--horizon", "0"]) == EXIT_WRONG_ARGUMENTS
    assert capsys.readouterr().err == "bad_input: horizon has to lie between 1 and 260, not at 0.\n"


def test_reading_reports_does_not_load_the_libraries_of_statistics():
    code = (
        "import sys, engine.__main__, engine.commands.reports; "
        "sys.exit(any(m.partition('.')[0] in ('statsmodels', 'sklearn', 'scipy') for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
