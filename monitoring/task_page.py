"""The page that describes every task, made from the tasks themselves.

Queue and limits come from the table of routes, what a task takes from its signature, what it does and
gives from its docstring: a first line, and a paragraph that begins with "Gives".
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from celery import current_app

from jobs.registry import Route, registered

BEGIN = "<!-- tasks: made by `./run manage document_tasks` -->"
END = "<!-- end of tasks -->"
_HEAD = (
    "| Task | Queue | Soft limit | Hard limit | Retries | Rate | Takes | Does | Gives |",
    "|---|---|---|---|---|---|---|---|---|",
)
_EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True)
class Described:
    """What a task says of itself; empty where it says nothing."""

    takes: str
    does: str
    gives: str
    steps: tuple[str, ...]


def describe(name: str) -> Described:
    """Raises KeyError where no task of that name is registered; their modules have to be imported."""
    definition = registered().get(name)
    function: Callable[..., Any] = definition.function if definition else current_app.tasks[name].run
    paragraphs = [" ".join(part.split()) for part in (inspect.getdoc(function) or "").split("\n\n")]
    gives = next((part for part in paragraphs[1:] if part.startswith("Gives ")), "")
    return Described(
        takes=_takes(function),
        does=paragraphs[0],
        gives=gives.removeprefix("Gives "),
        steps=definition.steps if definition else (),
    )


def table(routes: Mapping[str, Route]) -> str:
    """The table of these tasks, one line each, in the order of the routes."""
    return "\n".join((*_HEAD, *(_row(name, route) for name, route in routes.items())))


def with_table(page: str, routes: Mapping[str, Route]) -> str:
    """The page with its table made anew. Raises ValueError where it has no place for one."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page has to hold the lines {BEGIN!r} and {END!r}.")
    return f"{before}{BEGIN}\n{table(routes)}\n{END}{after}"


def _row(name: str, route: Route) -> str:
    described = describe(name)
    rate = route.rate_limit or "—"
    if route.shared_gap is not None:
        rate += f" {_EVERYWHERE}"
    does = described.does
    if described.steps:
        does += f" Steps: {_words(described.steps)}."
    cells = (
        f"`{name}`",
        route.queue,
        _duration(route.soft),
        _duration(route.hard),
        str(route.max_retries),
        rate,
        described.takes or "—",
        does,
        described.gives.removesuffix(".") or "—",
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _takes(function: Callable[..., Any]) -> str:
    """The parameters but the first, which is the run itself, with their defaults."""
    parameters = list(inspect.signature(function).parameters.values())
    if parameters and parameters[0].name in ("run", "me"):
        parameters = parameters[1:]
    shown = []
    for parameter in parameters:
        has_default = parameter.default not in (inspect.Parameter.empty, None, False, "")
        shown.append(f"`{parameter.name}`" + (f" ({parameter.default})" if has_default else ""))
    return ", ".join(shown)


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _duration(seconds: int) -> str:
    """27.5 min, 2 h: as one says it."""
    if seconds >= 7200 and seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    return f"{seconds} s" if seconds < 60 else f"{seconds / 60:g} min"
