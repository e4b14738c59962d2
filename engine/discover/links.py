"""Links with the words around them, out of pages, sitemaps, feeds and JSON.

A page is read once, from its start to its end, without recursion; every list has a bound. What is
beyond a bound is left out and named in `warnings`, so a hostile page is cut and never hangs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.discover.json_links import JsonLink, json_links, json_links_in_script
from engine.discover.markup import (
    MENU_TAGS,
    MOST_ATTRIBUTES,
    is_menu,
    parsed,
    says_file,
    without_attribute_floods,
)
from engine.discover.pages import (
    challenge_in,
    feed_paths,
    generic_words,
    lists_by_script,
    needs_script,
    url_attributes,
)
from engine.discover.urls import absolute_url, looks_like_file
from engine.discover.words import tokens

LARGEST_PAGE = 10 * 1024 * 1024  # bytes
MOST_ELEMENTS = 200_000
MOST_LINKS = 20_000
DEEPEST_ELEMENT = 200  # beyond this depth libxml2 itself stops
LONGEST_CONTEXT = 300  # characters
LONGEST_TEXT = 400
LONGEST_TITLE = 30  # characters of a column's heading
LONGEST_LEAD = 90  # characters of a text before a link that names it
MOST_LEADS = 6  # elements around a link whose leads are looked at
MOST_LINKS_IN_CONTEXT = 8  # a block with more links is a list, not one entry
LARGEST_SCRIPT = 2 * 1024 * 1024

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "caption": 7, "legend": 7, "summary": 7}
_HEADING_CLASS = re.compile(r"(?:^|[\s_-])(?:heading|headline|accordion-(?:title|header|button))(?:$|[\s_-])")
_SILENT_TAGS = frozenset({"script", "style", "noscript", "template", "svg", "head"})
_ENDS_OF_LEADS = frozenset({"main", "body", "html", "nav", "footer", "header"})
_YEAR_IN_CELL = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ORDINAL = re.compile(r"[1-4]|I{1,3}|IV")
_SEPARATORS = frozenset(" |·•-–—/:;,.()[]")
_BLOCK_TAGS = frozenset({"main", "body", "html", "section", "table", "tbody", "ul", "ol"})
_YEAR_NAME = re.compile(r"year|jahr|annee|jaar|anno|año|ano|år", re.IGNORECASE)
_QUOTED = re.compile(r"""['"]([^'"\s<>]{4,1000})['"]""")
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands.

    `text` is what a visitor clicks on (or its label for screen readers), `context` the entry it
    belongs to (row, card, list item) with its column's heading, `heading` the headings and tabs
    above it, outermost first, or the page's title where there is none. `source` is where it was
    found: anchor, menu, data_attribute, onclick, script, iframe, option, form, next_page, feed,
    refresh, sitemap or json. `is_file` where the page itself says that a document is behind it.
    """

    url: str
    text: str = ""
    context: str = ""
    heading: str = ""
    source: str = "anchor"
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class PageLinks:
    """What a page offers. With `challenge` it asks for a human being; with `needs_script` it is
    empty until a browser has run its scripts; with `lists_by_script` its lists may be. In none of
    these cases does an absence of links say that the site has no reports."""

    title: str
    links: tuple[Link, ...]
    needs_script: bool
    challenge: bool
    warnings: tuple[str, ...] = ()
    lists_by_script: bool = False


@dataclass(slots=True)
class _Element:
    """What is kept of an element while the page is read: its place and what its text amounts to."""

    parent: int
    tag: str
    number: int  # ordinal among its siblings, counting only cells of a row
    in_menu: bool
    text: list[str] = field(default_factory=list)
    length: int = 0
    links: set[str] = field(default_factory=set)
    linking: dict[str, int] = field(default_factory=dict)  # children with links, by tag
    label: str = ""  # the name of the tab that shows this element
    lead: str = ""  # the last run of text without links
    is_lead_over: bool = False  # a link has followed it
    header: tuple[str, ...] = ()  # of a table: the texts of its heading row
    paired: str = ""  # of a row: each cell behind the heading of its column


@dataclass(slots=True)
class _Found:
    """A link on the way to becoming one: the element it stands in and its own words."""

    url: str
    element: int
    source: str
    words: str
    heading: str
    leads: tuple[str, ...] = ()  # what stands before it, the nearest first
    is_file: bool = False


