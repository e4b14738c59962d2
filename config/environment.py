"""Settings read from the environment. A wrong value stops the start with a sentence naming it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

from stack.environment import UnreadableSecret, value_of

Value = TypeVar("Value")

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def load_file(path: Path) -> None:
    """Take from a `.env` file what the environment does not say itself."""
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    """A setting as it is written, or as the file holds it that NAME_FILE names, without the blanks around."""
    try:
        return value_of(name) or default
    except UnreadableSecret as error:
        raise ImproperlyConfigured(str(error)) from None


def flag(name: str, default: bool = False) -> bool:
    """A yes or no."""
    written = text(name).lower()
    if not written:
        return default
    if written in _TRUE | _FALSE:
        return written in _TRUE
    raise ImproperlyConfigured(f"{name} is {written!r}. Write true or false.")


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within its bounds, both allowed."""
    written = text(name)
    try:
        value = int(written) if written else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {written!r}. Write a whole number.") from None
    if value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"between {least} and {most}"
        raise ImproperlyConfigured(f"{name} is {value}. It has to be {bounds}.")
    return value


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of a few words, in any case."""
    value = text(name, default)
    for word in allowed:
        if value.lower() == word.lower():
            return word
    raise ImproperlyConfigured(f"{name} is {value!r}. Write one of: {', '.join(allowed)}.")


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """Several values with commas between them."""
    written = text(name)
    if not written:
        return list(default)
    return [part.strip() for part in written.split(",") if part.strip()]


def folder(name: str, default: Path) -> Path:
    """A folder, made absolute."""
    return Path(text(name, str(default))).expanduser().absolute()


def parsed(name: str, default: str, parse: Callable[[str], Value]) -> Value:
    """A value with a grammar of its own; `parse` raises ValueError with what is wrong."""
    value = text(name, default)
    try:
        return parse(value)
    except (ValueError, KeyError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} cannot be used: {error}") from None
