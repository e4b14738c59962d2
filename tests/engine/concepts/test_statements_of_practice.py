"""Every key line of statements as many trades print them gets its concept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.concepts.mapping import map_rows
from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import StatementKind
from tests.engine.made_tables import table

FILE = Path(__file__).with_name("statements_of_practice.txt")
KINDS = {
    "IS": StatementKind.INCOME_STATEMENT,
    "BS": StatementKind.BALANCE_SHEET,
    "CF": StatementKind.CASH_FLOW_STATEMENT,
}


def statements() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The name of each statement and its lines, with the concepts that are right for each."""
    name, lines = "", []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line[:5] in ("# IS ", "# BS ", "# CF "):
            if lines:
                yield name, lines
            name, lines = line[2:], []
        elif name and line:
            label, _, wanted = line.partition(" >") if not line.startswith("[") else (line, "", "")
            lines.append((label, wanted.strip()))
    yield name, lines


@pytest.mark.parametrize(("name", "lines"), list(statements()), ids=[name for name, _ in statements()])
def test_every_key_line_gets_its_concept(name, lines):
    rows = [
        (label.strip("[]"),)
        if label.startswith("[")
        else (label, f"{1000 + 37 * n * n}", f"{2011 + 74 * n * n}")
        for n, (label, _) in enumerate(lines)
    ]
    found = map_rows(table(KINDS[name[:2]], rows), load_taxonomy())
    missed = [
        f"{label}: {mapping.concept}, wanted {wanted}"
        for (label, wanted), mapping in zip(lines, found, strict=True)
        if wanted and mapping.concept not in wanted.split("|")
    ]
    assert missed == []