def links_in_html(body: bytes, base_url: str, charset: str | None = None) -> PageLinks:
    """All links of a page. `base_url` is the address the page was fetched from, `charset` the one
    named in its Content-Type, where one was."""
    warnings: list[str] = []
    if len(body) > LARGEST_PAGE:
        warnings.append(f"The page has {len(body):,} bytes; only the first {LARGEST_PAGE:,} were read.")
        body = body[:LARGEST_PAGE]
    calm, floods = without_attribute_floods(body)
    if floods:
        warnings.append(f"{floods} elements with more than {MOST_ATTRIBUTES} attributes were left out.")
    root, is_cut = parsed(calm, charset)
    if is_cut:
        warnings.append("The page is nested deeper than a page can be and was cut there.")
    if root is None:
        return PageLinks("", (), False, challenge_in("", body), ("The page holds no elements.",))
    reader = _PageReader(base_url, body)
    reader.read(root)
    links = reader.links()
    visible = reader.visible_length
    return PageLinks(
        title=reader.title,
        links=links,
        needs_script=not any(link.source == "script" and looks_like_file(link.url) for link in links)
        and needs_script(visible, reader.ids, body, len(links)),
        challenge=challenge_in(reader.title, body),
        warnings=tuple(warnings + reader.warnings),
        lists_by_script=lists_by_script(body),
    )


