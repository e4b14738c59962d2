"""Looks through a finished site: do its links lead somewhere, and does it fetch anything from elsewhere?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

# Attributes by which a page fetches something, without anybody clicking.
FETCHED = {
    ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "srcset"), ("video", "src"),
    ("link", "href"), ("form", "action"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a look through a site brought: `problems` are sentences, `outside` addresses in order."""

    pages: int
    links: int
    outside: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    anchors: frozenset[str]
    links: tuple[tuple[str, str, str], ...]  # element, attribute, address


def check(folder: Path) -> Found:
    """Every address of every page. Addresses outside are listed, never asked."""
    pages = {path: _page(path) for path in sorted(folder.rglob("*.html"))}
    outside: set[str] = set()
    problems: list[str] = []
    inside = 0
    for path, page in pages.items():
        for element, attribute, address in page.links:
            split = urlsplit(address)
            if split.scheme in ("data", "mailto", "javascript"):
                continue
            if split.scheme or split.netloc:
                outside.add(address)
                if (element, attribute) in FETCHED:
                    problems.append(f"{path.relative_to(folder)}: fetches {address} from elsewhere")
                continue
            inside += 1
            problems.extend(_followed(folder, path, unquote(split.path), unquote(split.fragment), pages))
    return Found(len(pages), inside, tuple(sorted(outside)), tuple(problems))


def _page(path: Path) -> _Page:
    tree = html.fromstring(path.read_bytes())
    anchors = {*tree.xpath("//@id"), *tree.xpath("//a/@name")}
    links = tuple(
        (str(element.tag), attribute, str(element.get(attribute)).strip())
        for element in tree.iter("a", "link", "script", "img", "iframe", "source", "video", "form")
        for attribute in ("href", "src", "srcset", "action")
        if element.get(attribute) and element.get("rel") != "canonical"
    )
    return _Page(frozenset(map(str, anchors)), links)


def _followed(folder: Path, path: Path, to: str, anchor: str, pages: dict[Path, _Page]) -> Iterator[str]:
    here = path.relative_to(folder)
    # The page of errors may stand at any address: its links begin at the root of the site.
    base = folder if to.startswith("/") else path.parent
    target = (base / to.lstrip("/")).resolve() if to else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        yield f"{here}: leads to {to}, which is not there"
    elif anchor and target in pages and anchor not in pages[target].anchors:
        yield f"{here}: leads to {to}#{anchor}, and that page has no such place"
