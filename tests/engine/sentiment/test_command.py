"""`python -m engine sentiment`: one line in, one line out."""

import json
import subprocess
import sys


def run(text, *options):
    return subprocess.run(
        [sys.executable, "-m", "engine", "sentiment", *options],
        input=text.encode(),
        capture_output=True,
        check=False,
    )


def test_one_line_of_json_for_each_sentence():
    done = run("Sales fell 5 %\n\nThe company has about 200 employees\n", "--json")

    assert done.returncode == 0
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [(line["label"], line["score"]) for line in lines] == [
        ("negative", -0.5),
        ("neutral", 0.0),
        ("neutral", 0.0),
    ]
    assert lines[0]["terms"] == [
        {
            "text": "Sales fell",
            "effect": -1.0,
            "because": "sharp movements downward, in the press mostly of prices, sales and profits",
        }
    ]


def test_a_file_for_people(tmp_path):
    (tmp_path / "lines.txt").write_text("Profits rose.\n")

    done = subprocess.run(
        [sys.executable, "-m", "engine", "sentiment", str(tmp_path / "lines.txt")],
        capture_output=True,
        check=False,
    )

    assert done.stdout.decode() == "positive +0.55  [Profits rose +1.20]  Profits rose.\n"


def test_nothing_to_read_is_said():
    assert run("", "--json").returncode == 1
