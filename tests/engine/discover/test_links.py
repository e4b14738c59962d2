"""Links with their surroundings, from twenty ways of building such a page, and from hostile ones."""

import json
import time
from dataclasses import replace

import pytest

from engine.discover.links import Link, links_in_html
from engine.discover.urls import looks_like_file

BASE = "https://www.example.com/investors/reports.html"


def documents_among(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """The links that look like files, each with its address once and the fullest words it came with."""
    best: dict[str, Link] = {}
    for link in links:
        if not looks_like_file(link.url):
            continue
        known = best.get(link.url)
        if known is None or len(link.text) + len(link.context) > len(known.text) + len(known.context):
            heading = link.heading or (known.heading if known else "")
            best[link.url] = replace(link, heading=heading)
    return tuple(best.values())


def links(html, **arguments):
    body = html if isinstance(html, bytes) else html.encode()
    return links_in_html(body, BASE, **arguments).links


def files(html, **arguments):
    return {
        link.url.removeprefix("https://www.example.com"): link
        for link in documents_among(links(html, **arguments))
    }


class TestStructures:
    def test_a_list(self):
        found = files(
            "<title>Reports</title><h1>Annual reports</h1>"
            "<ul><li><a href='ar23.pdf'>Annual report 2023</a></ul>"
        )
        assert found == {
            "/investors/ar23.pdf": Link(
                "https://www.example.com/investors/ar23.pdf",
                "Annual report 2023",
                "Annual report 2023",
                "Annual reports",
                "anchor",
            )
        }

    def test_a_row_names_its_link(self):
        found = files(
            "<table><tr><th>Year</th><th>Annual report</th><th>Half-year report</th></tr>"
            "<tr><td>2023</td><td><a href='/1.pdf'>PDF</a></td><td><a href='/2.pdf'>PDF</a></td></tr>"
            "<tr><td>2022</td><td><a href='/3.pdf'>PDF</a></td><td><a "
            "href='/4.pdf'>PDF</a></td></tr></table>"
        )
        assert {path: link.context for path, link in found.items()} == {
            "/1.pdf": "Annual report | 2023 PDF PDF",
            "/2.pdf": "Half-year report | 2023 PDF PDF",
            "/3.pdf": "Annual report | 2022 PDF PDF",
            "/4.pdf": "Half-year report | 2022 PDF PDF",
        }

    def test_a_column_that_says_nothing_lends_all_headings(self):
        found = files(
            "<table><tr><th>FY</th><th>Quarter</th><th>View</th></tr>"
            "<tr><td>2023-24</td><td>1</td><td><a href='/1.pdf'>View</a></td></tr></table>"
        )
        assert found["/1.pdf"].context == "FY Quarter View | 2023-24 Quarter 1 View"

    def test_a_card_with_an_icon(self):
        found = files(
            "<div class='card'><h3>Annual Report 2022</h3><p>Our year</p>"
            "<a href='/x.pdf' aria-label='Open the PDF'><img src='i.png'></a></div>"
            "<div class='card'><h3>Annual Report 2021</h3><a href='/y.pdf'><img src='i.png'></a></div>"
        )
        assert found["/x.pdf"].text == "Open the PDF"
        assert found["/x.pdf"].context == "Annual Report 2022 Our year"
        assert found["/y.pdf"].context == "Annual Report 2021"
        assert found["/y.pdf"].heading == "Annual Report 2021"

    def test_entries_of_a_list_do_not_mix(self):
        found = files(
            "<div><a href='/1.pdf'>Annual report 2023</a><a href='/2.pdf'>Annual report 2022</a></div>"
        )
        assert {path: (link.text, link.context) for path, link in found.items()} == {
            "/1.pdf": ("Annual report 2023", ""),
            "/2.pdf": ("Annual report 2022", ""),
        }

    def test_headings_are_nested(self):
        found = files(
            "<h1>Reports</h1><h2>2023</h2><h3>Interim</h3><a href='/1.pdf'>Q1</a>"
            "<h2>2022</h2><a href='/2.pdf'>Q1</a>"
        )
        assert found["/1.pdf"].heading == "Reports / 2023 / Interim"
        assert found["/2.pdf"].heading == "Reports / 2022"

    @pytest.mark.parametrize(
        "tab",
        [
            "<a href='#y23'>2023</a>",
            "<button data-bs-target='#y23'>2023</button>",
            "<button aria-controls='y23'>2023</button>",
            "<li data-tab='y23'>2023</li>",
        ],
    )
    def test_year_tabs_name_what_they_show(self, tab):
        found = files(f"<ul>{tab}</ul><div id='y23'><p><a href='/1.pdf'>Annual report</a></p></div>")
        assert found["/1.pdf"].heading == "2023"

    def test_accordions(self):
        found = files(
            "<div class='accordion-header'>2021</div><div><a href='/1.pdf'>Full year</a></div>"
            "<details><summary>2020</summary><a href='/2.pdf'>Full year</a></details>"
        )
        assert (found["/1.pdf"].heading, found["/2.pdf"].heading) == ("2021", "2020")

    def test_a_base_tag_moves_everything(self):
        page = "<head><base href='https://cdn.example.net/files/'></head><a href='ar.pdf'>Annual report</a>"
        assert [link.url for link in links(page)] == ["https://cdn.example.net/files/ar.pdf"]

    def test_a_base_tag_that_leads_nowhere_is_passed_over(self):
        page = "<base href='javascript:x'><a href='/ar.pdf'>Annual report</a>"
        assert [link.url for link in links(page)] == ["https://www.example.com/ar.pdf"]

    def test_data_attributes_and_clicks(self):
        found = links(
            "<div data-file='/a.pdf' title='Annual report 2023'></div>"
            "<button data-download-url='b.pdf'>Get</button>"
            "<span onclick=\"window.open('/c.pdf','_blank')\">Report</span><p "
            "data-title='/not/a/link'>x</p>"
        )
        assert [(link.url.rpartition("/")[2], link.source) for link in found] == [
            ("a.pdf", "data_attribute"),
            ("b.pdf", "data_attribute"),
            ("c.pdf", "onclick"),
        ]
        assert found[1].text == "Get"

    def test_json_in_a_script(self):
        data = {
            "items": [
                {"year": 2023, "docs": [{"title": "Annual Report", "url": "/static-files/" + "0" * 32}]}
            ]
        }
        data["items"].append({"year": 2022, "docs": [{"title": "Annual Report", "file": "/f/ar22.pdf"}]})
        found = links(f"<script type='application/json'>{json.dumps(data)}</script>")
        assert [(link.url, link.text, link.context, link.source) for link in found] == [
            ("https://www.example.com/static-files/" + "0" * 32, "Annual Report", "2023", "script"),
            ("https://www.example.com/f/ar22.pdf", "Annual Report", "2022", "script"),
        ]

    def test_json_inside_a_program(self):
        page = (
            '<script>window.__DATA__ = [{"headline":"Half-year report 2024",'
            '"link":"https:\\/\\/cdn.example.net\\/hy.pdf"}];'
            "var x = '/docs/plain.pdf';</script>"
        )
        assert [(link.url, link.text) for link in links(page)] == [
            ("https://cdn.example.net/hy.pdf", "Half-year report 2024"),
            ("https://www.example.com/docs/plain.pdf", ""),
        ]

    def test_frames(self):
        found = links(
            "<iframe src='//ir.vendor.example/list' title='Reports'></iframe><object data='/a.pdf'></object>"
        )
        assert [(link.url, link.source) for link in found] == [
            ("https://ir.vendor.example/list", "iframe"),
            ("https://www.example.com/a.pdf", "iframe"),
        ]

    def test_years_in_a_select(self):
        found = links(
            "<form action='/reports' method='get'><select name='year'>"
            "<option value='2023'>2023<option value='2022'>2022</select></form>"
            "<select><option value='/reports/2021'>2021</option><option value=''>Choose</option></select>"
            "<form method='post'><select name='year'><option value='1999'>1999</select></form>"
        )
        assert [
            (link.url.removeprefix("https://www.example.com"), link.text, link.source) for link in found
        ] == [
            ("/reports?year=2023", "2023", "form"),
            ("/reports?year=2022", "2022", "form"),
            ("/reports/2021", "2021", "option"),
        ]

    def test_pages_of_a_list(self):
        found = links(
            "<link rel='next' href='?page=2'><a rel='next' href='?page=2'>Next</a><a href='?page=3'>3</a>"
        )
        assert [(link.url.partition("?")[2], link.source) for link in found] == [
            ("page=2", "next_page"),
            ("page=2", "next_page"),
            ("page=3", "anchor"),
        ]

    def test_feeds_and_refreshes(self):
        found = links(
            "<link rel='alternate' type='application/rss+xml' href='/rss.xml' title='News'>"
            "<meta http-equiv='refresh' content='0; url=/new-home'>"
        )
        assert [(link.url, link.source) for link in found] == [
            ("https://www.example.com/rss.xml", "feed"),
            ("https://www.example.com/new-home", "refresh"),
        ]

    def test_a_platform_betrays_its_feed(self):
        page = b"<script src='https://widgets.q4app.com/q4api.js'></script><div id='reports'></div>"
        found = [link.url for link in links(page) if link.source == "json"]
        assert found[0].startswith("https://www.example.com/feed/FinancialReport.svc/GetFinancialReportList?")
        assert len(found) == 2

    def test_menus_lend_no_surroundings(self):
        found = links(
            "<h1>Annual reports</h1><footer><p>More <a href='/privacy.pdf'>Privacy policy</a></p></footer>"
        )
        assert found == (Link("https://www.example.com/privacy.pdf", "Privacy policy", "", "", "menu"),)

    def test_other_alphabets_and_encodings(self):
        page = "<a href='/Geschäftsbericht 2023.pdf'>Geschäftsbericht</a>"
        for body, charset in (
            (page.encode("latin-1"), "iso-8859-1"),
            (page.encode(), "utf-8"),
            (page.encode(), "x-none"),
        ):
            found = links(body if charset != "x-none" else b"<meta charset=utf-8>" + body, charset=charset)
            assert [(link.url, link.text) for link in found] == [
                ("https://www.example.com/Gesch%C3%A4ftsbericht%202023.pdf", "Geschäftsbericht")
            ]

    def test_nothing_leads_out_of_http(self):
        hrefs = ("javascript:x()", "data:text/html,x", "file:///etc/passwd", "ftp://x.example/a.pdf", "#x")
        assert links("".join(f"<a href='{href}'>a</a>" for href in hrefs)) == ()


class TestVerdicts:
    def test_a_challenge_is_no_empty_page(self):
        page = links_in_html(b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", BASE)
        assert (page.challenge, page.links) == (True, ())

    def test_an_article_about_challenges_is_none(self):
        page = links_in_html(
            b"<title>News</title><p>Just a moment... the report is out.</p>" + b"<p>x</p>" * 50, BASE
        )
        assert page.challenge is False

    @pytest.mark.parametrize(
        "html",
        [
            b"<div id='root'></div><script src='/app.js'></script>",
            b"<noscript>Please enable JavaScript to run this app.</noscript><script src=x></script>",
            b"<div id='__next'></div><script>1</script>",
        ],
    )
    def test_an_empty_shell_needs_scripts(self, html):
        assert links_in_html(html, BASE).needs_script is True

    def test_a_full_page_does_not(self):
        paragraph = b"<p>Our annual report was published today and can be read here.</p>"
        page = b"<div id='root'>" + paragraph * 20
        assert links_in_html(page + b"</div><script>1</script>", BASE).needs_script is False

    def test_an_empty_body(self):
        page = links_in_html(b"", BASE)
        assert (page.links, page.needs_script, page.challenge) == ((), False, False)
        assert page.warnings == ("The page holds no elements.",)


class TestHostilePages:
    def timed(self, body, seconds=20.0):
        began = time.monotonic()
        page = links_in_html(body, BASE)
        assert time.monotonic() - began < seconds
        return page

    def test_a_million_links(self):
        page = self.timed(
            b"".join(b'<a href="/r%d.pdf">Annual report %d</a>' % (n, n) for n in range(1_000_000))
        )
        assert len(page.links) == 20_000
        assert len(page.warnings) == 2

    def test_half_a_million_elements_deep(self):
        page = self.timed(b"<div>" * 500_000 + b"<a href='/x.pdf'>x</a>")
        assert page.links == ()
        assert page.warnings == ("The page is nested deeper than a page can be and was cut there.",)

    def test_a_hundred_thousand_attributes(self):
        for joint in (b" ", b"/"):
            page = self.timed(
                b"<a " + joint.join(b"x%d=1" % n for n in range(100_000)) + b">x</a><a href='/y.pdf'>y</a>"
            )
            assert page.warnings == ("1 elements with more than 300 attributes were left out.",)
            assert [link.url for link in page.links] == ["https://www.example.com/y.pdf"]

    def test_a_long_attribute_is_no_flood(self):
        data = json.dumps([{"text": "a b c d " * 2000}]).replace('"', "&quot;")
        page = self.timed(f'<div data-props="{data}" data-file="/y.pdf">y</div>'.encode())
        assert [link.url for link in page.links] == ["https://www.example.com/y.pdf"]
        assert page.warnings == ()

    @pytest.mark.parametrize(
        "unit", [b"<td><a href=1.pdf>", b"<h1>x</h1>", b"<!--", b"<svg><script>", b"\"'", b'{"url":']
    )
    def test_floods_of_anything(self, unit):
        self.timed(unit * (2_000_000 // len(unit)))

    def test_a_script_full_of_braces(self):
        self.timed(b"<script>" + b'{"a":{"u":"/a.pdf"' * 50_000 + b"</script>")
