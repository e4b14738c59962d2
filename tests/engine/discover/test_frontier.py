"""Which page comes next, and where a crawl ends."""

from engine.discover.frontier import CrawlBounds, Frontier, pattern_of
from engine.discover.links import Link
from engine.discover.rank import Site, rank_link

SITE = Site("https://www.example.com/")


def page(path, text):
    return rank_link(Link(f"https://www.example.com{path}", text), SITE)


def crawl(frontier, site_map):
    """Opens pages until the frontier ends; `site_map` gives the links of a path."""
    opened = []
    while (candidate := frontier.next()) is not None:
        path = candidate.url.removeprefix("https://www.example.com")
        opened.append(path)
        frontier.add([page(*link) for link in site_map(path)], candidate.url, candidate.depth)
    return opened


def test_best_first():
    links = {"/": [("/company", "Who we are"), ("/ir", "Investors"), ("/ar", "Annual reports")]}
    opened = crawl(Frontier("https://www.example.com/"), lambda path: links.get(path, []))
    assert opened == ["/", "/ar", "/ir", "/company"]


def test_an_address_is_opened_once_whatever_its_spelling():
    links = {
        "/": [
            ("/ar?utm_source=x", "Annual reports"),
            ("/ar#top", "Annual reports"),
            ("/x/../ar", "Annual reports"),
        ]
    }
    assert crawl(Frontier("https://www.example.com/"), lambda path: links.get(path, [])) == [
        "/",
        "/ar?utm_source=x",
    ]


def test_pages_that_lead_away_are_not_opened():
    links = {"/": [("/careers", "Careers"), ("/privacy", "Privacy")]}
    assert crawl(Frontier("https://www.example.com/"), lambda path: links.get(path, [])) == ["/"]


def test_a_document_is_kept_once_with_its_best_words():
    frontier = Frontier("https://www.example.com/")
    first = frontier.add(
        [page("/a.pdf", "PDF"), page("/a.pdf#x", "Annual report 2023")], "https://www.example.com/", 0
    )
    again = frontier.add([page("/a.pdf", "Download")], "https://www.example.com/b", 1)
    assert (first, again) == (1, 0)
    link, found_on = frontier.documents["https://www.example.com/a.pdf"]
    assert (link.link.text, link.fiscal_year, found_on) == (
        "Annual report 2023",
        2023,
        "https://www.example.com/",
    )


def test_a_calendar_without_end_is_left():
    def months(path):
        number = int(path.rpartition("=")[2]) if "=" in path else 0
        return [(f"/events?reports={number + 1}", "Reports")]

    frontier = Frontier("https://www.example.com/", CrawlBounds(deepest=1000, most_pages=1000))
    assert len(crawl(frontier, months)) == 4
    assert frontier.cut == ["Pages like www.example.com/events?reports# brought nothing new and were left."]


def test_a_list_that_brings_documents_is_followed_to_its_bound():
    def pages(path):
        number = int(path.rpartition("=")[2]) if "=" in path else 0
        return [
            (f"/reports?page={number + 1}", "Next"),
            (f"/files/{number}.pdf", f"Annual report {2000 + number}"),
        ]

    frontier = Frontier("https://www.example.com/", CrawlBounds(deepest=1000, most_pages=1000))
    assert len(crawl(frontier, pages)) == 31
    assert len(frontier.documents) == 31


def test_a_long_list_is_read_to_its_end_within_the_usual_depth():
    def pages(path):
        number = int(path.rpartition("=")[2]) if "=" in path else 1
        following = [(f"/reports?page={number + 1}", "Next")] if number < 12 else []
        return [*following, (f"/files/{number}.pdf", f"Annual report {2000 + number}")]

    frontier = Frontier("https://www.example.com/reports")
    assert len(crawl(frontier, pages)) == 12
    assert len(frontier.documents) == 12
    assert frontier.cut == []


def test_bounds_are_named_when_reached():
    many = [(f"/reports-{letter}", "Reports") for letter in "abcdefgh"]
    frontier = Frontier("https://www.example.com/", CrawlBounds(most_pages=3))
    assert len(crawl(frontier, lambda path: many if path == "/" else [])) == 3
    assert frontier.cut == ["The crawl ended after 3 pages; 6 were not opened."]

    shallow = Frontier("https://www.example.com/", CrawlBounds(deepest=0))
    assert crawl(shallow, lambda path: many) == ["/"]
    assert shallow.cut == ["Pages more than 0 links away were not opened."]

    narrow = Frontier("https://www.example.com/", CrawlBounds(most_links=2, most_documents=1))
    narrow.add([page("/1.pdf", ""), page("/2.pdf", ""), page("/3.pdf", "")], "https://www.example.com/", 0)
    assert len(narrow.documents) == 1
    assert narrow.cut == [
        "Documents beyond the first 1 were left out.",
        "Links beyond the first 2 were left out.",
    ]


def test_where_a_redirect_ended_is_not_opened_again():
    frontier = Frontier("https://www.example.com/")
    frontier.exclude("https://www.example.com/home")
    links = {"/": [("/home", "Reports")]}
    assert crawl(frontier, lambda path: links.get(path, [])) == ["/"]


def test_the_same_links_give_the_same_order():
    links = [(f"/{n}", "Reports") for n in range(30)]
    runs = [crawl(Frontier("https://www.example.com/"), lambda path: links) for _ in range(2)]
    assert runs[0] == runs[1]


def test_patterns():
    assert pattern_of("https://x.example/2024/05?page=3&y=a") == "x.example/#/#?page&y#"
    assert pattern_of("https://x.example/a") == "x.example/a"
