"""The examples of a page: what is typed in its `console` blocks, and what is printed there.

    $ command, or the first line of one
    what it prints

A command goes on in the next line behind a backslash, and up to its mark behind `<< 'MARK'`.
"""

import re
from dataclasses import dataclass

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HERE = re.compile(r"<< '(\w+)'$")


@dataclass(frozen=True, slots=True)
class Example:
    """One command as it is typed, and the lines it prints. `block` counts the blocks of its page from 0."""

    block: int
    command: str
    output: str


def examples(page: str) -> list[Example]:
    """All examples of a page in Markdown, in their order."""
    return [
        Example(number, command, output)
        for number, block in enumerate(BLOCK.findall(page))
        for command, output in _of_block(block.splitlines())
    ]


def _of_block(lines: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[list[str], list[str]]] = []
    mark = ""
    goes_on = False
    for line in lines:
        if mark or goes_on:
            found[-1][0].append(line)
            mark = "" if line == mark else mark
            goes_on = not mark and line.endswith("\\")
        elif line.startswith("$ "):
            found.append(([line[2:]], []))
            begun = HERE.search(line)
            mark = begun[1] if begun else ""
            goes_on = line.endswith("\\")
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"A console block begins with a command, not with {line!r}.")
    return [("\n".join(typed), "".join(f"{line}\n" for line in printed)) for typed, printed in found]
