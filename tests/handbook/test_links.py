"""A link that leads nowhere is found, wherever in a finished site it stands."""

from pathlib import Path

import pytest

from handbook.links import check


def _site(folder: Path, **pages: str) -> Path:
    for name, body in pages.items():
        (folder / f"{name}.html").write_text(f"<html><head></head><body>{body}</body></html>")
    return folder


def test_a_site_without_faults(tmp_path: Path) -> None:
    site = _site(tmp_path, a='<a href="b.html#two">b</a>', b='<h2 id="two">2</h2><a href="a.html">a</a>')
    found = check(site)
    assert (found.pages, found.links, found.outside, found.problems) == (2, 2, (), ())


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="c.html">c</a>', "a.html: leads to c.html, which is not there"),
        ('<a href="b.html#three">b</a>', "a.html: leads to b.html#three, and that page has no such place"),
        ('<a href="#here">here</a>', "a.html: leads to #here, and that page has no such place"),
        ('<img src="picture.png">', "a.html: leads to picture.png, which is not there"),
        (
            '<script src="https://cdn.example/x.js"></script>',
            "a.html: fetches https://cdn.example/x.js from elsewhere",
        ),
    ],
)
def test_what_is_found(tmp_path: Path, body: str, problem: str) -> None:
    site = _site(tmp_path, a=body, b='<h2 id="two">2</h2>')
    assert check(site).problems == (problem,)


def test_addresses_outside_are_listed_and_not_asked(tmp_path: Path) -> None:
    site = _site(tmp_path, a='<a href="https://z.example/">z</a><a href="https://b.example/x#y">b</a>')
    found = check(site)
    assert found.outside == ("https://b.example/x#y", "https://z.example/")
    assert found.problems == ()


def test_a_link_to_a_folder_is_one_to_its_first_page(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    site = _site(tmp_path, a='<a href="more/">more</a>', index="<p>first</p>")
    assert check(site).problems == ("a.html: leads to more/, which is not there",)
    _site(tmp_path / "more", index="<p>more</p>")
    assert check(site).problems == ()
