"""Sitemaps, feeds and JSON lists, good and hostile."""

import gzip
import json

from engine.discover.feeds import links_in_feed, links_in_json, links_in_sitemap
from engine.discover.links import Link

BASE = "https://www.example.com/"
SITEMAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://www.example.com/investors/</loc><lastmod>2024-01-01</lastmod></url>
<url><loc> /reports/ar-2023.pdf </loc></url><url><loc>javascript:x</loc></url></urlset>"""
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://www.example.com/sitemap-1.xml</loc></sitemap>
<sitemap><loc>https://www.example.com/sitemap-2.xml.gz</loc></sitemap></sitemapindex>"""


def test_a_sitemap():
    found = links_in_sitemap(SITEMAP, BASE)
    assert found.links == (
        Link("https://www.example.com/investors/", source="sitemap"),
        Link("https://www.example.com/reports/ar-2023.pdf", source="sitemap"),
    )
    assert (found.sitemaps, found.warnings) == ((), ())


def test_a_packed_sitemap_and_an_index():
    assert len(links_in_sitemap(gzip.compress(SITEMAP), BASE).links) == 2
    found = links_in_sitemap(INDEX, BASE)
    assert found.links == ()
    assert found.sitemaps == (
        "https://www.example.com/sitemap-1.xml",
        "https://www.example.com/sitemap-2.xml.gz",
    )


def test_billion_laughs_stay_one_entity():
    entities = b'<!ENTITY a "lol">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    body = b"<!DOCTYPE l [" + entities + b"]><urlset><url><loc>https://x.example/&j;</loc></url></urlset>"
    assert [link.url for link in links_in_sitemap(body, BASE).links] == ["https://x.example/"]


def test_entities_open_no_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("canary")
    body = (
        f'<!DOCTYPE l [<!ENTITY x SYSTEM "{secret.as_uri()}">]><urlset><url><loc>https://x.example/&x;</loc></url>'
        f"<url><loc>https://x.example/?y=</loc></url></urlset>"
    )
    found = links_in_sitemap(body.encode(), BASE)
    assert "canary" not in str(found)
    assert len(found.links) == 2


def test_a_packed_bomb_is_cut():
    bomb = gzip.compress(b"<urlset>" + b" " * 50_000_000, 9)
    assert links_in_sitemap(bomb, BASE).warnings == ("Only the first 10,485,760 bytes were read.",)


def test_what_is_no_sitemap():
    for body in (b"", b"not xml", b"\x1f\x8bbroken", b"<html>x</html>", b"<a>" * 500_000):
        found = links_in_sitemap(body, BASE)
        assert (found.links, found.sitemaps) == ((), ())
    assert links_in_sitemap(b"", BASE).warnings == ("This is not XML that can be read.",)


def test_a_list_without_end_is_cut():
    entries = b"".join(b"<url><loc>/%d</loc></url>" % n for n in range(60_000))
    found = links_in_sitemap(b"<urlset>" + entries + b"</urlset>", BASE)
    assert len(found.links) == 50_000
    assert found.warnings == ("Only the first 50,000 entries were read.",)


def test_a_news_feed():
    body = b"""<rss version="2.0"><channel><item><title>Annual report 2023 published</title>
    <link>https://www.example.com/news/1</link><enclosure url="/files/ar23.pdf" type="application/pdf"/>
    <description>&lt;p&gt;Read &lt;a href="https://cdn.example.net/x.pdf"&gt;here&lt;/a&gt;&lt;/p&gt;</description>
    </item></channel></rss>"""
    assert [(link.url, link.text) for link in links_in_feed(body, BASE)] == [
        ("https://www.example.com/news/1", "Annual report 2023 published"),
        ("https://www.example.com/files/ar23.pdf", "Annual report 2023 published"),
        ("https://cdn.example.net/x.pdf", "Annual report 2023 published"),
    ]


def test_an_atom_feed():
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Interim report Q1</title>
    <link rel="enclosure" href="/q1.pdf"/></entry></feed>"""
    found = links_in_feed(body, BASE)
    assert [(link.url, link.text, link.source) for link in found] == [
        ("https://www.example.com/q1.pdf", "Interim report Q1", "feed")
    ]


def test_a_platform_list_of_financial_reports():
    answer = {
        "GetFinancialReportListResult": [
            {
                "ReportTitle": "2023 Annual Report",
                "ReportYear": 2023,
                "ReportSubType": "Annual Report",
                "Documents": [
                    {
                        "DocumentCategory": "Annual Report",
                        "DocumentFileType": "PDF",
                        "DocumentPath": "//s1.q4cdn.example/1/files/doc_financials/2023/ar/2023-AR.pdf",
                        "DocumentTitle": "Annual Report",
                    },
                    {"DocumentPath": "https://www.example.com/webcast", "DocumentTitle": "Webcast"},
                ],
            }
        ]
    }
    assert links_in_json(json.dumps(answer).encode(), BASE) == (
        Link(
            "https://s1.q4cdn.example/1/files/doc_financials/2023/ar/2023-AR.pdf",
            "Annual Report",
            "2023 Annual Report Annual Report 2023",
            "",
            "json",
        ),
    )


def test_json_from_an_enemy():
    for body in (
        b"",
        b"{",
        b"[" * 1_000_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"NaN",
        b'"x"',
        b"\xff\xfe",
    ):
        assert links_in_json(body, BASE) == ()
    many = json.dumps([{"url": f"/{n}.pdf"} for n in range(20_000)]).encode()
    assert len(links_in_json(many, BASE)) == 5_000
