"""What MkDocs is told beside `mkdocs.yml`: the pages that stand elsewhere, and the text of each page."""

import logging
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from handbook.pages import ELSEWHERE, in_site

ROOT = Path(__file__).resolve().parent.parent
# As those of strict MkDocs itself, a warning keeps the site from being built.
log = logging.getLogger("mkdocs.handbook")


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
