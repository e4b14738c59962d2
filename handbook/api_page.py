"""The parts of the API's pages that are made from its OpenAPI description."""

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VERBS = ("get", "post", "put", "patch", "delete")
PAGINATED = "Paginated"
PREFIXES = {
    "/api/v1/": "Under /api/v1/",
    "/api/background-tasks/": "Under /api/background-tasks/",
    "/": "Without a prefix",
}

Json = dict[str, Any]


def schema_json() -> str:
    """The OpenAPI description of this code, whatever the settings of the machine say."""
    with tempfile.TemporaryDirectory(prefix="tenfold-schema-") as state:
        done = subprocess.run(
            [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"],
            cwd=ROOT,
            env={
                "PATH": os.environ.get("PATH", ""),
                "SECRET_KEY": "only to describe the API; nothing is signed with it",
                "TENFOLD_ENV_FILE": os.devnull,
                "TENFOLD_STATE_DIR": state,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"The description of the API could not be made: {done.stderr.strip()}")
    return done.stdout


@functools.cache
def _schema() -> Json:
    schema: Json = json.loads(schema_json())
    return schema


def operations() -> str:
    """What can be asked for, in Markdown, by prefix and address."""
    paths: Json = _schema()["paths"]
    lines: list[str] = []
    for prefix, heading in PREFIXES.items():
        lines += ["", f"## {heading}", ""]
        for path in sorted(path for path in paths if _prefix_of(path) == prefix):
            for verb in VERBS:
                if verb in paths[path]:
                    lines += _operation(verb.upper(), path, paths[path][verb])
    return "\n".join(lines) + "\n"


def shapes() -> str:
    """What is taken and given, in Markdown, by name."""
    lines: list[str] = []
    for name, schema in sorted(_schema()["components"]["schemas"].items()):
        if not name.startswith(PAGINATED):
            lines += ["", f"## {name}", "", *_shape(schema)]
    return "\n".join(lines) + "\n"


def _prefix_of(path: str) -> str:
    return next(prefix for prefix in PREFIXES if path.startswith(prefix))


def _operation(verb: str, path: str, operation: Json) -> Iterator[str]:
    yield f"### {verb} `{path}`"
    yield ""
    yield _line(operation.get("description", ""))
    yield ""
    if parameters := operation.get("parameters"):
        yield "| Parameter | Kind | What it says |"
        yield "|---|---|---|"
        for one in sorted(parameters, key=lambda one: (one["in"] != "path", one["name"])):
            place = ", in the address" if one["in"] == "path" else ", needed" if one.get("required") else ""
            yield f"| `{one['name']}` | {_kind(one['schema'])}{place} | {_line(one.get('description', ''))} |"
        yield ""
    if body := operation.get("requestBody"):
        yield f"Takes {_contents(body)}."
        yield ""
    for status, answer in operation.get("responses", {}).items():
        said = _line(answer.get("description", ""))
        yield f"- **{status}**: {_contents(answer)}{'. ' + said if said else ''}"
    yield ""


def _contents(holder: Json) -> str:
    """The shape of a body or an answer, with a link to it."""
    contents = holder.get("content", {}).values()
    kinds = {_kind(content["schema"]) for content in contents if "schema" in content}
    return " or ".join(sorted(kinds)) or "no content"


def _shape(schema: Json) -> Iterator[str]:
    if said := _line(schema.get("description", "")):
        yield said
        yield ""
    if "properties" not in schema:
        yield f"{_kind(schema)}"
        return
    yield "| Field | Kind | What it says |"
    yield "|---|---|---|"
    required = schema.get("required", [])
    for name, one in schema["properties"].items():
        optional = "" if name in required else ", may be left out"
        yield f"| `{name}` | {_kind(one)}{optional} | {_line(one.get('description', ''))} |"


def _kind(schema: Json) -> str:
    """A shape in a few words: `list of [Fact](…)`, `string (date)`, `one of a, b`."""
    if reference := schema.get("$ref"):
        name = str(reference).rsplit("/", 1)[-1]
        if name.startswith(PAGINATED):
            name = name.removeprefix(PAGINATED).removesuffix("List")
            return f"a page of [{name}](api-shapes.md#{name.lower()})"
        return f"[{name}](api-shapes.md#{name.lower()})"
    for together in ("allOf", "oneOf", "anyOf"):
        if together in schema:
            return " or ".join(dict.fromkeys(_kind(one) for one in schema[together] if one))
    nullable = " or null" if schema.get("nullable") else ""
    if "enum" in schema:
        values = ", ".join(f"`{one}`" for one in schema["enum"] if one not in ("", None))
        return f"one of {values}{nullable}"
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}{nullable}"
    kind = schema.get("type", "any value")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    if kind == "object" and isinstance(values := schema.get("additionalProperties"), dict) and values:
        return f"object of {_kind(values)}{nullable}"
    return kind + (f" ({schema['format']})" if "format" in schema else "") + nullable


def _line(text: str) -> str:
    """A text on one line, which cells of tables need."""
    return " ".join(text.split()).replace("|", "\\|")
