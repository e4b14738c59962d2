"""The demo site answers as a web server should."""

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

import pytest

from demo import figures, serve
from engine.kinds import StatementKind


@pytest.fixture(scope="module")
def site():
    running = serve.server()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join(5)


def ask(url, method="GET", **headers):
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_pages_reports_and_their_types(site):
    status, headers, body = ask(f"{site}/investors/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"<h1>Investors</h1>" in body
    status, headers, body = ask(f"{site}/media/annual-reports/2025/annual-report-2025.pdf")
    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    assert int(headers["Content-Length"]) == len(body)
    assert ask(f"{site}/assets/site.css")[1]["Content-Type"] == "text/css; charset=utf-8"


def test_the_opaque_address_is_a_pdf(site):
    address = next(path for path in serve.Site().reports if path.startswith("/static-files/"))
    status, headers, body = ask(site + address)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert body == (serve.HERE / "reports" / "annual-report-2021.pdf").read_bytes()


def test_head_sends_no_body(site):
    status, headers, body = ask(f"{site}/investors/reports/", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len((serve.SITE / "investors/reports/index.html").read_bytes())


def test_what_is_known_is_not_sent_again(site):
    url = f"{site}/media/annual-reports/2024/annual-report-2024.pdf"
    _, headers, _ = ask(url)
    status, _, body = ask(url, **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")
    assert ask(url, **{"If-None-Match": f'"other", W/{headers["ETag"]}'})[0] == 304
    assert ask(url, **{"If-None-Match": '"other"'})[0] == 200
    assert ask(url, **{"If-Modified-Since": headers["Last-Modified"]})[0] == 304
    assert ask(url, **{"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"})[0] == 200
    assert ask(url, **{"If-Modified-Since": "yesterday"})[0] == 200


def test_a_folder_without_slash_is_redirected_and_the_rest_is_not_found(site):
    with urllib.request.urlopen(f"{site}/investors", timeout=10) as answer:
        assert answer.url == f"{site}/investors/"
    status, headers, body = ask(f"{site}/nothing-here")
    assert (status, headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert b"There is no such page" in body
    for path in ("/files.json", "/../truth.json", "/%2e%2e/company.yaml", "/../../manage.py", "/assets/"):
        assert ask(site + path)[0] == 404


def test_robots_and_sitemap_name_the_site_as_it_was_asked(site):
    assert f"Sitemap: {site}/sitemap.xml".encode() in ask(f"{site}/robots.txt")[2]
    places = re.findall(r"<loc>(.*?)</loc>", ask(f"{site}/sitemap.xml")[2].decode())
    assert len(places) == 7
    assert all(ask(place)[0] == 200 for place in places)


def test_every_link_leads_somewhere_and_every_report_is_linked(site):
    seen, waiting = set(), [f"{site}/"]
    while waiting:
        url = waiting.pop()
        if url in seen or urlsplit(url).netloc != urlsplit(site).netloc:
            continue
        seen.add(url)
        status, headers, body = ask(url)
        assert status == 200, url
        if headers["Content-Type"].startswith("text/html"):
            found = re.findall(r'(?:href|src|data-file)="([^"#][^"]*)"', body.decode())
            waiting += [urljoin(url, link) for link in found]
    paths = {urlsplit(url).path for url in seen}
    assert set(serve.Site().reports) <= paths
    assert all(url.startswith(site) for url in seen)


def test_the_program_runs_until_it_is_terminated(tmp_path):
    command = [sys.executable, "-m", "demo.serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=serve.HERE.parent) as program:
        address = program.stdout.readline().split()[-1]
        assert ask(address)[0] == 200
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0


def test_a_taken_port_is_named(site, capsys):
    port = urlsplit(site).port
    assert serve.main(["--port", str(port)]) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_serving_needs_nothing_but_the_standard_library():
    code = (
        "import sys, demo.serve;"
        "print(sorted(n for n in ('reportlab', 'yaml', 'django', 'engine') if n in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=serve.HERE.parent
    )
    assert done.stdout.strip() == "[]"


def test_the_list_of_files_names_what_is_there():
    listed = json.loads((serve.SITE / "files.json").read_text())
    assert len(listed) == 11
    assert all((serve.HERE / file).is_file() for file in listed.values())


def test_the_key_figures_on_the_page_are_those_of_the_report():
    page = (serve.SITE / "investors" / "index.html").read_text()
    million = 1_000_000
    income, balance = StatementKind.INCOME_STATEMENT, StatementKind.BALANCE_SHEET
    expected = [
        f"€{figures.value(income, 'revenue', 2025) / million:.1f}m",
        f"€{figures.value(income, 'operating_profit', 2025) / million:.1f}m",
        f"€{figures.value(income, 'eps_basic', 2025)}",
        f"€{figures.value(balance, 'cash', 2025) / million:.1f}m",
    ]
    assert re.findall(r"<b>(.*?)</b>", page) == expected
