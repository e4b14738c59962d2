"""The content security policy: what each kind of page is sent, and that our templates live with it."""

import re
from pathlib import Path

import pytest
import unfold
from django.template import engines
from django.test import Client

from tests.conftest import ROOT

STRICT = {
    "default-src": "'none'",
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# Scripts in a page, event handlers, styles as element or attribute; not Alpine's `x-bind:style`.
FORBIDDEN = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|(?<![\w:.-])style=|(?<![\w:.-])on[a-z]+=|javascript:", re.IGNORECASE
)


def policy(answer: object) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")  # type: ignore[attr-defined]
    return dict(part.strip().split(" ", 1) for part in parts)


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/companies/company/", "/admin/jobs/taskrun/", "/api/docs/"]
)
@pytest.mark.django_db
def test_every_page_is_sent_the_strict_policy_and_holds_nothing_against_it(
    admin_client: Client, path: str
) -> None:
    answer = admin_client.get(path)
    assert answer.status_code == 200
    assert policy(answer) == STRICT
    # What templates of others write as well; json_script writes data, which is not run.
    page = re.sub(r'<script id="[^"]+" type="application/json">', "", answer.content.decode())
    assert FORBIDDEN.findall(page) == []


@pytest.mark.django_db
def test_strangers_and_wrong_addresses_are_sent_it_too(client: Client) -> None:
    assert policy(client.get("/admin/login/")) == STRICT
    assert policy(client.get("/nowhere/")) == STRICT


@pytest.mark.django_db
def test_only_the_api_as_pages_may_hold_styles(admin_client: Client) -> None:
    page = admin_client.get("/api/v1/", HTTP_ACCEPT="text/html")
    assert policy(page) == {**STRICT, "style-src": "'self' 'unsafe-inline'"}
    data = admin_client.get("/api/v1/", HTTP_ACCEPT="application/json")
    assert policy(data) == STRICT


def test_the_description_of_the_api_asks_for_its_script(admin_client: Client) -> None:
    answer = admin_client.get("/api/docs/?script=")
    assert answer["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle(" in answer.content


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_our_templates_hold_no_script_style_or_handler(template: Path) -> None:
    assert FORBIDDEN.findall(template.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "<script>go()</script>",
        '<p style="color: red">',
        "<a onclick=go()>",
        "<style>",
        '<a href="javascript:go()">',
        '<SCRIPT type="module">',
    ],
)
def test_the_rule_finds_what_it_looks_for(line: str) -> None:
    assert FORBIDDEN.search(line)


@pytest.mark.parametrize(
    "line", ['<script src="/a.js" defer></script>', '<p x-bind:style="{}">', '<p data-on="x">', "version=1"]
)
def test_the_rule_leaves_the_rest_alone(line: str) -> None:
    assert not FORBIDDEN.search(line)


def test_the_bar_of_actions_is_the_themes_but_for_its_style() -> None:
    """A new version of the theme that changes the template is noticed here."""
    theirs = (Path(unfold.__file__).parent / "templates" / "admin" / "actions.html").read_text()
    before, after = "\"'width: ' + changeListWidth + 'px'\"", "\"{ width: changeListWidth + 'px' }\""
    assert theirs.count(before) == 1
    ours = engines["django"].get_template("admin/actions.html").template.source
    assert ours == theirs.replace(before, after)
