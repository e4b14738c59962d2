"""One spelling for each address, and whose it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.discover.urls import (
    absolute_url,
    extension,
    file_name,
    is_other_file,
    looks_like_file,
    normalise_url,
    registered_domain,
    same_site,
    unwrapped,
)
from engine.errors import BadInput


@pytest.mark.parametrize(
    ("url", "spelt"),
    [
        ("HTTP://WWW.Example.COM:80/a/../b/./c%7e/?utm_source=x&b=1#f", "http://www.example.com/b/c~/?b=1"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://example.com/%c3%a4?q=%2f", "https://example.com/%C3%A4?q=%2F"),
        ("https://example.com/ä b", "https://example.com/%C3%A4%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://example.com/a;jsessionid=ABC?x=1", "https://example.com/a?x=1"),
        ("https://example.com/a?gclid=1&fbclid=2&mc_cid=3", "https://example.com/a"),
        ("https://example.com/a?b=2&a=1", "https://example.com/a?b=2&a=1"),
        ("https://example.com/a/..", "https://example.com/"),
        ("https://example.com/../../x", "https://example.com/x"),
        ("https://example.com/a//b", "https://example.com/a//b"),
        ("  https://example.com/a\n", "https://example.com/a"),
        ("http://[2606:4700::1111]:80/x", "http://[2606:4700::1111]/x"),
    ],
)
def test_one_spelling(url, spelt):
    assert normalise_url(url) == spelt
    assert normalise_url(spelt) == spelt


@pytest.mark.parametrize(
    "url", ["", "x.pdf", "mailto:a@b.c", "file:///etc/passwd", "http://", "http://[::1", "http://a:b"]
)
def test_what_is_no_address(url):
    with pytest.raises(BadInput) as caught:
        normalise_url(url)
    assert caught.value.code == "bad_url"


@given(st.text(max_size=60))
def test_any_text_is_refused_or_spelt_for_good(text):
    try:
        spelt = normalise_url("http://example.com/" + text)
    except BadInput:
        return
    assert normalise_url(spelt) == spelt


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("ar.pdf", "https://example.com/ir/ar.pdf"),
        ("../ar 2023.pdf", "https://example.com/ar%202023.pdf"),
        ("//cdn.example.net/ar.pdf", "https://cdn.example.net/ar.pdf"),
        ("?year=2020", "https://example.com/ir/reports?year=2020"),
        ("/a.pdf#page=3", "https://example.com/a.pdf"),
        ("\n /a.pdf ", "https://example.com/a.pdf"),
        ("javascript:void(0)", None),
        ("JavaScript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:ir@example.com", None),
        ("tel:+1", None),
        ("#top", None),
        ("", None),
        ("http://[", None),
        ("http://user:pw@example.com/x", None),
        ("x" * 3000, None),
    ],
)
def test_where_a_link_leads(href, url):
    assert absolute_url(href, "https://example.com/ir/reports") == url


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.example.com/", "example.com"),
        ("https://ir.investors.example.co.uk/", "example.co.uk"),
        ("https://example.com.au/", "example.com.au"),
        ("https://reports.example.de/", "example.de"),
        ("https://example.in/", "example.in"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://localhost/", "localhost"),
        ("http://[::1]/", "::1"),
    ],
)
def test_registered_domain(url, domain):
    assert registered_domain(url) == domain


def test_same_site():
    assert same_site("https://ir.example.co.uk/", "https://www.example.co.uk/x") is True
    assert same_site("https://one.co.uk/", "https://two.co.uk/") is False
    assert same_site("mailto:a@b.c", "mailto:a@b.c") is False


@pytest.mark.parametrize(
    ("url", "is_file"),
    [
        ("https://x.example/a.pdf", True),
        ("https://x.example/A.PDF?v=2", True),
        ("https://x.example/report.xhtml", True),
        ("https://x.example/549300ABCDEFGHIJKL12-2023-12-31.zip", True),
        ("https://x.example/static-files/54653ce8-0548-4104-9aec-2a19366bec8b", True),
        ("https://x.example/static-files/overview", False),
        ("https://x.example/download.php?file=ar2023.pdf", True),
        ("https://x.example/doc?docId=77", True),
        ("https://x.example/media/4711/download", True),
        ("https://x.example/download/812", True),
        ("https://x.example/downloads", False),
        ("https://x.example/quality", False),
        ("https://x.example/pdf-reports", False),
        ("https://x.example/logo.png", False),
        ("https://x.example/results.xlsx", False),
    ],
)
def test_file_or_page(url, is_file):
    assert looks_like_file(url) is is_file


def test_names_and_extensions():
    assert extension("https://x.example/a/b.tar.GZ?x=1") == "gz"
    assert extension("https://x.example/v1.2/reports") == ""
    assert file_name("https://x.example/d/Annual+Report%202023.pdf") == "Annual Report 2023.pdf"
    assert file_name("https://x.example/get?file=/docs/ar.pdf") == "ar.pdf"
    assert is_other_file("https://x.example/a.XLSX") is True


def test_an_archive_copy_is_unwrapped():
    copy = "https://web.archive.org/web/20240102030405if_/https://x.example/a.pdf"
    assert unwrapped(copy) == "https://x.example/a.pdf"
    assert unwrapped("https://x.example/web/1/https://y") == "https://x.example/web/1/https://y"
