"""Every address that the system answers, each part of it filled with something that could be there."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

# By kind of part: what exists nowhere, so that an answer cannot depend on the rows of a test.
_SAMPLES = {
    "int": "987654",
    "uuid": "6a1f5b5e-0f0c-4b8e-9a35-0c2b1d2e3f40",
    "slug": "nobody",
    "str": "nothing",
    "path": "nothing/at/all",
}
_PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def addresses(
    patterns: list[URLPattern | URLResolver] | None = None, before: str = "/"
) -> Iterator[tuple[str, str]]:
    """The name (or the pattern) and the address of each route. Patterns that are written as regular
    expressions give one address for each of their shapes."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        for part in _filled(pattern):
            if isinstance(pattern, URLResolver):
                yield from addresses(pattern.url_patterns, before + part)
            else:
                yield pattern.name or str(pattern.pattern), before + part


def _filled(pattern: URLPattern | URLResolver) -> list[str]:
    written = pattern.pattern
    if isinstance(written, RoutePattern):
        return [_PART.sub(_sample, str(written))]
    filled = []
    for shape, names in normalize(str(written.regex.pattern)):
        filled.append(shape % dict.fromkeys(names, "nothing"))
    return filled


def _sample(part: re.Match[str]) -> str:
    return _SAMPLES.get(part["kind"] or "str", "1")
