"""What MkDocs is told beside `mkdocs.yml`: the pages that stand elsewhere, and the text of each page."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from handbook.pages import ELSEWHERE, in_site

ROOT = Path(__file__).resolve().parent.parent
# As those of strict MkDocs itself, a warning keeps the site from being built.
log = logging.getLogger("mkdocs.handbook")


# Where a page goes that has no place in the navigation yet: found, though not where one would look first.
UNPLACED = "For operators"


def on_config(config: MkDocsConfig) -> None:
    """Give every page a place in the navigation."""
    placed = set(_pages(config.nav))
    known = [*(path.name for path in Path(config.docs_dir).glob("*.md")), *ELSEWHERE]
    section = next(entry[UNPLACED] for entry in config.nav or () if UNPLACED in entry)
    section += sorted(set(known) - placed)


def _pages(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    else:
        for below in entry.values() if isinstance(entry, dict) else entry or ():
            yield from _pages(below)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that `docs/` does not have."""
    for name, source in ELSEWHERE.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:
    """The text of a page as it goes into the site."""
    text, problems = in_site(page.file.src_uri, markdown)
    for problem in problems:
        log.warning(problem)
    return text
