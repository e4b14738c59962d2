"""Ways in which investor-relations sites offer their reports, played by a local server.

Each function puts one site on the server, entered at /investors/, and returns what has to be found:
kind and fiscal year by the path of the file. Names and figures are invented.
"""

import gzip
import json
from collections.abc import Callable

from tests.http import LocalSite, small_pdf

Expected = dict[str, tuple[str, int]]
Structure = Callable[[LocalSite], Expected]

ANNUAL, HALF, QUARTER, RESULTS, ESEF = (
    "annual_report", "half_year_report", "quarterly_report", "results_release", "esef_package",
)  # fmt: skip
PDF = small_pdf("A report")
UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8{:02x}"
STRUCTURES: dict[str, Structure] = {}


def structure(function: Structure) -> Structure:
    STRUCTURES[function.__name__] = function
    return function


def page(site: LocalSite, path: str, body: str, head: str = "") -> None:
    text = f"<!DOCTYPE html><html><head><title>Northwind</title>{head}</head><body>{body}</body></html>"
    site.add(path, text.encode())


def annual(years: range, path: str = "/files/ar-{}.pdf") -> Expected:
    return {path.format(year): (ANNUAL, year) for year in years}


def listed(years: range, path: str = "/files/ar-{}.pdf", name: str = "Annual report {}") -> str:
    rows = "".join(f'<li><a href="{path.format(y)}">{name.format(y)}</a></li>' for y in years)
    return f"<ul>{rows}</ul>"


@structure
def a_plain_list(site: LocalSite) -> Expected:
    page(site, "/investors/", "<h1>Annual reports</h1>" + listed(range(2015, 2025)))
    return annual(range(2015, 2025))


@structure
def a_table_whose_links_say_only_pdf(site: LocalSite) -> Expected:
    rows = "".join(
        f'<tr><td>{y}</td><td><a href="/f/{y}-a.pdf">PDF</a></td><td><a href="/f/{y}-h.pdf">PDF</a></td></tr>'
        for y in (2022, 2023, 2024)
    )
    head = "<tr><th>Year</th><th>Annual report</th><th>Half-year report</th></tr>"
    page(site, "/investors/", f"<h1>Reports</h1><table>{head}{rows}</table>")
    half = {f"/f/{y}-h.pdf": (HALF, y) for y in (2022, 2023, 2024)}
    return annual(range(2022, 2025), "/f/{}-a.pdf") | half


@structure
def a_tab_for_every_year(site: LocalSite) -> Expected:
    tabs = "".join(f'<a href="/investors/reports?year={y}">{y}</a> ' for y in range(2016, 2025))
    page(site, "/investors/", f"<h1>Financial reports</h1><nav class='years'>{tabs}</nav>")
    for year in range(2016, 2025):
        page(
            site, f"/investors/reports?year={year}", f"<h1>{year}</h1>{tabs}" + listed(range(year, year + 1))
        )
    return annual(range(2016, 2025))


@structure
def pages_one_after_the_other(site: LocalSite) -> Expected:
    page(site, "/investors/", '<a href="/investors/annual-reports">Annual reports</a>')
    for number in range(6):
        years = range(2024 - 2 * number - 1, 2024 - 2 * number + 1)
        following = (
            f'<a rel="next" href="/investors/annual-reports?page={number + 2}">Next</a>' if number < 5 else ""
        )
        path = "/investors/annual-reports" + (f"?page={number + 1}" if number else "")
        page(site, path, "<h1>Annual reports</h1>" + listed(years) + following)
    return annual(range(2013, 2025))


@structure
def a_selection_of_years(site: LocalSite) -> Expected:
    options = "".join(f'<option value="/investors/archive/{y}.html">{y}</option>' for y in range(2019, 2025))
    page(site, "/investors/", f"<h1>Annual reports</h1><form><select name='year'>{options}</select></form>")
    for year in range(2019, 2025):
        page(site, f"/investors/archive/{year}.html", listed(range(year, year + 1)))
    return annual(range(2019, 2025))


