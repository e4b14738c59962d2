"""The tasks there are, by name."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from celery import Task, current_app
from django.core.serializers.json import DjangoJSONEncoder

from jobs.errors import UnknownTask, WrongArguments


class Route(Protocol):
    """Where a task goes and how long it may take, in seconds; a row of `settings.TASK_ROUTES`.

    `shared_gap` is the number of seconds between two starts, over all workers together.
    """

    @property
    def queue(self) -> str: ...
    @property
    def soft(self) -> int: ...
    @property
    def hard(self) -> int: ...
    @property
    def max_retries(self) -> int: ...
    @property
    def rate_limit(self) -> str | None: ...
    @property
    def shared_gap(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Definition:
    """A registered task. `steps` are the names it reports, in order, where it declares them."""

    name: str
    function: Callable[..., Any]
    route: Route
    steps: tuple[str, ...]
    celery_task: Task

    @property
    def summary(self) -> str:
        """The first sentence of the docstring."""
        first = " ".join((inspect.getdoc(self.function) or "").partition("\n\n")[0].split())
        sentence, full_stop, _ = first.partition(". ")
        return sentence + full_stop.strip()

    def accepts(self, argument: str) -> bool:
        return argument in inspect.signature(self.function).parameters

    def takes_only(self, argument: str) -> bool:
        """Whether it can be called with this argument alone."""
        parameters = list(inspect.signature(self.function).parameters.values())[1:]  # the first is the run
        required = [one.name for one in parameters if one.default is inspect.Parameter.empty]
        return self.accepts(argument) and set(required) <= {argument}

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as they will come back from JSON.

        Raises:
            WrongArguments: the function cannot be called with them, or they are no JSON.
        """
        try:
            inspect.signature(self.function).bind(None, **arguments)
            return json.loads(json.dumps(arguments, cls=DjangoJSONEncoder, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise WrongArguments(f"The task {self.name} cannot be started like this: {error}.") from error


_definitions: dict[str, Definition] = {}


def register(definition: Definition) -> None:
    _definitions[definition.name] = definition


def definitions() -> dict[str, Definition]:
    """All tasks by name."""
    current_app.loader.import_default_modules()
    return dict(sorted(_definitions.items()))


def registered() -> dict[str, Definition]:
    """The tasks whose modules are imported already, for whoever must not have Celery import them."""
    return dict(_definitions)


def find(name: str) -> Definition:
    """The task of this name.

    Raises:
        UnknownTask: there is none.
    """
    if name not in _definitions:
        # A web process has not imported the task modules; a worker has.
        current_app.loader.import_default_modules()
    try:
        return _definitions[name]
    except KeyError:
        raise UnknownTask(f"There is no task named {name!r}.") from None
