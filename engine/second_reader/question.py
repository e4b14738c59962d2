"""What a model is asked: a versioned prompt, document text fenced as data, a strict schema."""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.data_file import read_data
from engine.errors import BadInput

FOLDER = Path(__file__).with_name("prompts")
LONGEST_LINE = 240  # characters of one printed line
LETTERS_PER_TOKEN = 3  # of a tokenizer; a low figure, so that the estimate is rather too high


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text of `prompts/<name>.<version>.md`, which never changes once it has been used."""

    name: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `schema` is a strict JSON schema of the answer, `most_tokens` how long the
    answer may become. Two questions with the same digest are the same question."""

    prompt: Prompt
    user: str
    schema: Mapping[str, Any]
    most_tokens: int

    @property
    def digest(self) -> str:
        """A hash of everything that is asked."""
        parts = [self.prompt.name, self.prompt.version, self.prompt.text, self.user, self.schema]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def estimated_tokens(self) -> int:
        """About how many tokens the question has, rather too many than too few."""
        letters = len(self.prompt.text) + len(self.user) + len(json.dumps(self.schema))
        return letters // LETTERS_PER_TOKEN + 50


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered. `truncated` where it stopped for want of room."""

    text: str
    truncated: bool = False


# Answers a question, from a model or from what a model answered before. Raises what its owner likes;
# nothing of it is caught here.
Complete = Callable[[Question], Completion]


@cache
def load_prompt(name: str) -> Prompt:
    """The current version of a prompt. Raises BadInput for a name that is not listed."""
    listed = read_data(FOLDER / "versions.yaml")
    if name not in listed:
        raise BadInput(f"There is no prompt {name!r}. Use one of {', '.join(sorted(listed))}.")
    version = int(listed[name]["version"])
    text = (FOLDER / f"{name}.{version}.md").read_text(encoding="utf-8")
    return Prompt(name, version, text)


def prompt_versions() -> str:
    """Names and versions of all prompts, for the key under which readings are kept."""
    listed = read_data(FOLDER / "versions.yaml")
    return " ".join(f"{name}.{listed[name]['version']}" for name in sorted(listed))


def fenced(lines: Sequence[str]) -> str:
    """Printed lines between two marks that the document cannot know: they are made from its own hash.

    Each line is cut to a length and freed of control and direction characters, so that a line stays
    one line whatever the document holds.
    """
    cleaned = [plain_line(line) for line in lines]
    mark = "document-" + hashlib.sha256("\n".join(cleaned).encode()).hexdigest()[:16]
    return "\n".join([f"<{mark}>", *cleaned, f"</{mark}>"])


def plain_line(text: str) -> str:
    """The text on one line, without characters that steer a reader instead of being read."""
    seen = "".join(c if unicodedata.category(c)[0] not in "C" else " " for c in text.replace("\u2028", " "))
    return seen.replace("\u2029", " ").rstrip()[:LONGEST_LINE]


def object_schema(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A strict schema of an object: all of these properties and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": dict(properties),
    }


def list_schema(item: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of a list of such items."""
    return {"type": "array", "items": dict(item)}