@structure
def only_the_sitemap_knows(site: LocalSite) -> Expected:
    page(site, "/investors/", "<h1>Investors</h1><p>Welcome to our company and its shares.</p>")
    entries = "".join(
        f"<url><loc>{site.url(f'/investors/annual-report-{y}')}</loc></url>" for y in (2022, 2023, 2024)
    )
    xml = (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    )
    site.add("/sitemap.xml", xml.encode(), content_type="application/xml")
    for year in (2022, 2023, 2024):
        page(site, f"/investors/annual-report-{year}", listed(range(year, year + 1)))
    return annual(range(2022, 2025))


@structure
def an_index_of_packed_sitemaps(site: LocalSite) -> Expected:
    page(site, "/investors/", "<h1>Investors</h1><p>Welcome to our company and its shares.</p>")
    site.add("/robots.txt", f"Sitemap: {site.url('/maps/index.xml')}\n".encode(), content_type="text/plain")
    names = [f"products-{n}" for n in range(9)] + ["investors-annual-reports"]
    inner = "".join(f"<sitemap><loc>{site.url(f'/maps/{n}.xml.gz')}</loc></sitemap>" for n in names)
    index = f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inner}</sitemapindex>'
    site.add("/maps/index.xml", index.encode(), content_type="application/xml")
    files = "".join(
        f"<url><loc>{site.url(f'/files/annual-report-{y}.pdf')}</loc></url>" for y in range(2020, 2025)
    )
    packed = gzip.compress(f'<?xml version="1.0"?><urlset>{files}</urlset>'.encode())
    site.add("/maps/investors-annual-reports.xml.gz", packed, content_type="application/gzip")
    return annual(range(2020, 2025), "/files/annual-report-{}.pdf")


@structure
def a_feed_of_publications(site: LocalSite) -> Expected:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="Annual reports" href="/investors/feed.xml">'
    )
    page(site, "/investors/", '<h1>Reports</h1><a href="/investors/feed.xml">Annual reports (RSS)</a>', head)
    items = "".join(
        f"<item><title>Annual report {y}</title><link>{site.url(f'/n/{y}')}</link>"
        f'<enclosure url="{site.url(f"/files/ar-{y}.pdf")}" type="application/pdf"/></item>'
        for y in range(2021, 2025)
    )
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    site.add("/investors/feed.xml", rss.encode(), content_type="application/rss+xml")
    return annual(range(2021, 2025))


@structure
def opaque_files_of_a_platform(site: LocalSite) -> Expected:
    path = "/static-files/" + UUID
    rows = "".join(
        f'<li>Annual report {y} <a href="{path.format(y - 2000)}">Download</a></li>'
        for y in (2022, 2023, 2024)
    )
    page(site, "/investors/", f"<h1>Annual reports</h1><ul>{rows}</ul>")
    return {path.format(year - 2000): (ANNUAL, year) for year in (2022, 2023, 2024)}


@structure
def addresses_that_only_the_answer_explains(site: LocalSite) -> Expected:
    """A page by its address, a PDF by its answer; the link knows what it is."""
    page(site, "/investors/", "<h1>Reports</h1>" + listed(range(2022, 2025), "/investors/show/annual-{}"))
    for year in (2022, 2023, 2024):
        site.add(f"/investors/show/annual-{year}", PDF, content_type="application/pdf")
    return annual(range(2022, 2025), "/investors/show/annual-{}")


@structure
def large_files_behind_page_addresses(site: LocalSite) -> Expected:
    """Larger than a page may be; nobody has to load them to see what they are."""
    page(site, "/investors/", "<h1>Reports</h1>" + listed(range(2023, 2025), "/investors/view/annual-{}"))
    for year in (2023, 2024):
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 90000000\r\n\r\n"
        )
        site.add_raw(f"/investors/view/annual-{year}", lambda c, head=head: c.sendall(head + PDF.ljust(5000)))  # type: ignore[misc]
    return annual(range(2023, 2025), "/investors/view/annual-{}")


