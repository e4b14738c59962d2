"""The site as a whole: strictly built, every page in the navigation, nothing fetched from elsewhere."""

from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="./run docs installs what builds the site")
pytest.importorskip("material", reason="./run docs installs what builds the site")


def test_the_site_is_built_without_a_warning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from handbook.__main__ import main

    assert main(["--into", str(tmp_path)]) == 0, capfd.readouterr()
    settings = (tmp_path / "settings.html").read_text()
    assert "<code>TENFOLD_READING_SECONDS</code>" in settings
    assert '<code class="language-text">' not in settings
    assert (tmp_path / "search" / "search_index.json").is_file()
    assert "https://fonts" not in (tmp_path / "index.html").read_text()


def test_a_page_without_a_place_in_the_navigation_gets_one(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from handbook.site import on_config

    (tmp_path / "index.md").touch()
    (tmp_path / "new.md").touch()
    nav = [{"What it is": "index.md"}, {"For operators": [{"Settings": "settings.md"}]}]
    on_config(SimpleNamespace(nav=nav, docs_dir=str(tmp_path)))  # type: ignore[arg-type]
    placed = nav[1]["For operators"]
    assert placed[0] == {"Settings": "settings.md"}
    assert "new.md" in placed
    assert "architecture.md" in placed
    assert "index.md" not in placed
