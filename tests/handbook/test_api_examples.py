"""Every address in the examples of the API is there, and takes the method it is shown with."""

import re
import uuid

import pytest
from django.urls import Resolver404, resolve

from tests.conftest import ROOT

PAGES = (
    "README.md",
    "docs/api.md",
    "docs/faq.md",
    "docs/monitoring.md",
    "docs/search.md",
    "docs/vintages.md",
)
# In blocks as they are typed, and in sentences: `POST /api/v1/workbooks/`.
TYPED = re.compile(
    r"^(?:tf|curl)\b(?P<line>.*?)(?:\$TENFOLD|http://localhost:8000)(?P<path>/[^\s\"?]*)", re.M
)
SAID = re.compile(r"`(?P<method>GET|POST|DELETE) (?P<path>/[^\s`?]*)`")


def _examples() -> list[tuple[str, str, str]]:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text()
        for match in TYPED.finditer(text):
            method = re.search(r"-X (\w+)", match["line"])
            posts = method[1] if method else "POST" if " -F " in match["line"] else "GET"
            found.append((page, posts, match["path"]))
        found += [(page, match["method"], match["path"]) for match in SAID.finditer(text)]
    return found


def test_there_are_examples() -> None:
    assert len(_examples()) > 60
    assert ("docs/api.md", "DELETE", "/api/v1/tasks/<task_id>") in _examples()


@pytest.mark.parametrize(("page", "method", "path"), _examples())
def test_the_address_is_there(page: str, method: str, path: str) -> None:
    filled = re.sub(r"<task_id>|<id>", str(uuid.UUID(int=0)), path)
    try:
        found = resolve(filled)
    except Resolver404:
        found = resolve(filled.replace(str(uuid.UUID(int=0)), "1"))
    view = found.func
    actions = getattr(view, "actions", None) or {}
    kind = getattr(view, "view_class", None) or getattr(view, "cls", None)
    allowed = {name.upper() for name in actions} or {
        name for name in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(kind, name.lower())
    }
    assert method in allowed, f"{page}: {method} {path} takes {sorted(allowed)}"