@structure
def addresses_in_data_attributes(site: LocalSite) -> Expected:
    rows = "".join(
        f'<div class="card"><h3>Annual report {y}</h3>'
        f'<button data-href="/files/ar-{y}.pdf">Download</button></div>'
        for y in (2022, 2023, 2024)
    )
    page(site, "/investors/", f"<h1>Reports</h1>{rows}")
    return annual(range(2022, 2025))


@structure
def a_list_inside_a_script(site: LocalSite) -> Expected:
    items = [
        {"title": f"Annual report {y}", "fileUrl": f"/files/ar-{y}.pdf", "year": y} for y in range(2020, 2025)
    ]
    script = f"<script type='application/json' id='state'>{json.dumps({'reports': items})}</script>"
    page(site, "/investors/", f"<h1>Reports</h1><div id='list'></div>{script}")
    return annual(range(2020, 2025))


@structure
def the_feed_of_a_platform(site: LocalSite) -> Expected:
    """Nothing to see without scripts, but the platform's own feed lists everything."""
    page(site, "/investors/", "<div id='root'></div><script src='https://widgets.q4inc.com/x.js'></script>")
    reports = [
        {
            "ReportTitle": f"{y} Annual Report",
            "ReportSubType": "Annual Report",
            "ReportYear": y,
            "Documents": [
                {"DocumentPath": f"/files/doc/{y}/annual-report-{y}.pdf", "DocumentTitle": "Annual Report"}
            ],
        }
        for y in (2022, 2023, 2024)
    ]
    feed = (
        "/feed/FinancialReport.svc/GetFinancialReportList?LanguageId=1&pageSize=-1&pageNumber=0"
        "&reportTypes=&year=-1&includeTags=true"
    )
    body = json.dumps({"GetFinancialReportListResult": reports}).encode()
    site.add(feed, body, content_type="application/json")
    return {f"/files/doc/{y}/annual-report-{y}.pdf": (ANNUAL, y) for y in (2022, 2023, 2024)}


@structure
def a_base_for_relative_links(site: LocalSite) -> Expected:
    page(site, "/investors/", listed(range(2022, 2025), "reports/ar-{}.pdf"), '<base href="/media/2024/">')
    return annual(range(2022, 2025), "/media/2024/reports/ar-{}.pdf")


@structure
def relative_links_upwards(site: LocalSite) -> Expected:
    page(site, "/investors/", '<a href="./a/b/reports.html">Reports</a>')
    page(site, "/investors/a/b/reports.html", listed(range(2022, 2025), "../../../files/./ar-{}.pdf"))
    return annual(range(2022, 2025))


@structure
def an_entrance_that_has_moved(site: LocalSite) -> Expected:
    site.redirect("/investors/", "/en/ir", 301)
    site.redirect("/en/ir", "/en/investor-relations/", 302)
    page(site, "/en/investor-relations/", '<a href="reports">Annual reports</a>')
    page(site, "/en/investor-relations/reports", listed(range(2021, 2025), "ar-{}.pdf"))
    return annual(range(2021, 2025), "/en/investor-relations/ar-{}.pdf")


@structure
def a_page_that_refreshes_itself(site: LocalSite) -> Expected:
    page(
        site,
        "/investors/",
        "Moved",
        '<meta http-equiv="refresh" content="0; url=/investors/annual-reports/">',
    )
    page(site, "/investors/annual-reports/", listed(range(2022, 2025)))
    return annual(range(2022, 2025))


@structure
def a_list_inside_a_frame(site: LocalSite) -> Expected:
    page(site, "/investors/", '<h1>Annual reports</h1><iframe src="/investors/frame/reports.html"></iframe>')
    page(site, "/investors/frame/reports.html", listed(range(2022, 2025)))
    return annual(range(2022, 2025))


