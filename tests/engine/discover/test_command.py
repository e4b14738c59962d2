"""`python -m engine links` as another program calls it."""

import json

from engine.__main__ import main
from engine.commands.status import EXIT_NOTHING_FOUND, EXIT_READ

PAGE = """<title>Reports</title><h1>Reports</h1>
<ul><li><a href="/ar23.pdf">Annual report 2023</a></li>
<li><a href="/hy23.pdf">Half-year report 2023</a></li></ul>
<a href="/archive">Report archive</a> <a href="/careers">Careers</a>"""


def test_links_as_json(tmp_path, capsys):
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    assert main(["links", str(page), "--url", "https://www.example.com/ir", "--json"]) == EXIT_READ
    answer = json.loads(capsys.readouterr().out)
    assert answer["blocked"] is None
    assert answer["next_pages"] == ["https://www.example.com/archive"]
    assert [(link["url"], link["kind"], link["fiscal_year"]) for link in answer["links"]] == [
        ("https://www.example.com/ar23.pdf", "annual_report", 2023),
        ("https://www.example.com/hy23.pdf", "half_year_report", 2023),
    ]
    assert answer["links"][0]["title"] == "Annual report 2023"
    assert answer["links"][0]["evidence"] == [
        "text: “annual report” speaks for annual_report",
        "file: “ar” speaks for annual_report",
    ]


def test_links_for_people(tmp_path, capsys):
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    assert main(["links", str(page), "--url", "https://www.example.com/ir"]) == EXIT_READ
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Reports"
    assert lines[1].split() == ["annual_report", "2023", "0.74", "https://www.example.com/ar23.pdf"]
    assert lines[3] == "next: https://www.example.com/archive"


def test_a_blocked_page(tmp_path, capsys):
    page = tmp_path / "page.html"
    page.write_text("<title>Just a moment...</title><script>_cf_chl_opt</script>")
    assert main(["links", str(page), "--url", "https://www.example.com/", "--json"]) == EXIT_NOTHING_FOUND
    assert json.loads(capsys.readouterr().out) == {
        "blocked": "challenge",
        "links": [],
        "next_pages": [],
        "warnings": [],
    }


def answer_of(tmp_path, capsys, body):
    page = tmp_path / "saved"
    page.write_text(body)
    main(["links", str(page), "--url", "https://www.example.com/ir/", "--json"])
    return json.loads(capsys.readouterr().out)


def test_a_platform_list_a_feed_and_a_sitemap(tmp_path, capsys):
    listed = """{"GetFinancialReportListResult": [{"ReportTitle": "Third Quarter 2023", "ReportYear": 2023,
    "Documents": [{"DocumentTitle": "10-Q", "DocumentPath": "//cdn.example.net/q3/10q.pdf"}]}]}"""
    feed = """<?xml version="1.0"?><rss><channel><item><title>Annual Report 2023</title>
    <link>https://www.example.com/ar.pdf</link></item></channel></rss>"""
    sitemap = """<?xml version="1.0"?><urlset><url><loc>https://www.example.com/annual-report-2022.pdf</loc></url>
    <url><loc>https://www.example.com/financial-reports</loc></url></urlset>"""
    said = [answer_of(tmp_path, capsys, body) for body in (listed, feed, sitemap)]
    links = [
        [(link["url"], link["kind"], link["fiscal_year"]) for link in answer["links"]] for answer in said
    ]
    assert links == [
        [("https://cdn.example.net/q3/10q.pdf", "quarterly_report", 2023)],
        [("https://www.example.com/ar.pdf", "annual_report", 2023)],
        [("https://www.example.com/annual-report-2022.pdf", "annual_report", 2022)],
    ]
    assert said[2]["next_pages"] == ["https://www.example.com/financial-reports"]


def test_a_page_whose_lists_come_by_script(tmp_path, capsys):
    page = "<h1>Reports</h1>" + "<p>Words of a page.</p>" * 50
    assert answer_of(tmp_path, capsys, page)["blocked"] is None
    listed = page + '<li v-for="report in reports"></li>'
    assert answer_of(tmp_path, capsys, listed)["blocked"] == "needs_script"
    assert answer_of(tmp_path, capsys, listed + '<a href="/ar.pdf">Annual report 2023</a>')["blocked"] is None
