"""`python -m engine links` as another program calls it."""

import json

from engine.__main__ import EXIT_NOTHING_FOUND, EXIT_READ, main

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
