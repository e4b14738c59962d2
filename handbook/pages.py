"""The text of a page of the repository as it goes into the site.

Links are written as they hold in the repository, so that they lead somewhere when it is read there. In the
site, those to a page of it are kept, and those to a file that is not part of it become plain text. A line
`<!-- made: NAME -->` is where a made part of a page goes.
"""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from handbook import api_page, commands_page, decisions_page, schedules_page, settings_page

ROOT = Path(__file__).resolve().parent.parent

# Pages of the site that are files elsewhere in the project: all at its top but the readme.
ELSEWHERE = {
    "benchmark-results.md": "benchmarks/RESULTS.md",
    **{
        f"{path.stem.lower()}.md": path.name for path in sorted(ROOT.glob("*.md")) if path.name != "README.md"
    },
}
# Parts of pages that are made when the site is built.
MADE: dict[str, Callable[[], str]] = {
    "commands": commands_page.table,
    "decisions": decisions_page.links,
    "operations": api_page.operations,
    "schedules": schedules_page.table,
    "settings": settings_page.tables,
    "shapes": api_page.shapes,
}
# What else a link of the repository may lead to, and the page that says the same.
SAID_BY = {"README.md": "index.md", ".env.example": "settings.md", "docs/decisions": "decisions/README.md"}

PLACE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<to>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def in_site(name: str, markdown: str) -> tuple[str, list[str]]:
    """The text of the page `name` of the site, and a sentence for each thing that is wrong with it."""
    source = PurePosixPath(ELSEWHERE.get(name) or f"docs/{name}")
    kept: list[str] = []
    problems: list[str] = []
    last = 0
    for fence in FENCE.finditer(markdown):
        kept += [_relinked(markdown[last : fence.start()], name, source, problems), fence[0]]
        last = fence.end()
    kept.append(_relinked(markdown[last:], name, source, problems))
    # Last: made parts have their links as they hold in the site.
    return PLACE.sub(lambda place: _made(place[1], source, problems), "".join(kept)), problems


def _made(part: str, source: PurePosixPath, problems: list[str]) -> str:
    if part in MADE:
        return MADE[part]()
    problems.append(f"{source} asks for the made part {part}: there are {', '.join(sorted(MADE))}.")
    return ""


def _relinked(text: str, name: str, source: PurePosixPath, problems: list[str]) -> str:
    def instead(link: "re.Match[str]") -> str:
        to, anchor = link["to"], link["anchor"] or ""
        if re.match(r"[a-z]+:", to):
            return link[0]
        target = normpath(source.parent / to)
        page = _page_of(target)
        if page:
            return f"[{link['text']}]({relpath(page, PurePosixPath(name).parent)}{anchor})"
        if not (ROOT / target).exists():
            problems.append(f"{source} links to {to}, which is not there.")
        return link["text"]

    return LINK.sub(instead, text)


def _page_of(target: str) -> str | None:
    """The page of the site that a file of the repository is."""
    for page, source in ELSEWHERE.items():
        if source == target:
            return page
    if target in SAID_BY:
        return SAID_BY[target]
    page = target.removeprefix("docs/")
    return page if page != target and (ROOT / target).is_file() else None