@structure
def packages_and_tagged_pages(site: LocalSite) -> Expected:
    page(
        site,
        "/investors/",
        "<h1>Annual report 2024</h1><ul>"
        '<li><a href="/files/annual-report-2024.pdf">Annual report 2024 (PDF)</a></li>'
        '<li><a href="/files/annual-report-2024-en.zip">Annual report 2024 (ESEF)</a></li>'
        '<li><a href="/files/annual-report-2024.xhtml">Annual report 2024 (XHTML)</a></li></ul>',
    )
    return {
        "/files/annual-report-2024.pdf": (ANNUAL, 2024),
        "/files/annual-report-2024-en.zip": (ESEF, 2024),
        "/files/annual-report-2024.xhtml": (ANNUAL, 2024),
    }


@structure
def a_page_for_every_publication(site: LocalSite) -> Expected:
    found: Expected = {}
    items = ""
    for year in range(2021, 2025):
        items += f'<li><a href="/investors/publications/annual-report-{year}/">Annual report {year}</a></li>'
        page(
            site,
            f"/investors/publications/annual-report-{year}/",
            f"<h1>Annual report {year}</h1><p>Our year.</p>"
            f'<a href="/files/{year}/annual_report_{year}.pdf">Download</a>',
        )
        found[f"/files/{year}/annual_report_{year}.pdf"] = (ANNUAL, year)
    page(site, "/investors/", f"<h1>Publications</h1><ul>{items}</ul>")
    return found


@structure
def sections_under_years(site: LocalSite) -> Expected:
    found: Expected = {}
    body = "<h1>Results and reports</h1>"
    for year in (2022, 2023, 2024):
        body += f"<h2>{year}</h2><ul>"
        for number in (1, 2, 3):
            body += f'<li><a href="/f/{year}/q{number}.pdf">Interim report Q{number}</a></li>'
            found[f"/f/{year}/q{number}.pdf"] = (QUARTER, year)
        body += f'<li><a href="/f/{year}/ar.pdf">Annual report</a></li></ul>'
        found[f"/f/{year}/ar.pdf"] = (ANNUAL, year)
    page(site, "/investors/", body)
    return found


@structure
def a_site_in_german(site: LocalSite) -> Expected:
    page(
        site,
        "/investors/",
        '<a href="finanzberichte.html">Finanzberichte</a> <a href="karriere.html">Karriere</a>',
    )
    path = "/berichte/Geschäftsbericht {}.pdf"
    page(site, "/investors/finanzberichte.html", listed(range(2022, 2025), path, "Geschäftsbericht {}"))
    return annual(range(2022, 2025), "/berichte/Gesch%C3%A4ftsbericht%20{}.pdf")


@structure
def a_site_in_french(site: LocalSite) -> Expected:
    page(site, "/investors/", '<a href="publications.html">Rapports et publications financières</a>')
    page(
        site, "/investors/publications.html", listed(range(2022, 2025), "/doc/ra-{}.pdf", "Rapport annuel {}")
    )
    return annual(range(2022, 2025), "/doc/ra-{}.pdf")


@structure
def a_site_in_spanish(site: LocalSite) -> Expected:
    page(site, "/investors/", '<a href="informes.html">Informes anuales</a>')
    page(site, "/investors/informes.html", listed(range(2022, 2025), "/doc/ia-{}.pdf", "Informe anual {}"))
    return annual(range(2022, 2025), "/doc/ia-{}.pdf")


@structure
def addresses_with_spaces_capitals_and_tracking(site: LocalSite) -> Expected:
    page(
        site,
        "/investors/",
        '<a href="/Docs/Annual Report 2024.PDF?utm_source=ir&amp;v=2">Annual Report 2024</a>'
        '<a href="/Docs/Annual Report 2023.PDF#page=1">Annual Report 2023</a>',
    )
    return {
        "/Docs/Annual%20Report%202024.PDF?utm_source=ir&v=2": (ANNUAL, 2024),
        "/Docs/Annual%20Report%202023.PDF": (ANNUAL, 2023),
    }
