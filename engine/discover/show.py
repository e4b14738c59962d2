"""What a page offers, for the command line and for other programs."""

import json
from collections.abc import Sequence

from engine.discover.links import PageLinks
from engine.discover.rank import LinkRole, RankedLink, Site, rank_link
from engine.discover.urls import normalise_url
from engine.errors import BadInput

PAGES_SHOWN = 50


def ranked_links(page: PageLinks, url: str) -> tuple[RankedLink, ...]:
    """The links of a page, each address once with the words that say most about it."""
    site = Site(url)
    best: dict[str, RankedLink] = {}
    for link in page.links:
        ranked = rank_link(link, site)
        try:
            key = normalise_url(link.url)
        except BadInput:
            continue
        known = best.get(key)
        if known is None or _promise(ranked) > _promise(known):
            best[key] = ranked
    return tuple(best.values())


def links_to_json(page: PageLinks, ranked: Sequence[RankedLink]) -> str:
    """One object: `blocked` (why nothing can be seen, or null), `links` to documents in the order of
    the page, `next_pages` with the most promising first, `warnings`."""
    documents = [
        {
            "url": found.link.url,
            "title": found.link.text or found.link.context,
            "kind": found.kind.value,
            "fiscal_year": found.fiscal_year,
            "confidence": found.confidence,
            "evidence": list(found.reasons),
        }
        for found in ranked
        if found.role is LinkRole.DOCUMENT
    ]
    answer = {
        "blocked": _blocked(page, ranked),
        "links": documents,
        "next_pages": [found.link.url for found in _pages(ranked)],
        "warnings": list(page.warnings),
    }
    return json.dumps(answer, ensure_ascii=False, indent=1)


def show_links(page: PageLinks, ranked: Sequence[RankedLink]) -> str:
    """The same for people."""
    lines = [page.title or "(no title)"]
    blocked = _blocked(page, ranked)
    if blocked is not None:
        lines.append(f"Nothing can be seen: {blocked}.")
    for found in ranked:
        if found.role is LinkRole.DOCUMENT:
            year = found.fiscal_year or "    "
            lines.append(f"{found.kind.value:22} {year} {found.confidence:4.2f}  {found.link.url}")
    lines += [f"next: {found.link.url}" for found in _pages(ranked)[:10]]
    return "\n".join([*lines, *page.warnings])


def _promise(found: RankedLink) -> tuple[bool, float, float]:
    return found.role is LinkRole.DOCUMENT, found.confidence, found.score


def _pages(ranked: Sequence[RankedLink]) -> list[RankedLink]:
    pages = [found for found in ranked if found.role is LinkRole.PAGE and found.score > 0]
    return sorted(pages, key=lambda found: -found.score)[:PAGES_SHOWN]


def _blocked(page: PageLinks, ranked: Sequence[RankedLink]) -> str | None:
    """Why a page that shows nothing may have more: a page whose scripts fetch its lists and that names
    no report is as good as empty."""
    if page.challenge:
        return "challenge"
    has_reports = any(found.is_report for found in ranked)
    return "needs_script" if page.needs_script or (page.lists_by_script and not has_reports) else None
