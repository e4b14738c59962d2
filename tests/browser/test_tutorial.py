"""The tutorial holds in every step: a fresh installation, started as a newcomer starts it, and a browser."""

import re

import pytest
from playwright.sync_api import Page

from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_newcomer_gets_through_the_tutorial(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    from screens import tenfold
    from tutorial import go_through

    pictures: dict[str, bytes] = {}
    with tenfold(None) as (address, password):
        go_through(page, address, password, lambda picture, name: pictures.update({name: picture}))
    shown = re.findall(r"images/tutorial/([\w-]+)\.png", (ROOT / "docs" / "tutorial.md").read_text())
    assert sorted(pictures) == sorted(shown)
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