class _PageReader:
    """One pass over the elements of a page, then the surroundings of every link found."""

    def __init__(self, base_url: str, body: bytes) -> None:
        self.base = base_url
        self.title = ""
        self.ids: set[str] = set()
        self.visible_length = 0
        self.warnings: list[str] = []
        self._body = body
        self._elements: list[_Element] = []
        self._found: list[_Found] = []
        self._headings: dict[int, str] = {}
        self._tabs: dict[str, str] = {}
        self._panels: dict[str, int] = {}

    def read(self, root: etree._Element) -> None:
        """Walks the tree without recursion, so that depth costs nothing."""
        self._set_base(root)
        open_elements: list[tuple[etree._Element, int]] = []
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                if event == "end" and open_elements:
                    self._add_text(open_elements[-1][1], element.tail)
                continue
            if event == "start":
                if len(self._elements) >= MOST_ELEMENTS or len(self._found) >= MOST_LINKS:
                    self.warnings.append(
                        f"The page is cut after {len(self._elements):,} elements "
                        f"and {len(self._found):,} links."
                    )
                    break
                parent = open_elements[-1][1] if open_elements else -1
                place = self._opened(element, parent)
                open_elements.append((element, place))
            else:
                _element, place = open_elements.pop()
                self._closed(element, place)
                if open_elements:
                    self._add_text(open_elements[-1][1], element.tail)

    def links(self) -> tuple[Link, ...]:
        """The links with their surroundings, in the order of the page, each address and text once."""
        for panel, place in self._panels.items():
            self._elements[place].label = self._tabs.get(panel, "")
        made = (self._link(found) for found in self._found)
        hints = (Link(url, source="json") for url in self._feed_addresses())
        return tuple(dict.fromkeys([*made, *hints]))

    # Reading

    def _set_base(self, root: etree._Element) -> None:
        for base in root.iter("base"):
            self.base = absolute_url(base.get("href") or "", self.base) or self.base
            return

    def _opened(self, element: etree._Element, parent: int) -> int:
        tag = str(element.tag).lower()
        above = self._elements[parent] if parent >= 0 else None
        in_menu = (above is not None and above.in_menu) or tag in MENU_TAGS or is_menu(element, tag)
        number = 0
        if tag in ("td", "th"):
            previous = element.getprevious()
            while previous is not None and number < 50:
                number += 1
                previous = previous.getprevious()
        self._elements.append(_Element(parent, tag, number, in_menu))
        place = len(self._elements) - 1
        name = element.get("id")
        if name:
            self.ids.add(name)
            self._panels[name] = place
        if tag not in _SILENT_TAGS or tag == "noscript":
            self._add_text(place, element.text)
        self._collect(element, tag, place)
        return place

    def _add_text(self, place: int, text: str | None) -> None:
        """Text counts for the element and, once that closes, for those around it."""
        if not text or not text.strip():
            return
        element = self._elements[place]
        if element.tag in _SILENT_TAGS:
            return
        self.visible_length += len(text.strip())
        element.length += len(text.strip())
        if element.length <= LONGEST_CONTEXT * 3:
            element.text.append(text.strip())
        _lead_on(element, text.strip())

    def _closed(self, element: etree._Element, place: int) -> None:
        closed = self._elements[place]
        if closed.tag == "title" and not self.title:
            self.title = _clean(element.text or "")[:LONGEST_TEXT]
        level = _HEADINGS.get(closed.tag) or (7 if _is_heading_class(element, closed) else 0)
        if level:
            self._note_heading(level, _clean(" ".join(closed.text)))
        if closed.tag == "tr":
            self._note_header(element, place)
            self._note_pairs(element, place)
        self._note_tab(element, closed)
        if closed.parent >= 0 and closed.tag not in _SILENT_TAGS:
            above = self._elements[closed.parent]
            above.length += closed.length
            if above.length <= LONGEST_CONTEXT * 3:
                above.text.extend(closed.text)
            if len(above.links) <= MOST_LINKS_IN_CONTEXT:
                above.links |= closed.links
            if closed.links:
                above.is_lead_over = True
            elif closed.tag not in _HEADINGS:
                _lead_on(above, " ".join(closed.text))
            if closed.links:
                above.linking[closed.tag] = above.linking.get(closed.tag, 0) + 1

    def _note_heading(self, level: int, text: str) -> None:
        if not text or len(text) > LONGEST_CONTEXT:
            return
        self._headings = {known: words for known, words in self._headings.items() if known < level}
        self._headings[level] = text

    def _note_header(self, row: etree._Element, place: int) -> None:
        """The first row of a table is its heading where all its cells are heading cells, or hold words
        without figures and links."""
        cells = [cell for cell in row if isinstance(cell.tag, str)][:50]
        table = self._around(place, "table")
        if len(cells) < 2 or table is None or self._elements[table].header:
            return
        texts = tuple(_clean(" ".join(cell.itertext()))[:60] for cell in cells)
        is_first = row.getprevious() is None and not self._elements[place].links
        if all(cell.tag.lower() == "th" for cell in cells) or (is_first and all(map(_is_title, texts))):
            self._elements[table].header = texts

    def _note_pairs(self, row: etree._Element, place: int) -> None:
        """A bare number in a row says with its column's heading what it counts: Quarter 1."""
        table = self._around(place, "table")
        header = self._elements[table].header if table is not None else ()
        cells = [cell for cell in row if isinstance(cell.tag, str)]
        if not header or len(cells) > len(header):
            return
        said = [_clean(" ".join(cell.itertext())) for cell in cells]
        if any(_ORDINAL.fullmatch(text) for text in said):
            pairs = zip(header, said, strict=False)
            explained = (f"{head} {text}" if _ORDINAL.fullmatch(text) else text for head, text in pairs)
            self._elements[place].paired = " ".join(explained)[:LONGEST_CONTEXT]

    def _note_tab(self, element: etree._Element, closed: _Element) -> None:
        """A tab names the part of the page that it shows."""
        if closed.length > 60:
            return
        for name in ("aria-controls", "data-bs-target", "data-target", "data-tab", "href"):
            value = element.get(name) or ""
            if value and (name != "href" or value.startswith("#")) and len(value) > 1:
                self._tabs.setdefault(value.lstrip("#"), _clean(" ".join(closed.text)))

    # Collecting

    def _collect(self, element: etree._Element, tag: str, place: int) -> None:
        if tag == "a":
            self._collect_anchor(element, place)
        elif tag in ("iframe", "embed", "object", "frame"):
            self._add(element.get("src") or element.get("data"), place, "iframe", element.get("title"))
        elif tag == "option":
            self._collect_option(element, place)
        elif tag == "link":
            self._collect_link_tag(element, place)
        elif tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            _delay, _sign, address = (element.get("content") or "").partition("=")
            self._add(address.strip(" '\""), place, "refresh", "")
        elif tag == "script":
            self._collect_script(element, place)
        self._collect_attributes(element, tag, place)

    def _collect_anchor(self, element: etree._Element, place: int) -> None:
        said = element.get("aria-label") or element.get("title") or element.get("download") or ""
        if not said:
            picture = next(element.iter("img"), None)
            said = (picture.get("alt") or "") if picture is not None else ""
        source = "menu" if self._elements[place].in_menu else "anchor"
        if "next" in (element.get("rel") or "").lower().split():
            source = "next_page"
        self._add(element.get("href"), place, source, said, is_file=says_file(element))

    def _collect_option(self, element: etree._Element, place: int) -> None:
        value = (element.get("value") or "").strip()
        if re.match(r"(?:https?:/)?/|\?|\./|[\w-]+\.(?:html?|php|aspx?)", value):
            self._add(value, place, "option", element.text)
            return
        select = element.getparent()
        while select is not None and select.tag != "select":
            select = select.getparent()
        form = None if select is None else next(select.iterancestors("form"), None)
        if select is None or form is None or (form.get("method") or "get").lower() != "get":
            return
        name = select.get("name") or ""
        if value and _YEAR_NAME.search(name) and re.fullmatch(r"[\w/-]{1,20}", value):
            action = (form.get("action") or "").partition("#")[0]
            joint = "&" if "?" in action else "?"
            self._add(f"{action}{joint}{name}={value}", place, "form", element.text)

    def _collect_link_tag(self, element: etree._Element, place: int) -> None:
        relations = (element.get("rel") or "").lower().split()
        if "next" in relations:
            self._add(element.get("href"), place, "next_page", "")
        elif "alternate" in relations and re.search("rss|atom", element.get("type") or ""):
            self._add(element.get("href"), place, "feed", element.get("title"))

    def _collect_script(self, element: etree._Element, place: int) -> None:
        text = element.text or ""
        if not text or len(text) > LARGEST_SCRIPT:
            return
        kind = (element.get("type") or "").lower()
        found = json_links(text) if "json" in kind else json_links_in_script(text)
        for link in found:
            self._add_json(link, place)

    def _add_json(self, link: JsonLink, place: int) -> None:
        url = absolute_url(link.address, self.base)
        if url is not None and len(self._found) < MOST_LINKS:
            words = link.text
            self._found.append(_Found(url, -1, "script", words, link.context))

    def _collect_attributes(self, element: etree._Element, tag: str, place: int) -> None:
        for name in url_attributes():
            value = element.get(name)
            if value and re.match(r"(?:https?:/)?/|\.{1,2}/|[\w./%+-]+\.(?:pdf|zip|xhtml)\b", value):
                self._add(value, place, "data_attribute", element.get("aria-label") or element.get("title"))
        for name in ("onclick", "data-onclick"):
            for value in _QUOTED.findall(element.get(name) or ""):
                if "/" in value or value.lower().endswith(".pdf"):
                    self._add(value, place, "onclick", element.get("title"))

    def _add(
        self, href: str | None, place: int, source: str, words: str | None, *, is_file: bool = False
    ) -> None:
        url = absolute_url(href or "", self.base)
        if url is None or len(self._found) >= MOST_LINKS:
            return
        if source in ("data_attribute", "onclick") and url == self.base:
            return
        element = self._elements[place]
        if len(element.links) <= MOST_LINKS_IN_CONTEXT:
            element.links.add(url)
        leads = tuple(self._leads(place))
        self._found.append(_Found(url, place, source, words or "", self._heading(), leads, is_file))

    def _leads(self, place: int) -> Iterator[str]:
        """The short texts that stand right before a link or before the elements around it."""
        for steps, above in enumerate(self._ancestors(place)):
            element = self._elements[above]
            if element.tag in _ENDS_OF_LEADS or steps >= MOST_LEADS or element.header:
                return
            if element.lead and len(element.lead) <= LONGEST_LEAD:
                yield element.lead
            if element.tag == "table":
                return

    # Surroundings

    def _heading(self) -> str:
        return " / ".join(self._headings[level] for level in sorted(self._headings))

    def _link(self, found: _Found) -> Link:
        if found.element < 0:
            return Link(found.url, _clean(found.words), _clean(found.heading), "", found.source)
        own = self._elements[found.element]
        text = _clean(" ".join(own.text)) if own.length <= LONGEST_TEXT else ""
        text = (text or _clean(found.words))[:LONGEST_TEXT]
        if own.in_menu:
            return Link(found.url, text, "", "", found.source)
        context, tabs = self._surroundings(found.element)
        if found.words and found.words not in text:
            context = f"{_clean(found.words)} {context}".strip()
        leads = [lead for lead in found.leads if lead not in context and lead not in text]
        if leads and not _says_something(text) and not _says_something(context):
            context = f"{leads.pop(0)} {context}".strip()
        heading = " / ".join(part for part in (found.heading or self.title, *tabs, *leads[::-1]) if part)
        heading = heading[-LONGEST_TEXT:]
        return Link(found.url, text, context[: LONGEST_CONTEXT * 2], heading, found.source, found.is_file)

    def _surroundings(self, place: int) -> tuple[str, list[str]]:
        """The text of the entry that holds the link, and the tabs that show it, outermost first."""
        entry, column, tabs = place, "", []
        growing = True
        for above in self._ancestors(place):
            element = self._elements[above]
            if element.label:
                tabs.append(element.label)
            if element.tag == "table" and element.header:
                column = self._column_heading(place, element.header)
            growing = growing and self._is_one_entry(element) and not self._is_list(entry, element)
            if growing:
                entry = above
        inner = self._elements[entry]
        context = inner.paired or _clean(" ".join(inner.text))[:LONGEST_CONTEXT] if entry != place else ""
        return f"{column} | {context}" if column and context else column or context, tabs[::-1]

    def _is_one_entry(self, element: _Element) -> bool:
        return (
            element.tag not in _BLOCK_TAGS
            and element.length <= LONGEST_CONTEXT
            and len(element.links) <= MOST_LINKS_IN_CONTEXT
        )

    def _is_list(self, entry: int, around: _Element) -> bool:
        """True where `around` holds several entries like this one, which is complete by itself."""
        inner = self._elements[entry]
        if around.linking.get(inner.tag, 0) < 2:
            return False
        said = " ".join(inner.text)
        # The cells of a row belong together, unless each has a year of its own.
        return bool(_YEAR_IN_CELL.search(said)) if around.tag == "tr" else _says_something(said)

    def _column_heading(self, place: int, header: tuple[str, ...]) -> str:
        for above in (place, *self._ancestors(place)):
            element = self._elements[above]
            if element.tag in ("td", "th"):
                own = header[element.number] if element.number < len(header) else ""
                # "View" or "Download" over the links says nothing; then all of the heading may.
                return own if set(tokens(own)) - generic_words() else " ".join(header)[:LONGEST_CONTEXT]
        return ""

    def _ancestors(self, place: int) -> Iterator[int]:
        above = self._elements[place].parent
        for _step in range(DEEPEST_ELEMENT):
            if above < 0:
                return
            yield above
            above = self._elements[above].parent

    def _around(self, place: int, tag: str) -> int | None:
        return next((above for above in self._ancestors(place) if self._elements[above].tag == tag), None)

    def _feed_addresses(self) -> Iterator[str]:
        for path in feed_paths(self._body):
            url = absolute_url(path, self.base)
            if url is not None:
                yield url


def _is_heading_class(element: etree._Element, closed: _Element) -> bool:
    if closed.length > 80 or closed.links:
        return False
    return bool(_HEADING_CLASS.search((element.get("class") or "")[:300].lower()))


def _lead_on(element: _Element, text: str) -> None:
    """Text after a link begins a new run, any other goes on with the last one."""
    words = _clean(text)
    if not words or set(words) <= _SEPARATORS:
        return
    if element.is_lead_over:
        element.lead, element.is_lead_over = "", False
    element.lead = f"{element.lead} {words}".strip()[-LONGEST_LEAD * 2 :]


def _says_something(text: str) -> bool:
    """True where a text has a word or a year that is not merely there to be clicked on."""
    words = [word for word in tokens(text) if word not in generic_words()]
    return any(not word.isdigit() or len(word) == 4 for word in words)


def _is_title(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TITLE and not any(sign.isdigit() for sign in text)


def _clean(text: str) -> str:
    return _WHITE.sub(" ", text).strip()
