"""File names, first bytes, packed bodies, robots.txt."""

import gzip
import pickle

import pytest

from net.content import media_type_of
from net.decoding import TooManyBytes, WrongEncoding, decoder_for
from net.errors import CODES, FetchFailed
from net.filenames import cleaned_name, name_in_disposition
from net.robots import robots_from


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, ""),
        ("", ""),
        ("inline", ""),
        ('attachment; filename="AR 2024.pdf"', "AR 2024.pdf"),
        ("attachment; filename=ar.pdf", "ar.pdf"),
        ("attachment; filename*=UTF-8''Gesch%C3%A4ftsbericht.pdf", "Geschäftsbericht.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''Rapport%20%C3%A9t%C3%A9.pdf", "Rapport été.pdf"),
        ('attachment; filename="../../settings.py"', "settings.py"),
        ('attachment; filename="..\\\\..\\\\boot.ini"', "boot.ini"),
        ('attachment; filename="%2e%2e%2f%2e%2e%2fetc%2fpasswd"', "passwd"),
        ('attachment; filename="/etc/passwd"', "passwd"),
        ('attachment; filename="a\u202efdp.exe"', "afdp.exe"),
        ('attachment; filename="a\x00b\x07.pdf"', "ab.pdf"),
        ('attachment; filename=".."', ""),
        ('attachment; filename="CON"', "CON"),
        ("attachment; filename=" + "x" * 9000, ""),
    ],
)
def test_names_are_only_shown_and_cleaned(header, name):
    assert name_in_disposition(header) == name


def test_long_names_keep_their_ending():
    cleaned = cleaned_name("x" * 5000 + ".pdf")
    assert (len(cleaned), cleaned[-5:]) == (200, "x.pdf")


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\r\n\r\njunk%PDF-1.4", "application/pdf"),
        (b" " * 1020 + b"%PDF-", ""),
        (b"<html><body>%PDF-1.4", "text/html"),
        (b"  <!DOCTYPE HTML PUBLIC", "text/html"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b'<?xml version="1.0"?><urlset>', "application/xml"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "application/xhtml+xml"),
        (b'\xef\xbb\xbf{"a": 1}', "application/json"),
        (b"MZ\x90\x00", ""),
        (b"", ""),
    ],
)
def test_a_body_is_what_its_bytes_are(head, media_type):
    assert media_type_of(head) == media_type


def test_padding_after_packed_data_is_ignored():
    decoder = decoder_for("gzip", 100)
    assert b"".join(decoder.feed(gzip.compress(b"abc") + b"\0" * 50)) == b"abc"
    assert decoder.is_complete


def test_the_bound_holds_to_the_byte():
    assert b"".join(decoder_for("", 3).feed(b"abc")) == b"abc"
    with pytest.raises(TooManyBytes):
        list(decoder_for("", 2).feed(b"abc"))
    assert b"".join(decoder_for("gzip", 3).feed(gzip.compress(b"abc"))) == b"abc"
    with pytest.raises(TooManyBytes):
        list(decoder_for("gzip", 2).feed(gzip.compress(b"abc")))


@pytest.mark.parametrize("header", ["br", "zstd", "compress", "gzip, br", "gzip,gzip"])
def test_other_codings_are_named(header):
    with pytest.raises(WrongEncoding):
        decoder_for(header, 10)


def test_a_rule_cut_in_half_is_dropped():
    body = b"User-agent: *\n" + b"#" * (500 * 1024 - 14 - 12) + b"\nDisallow: /private"
    robots = robots_from(200, body, "Tenfold")
    assert robots.allows("https://example.org/public") is True


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        (b"User-agent: *\nDisallow: /", "/x", False),
        (b"User-agent: *\nDisallow:", "/x", True),
        (b"User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        (b"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        (b"User-agent: tenfold\nDisallow: /x\n\nUser-agent: *\nDisallow: /", "/y", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /x", "/x", False),
        (b"<html>not found</html>", "/x", True),
        (b"\xff\xfe\x00", "/x", True),
    ],
)
def test_rules_are_read_by_the_standard(rules, path, allowed):
    assert robots_from(200, rules, "Tenfold").allows("https://example.org" + path) is allowed


@pytest.mark.parametrize(("delay", "seconds"), [(b"5", 5.0), (b"99999", 30.0), (b"soon", None)])
def test_a_crawl_delay_is_bounded(delay, seconds):
    rules = b"User-agent: *\nCrawl-delay: " + delay
    assert robots_from(200, rules, "Tenfold").crawl_delay == seconds


def test_a_failure_survives_the_way_between_processes():
    failure = FetchFailed("rate_limited", "https://x.example/", "Later.", status=429, retry_after=9.0)
    again = pickle.loads(pickle.dumps(failure))  # noqa: S301
    assert (again.code, again.url, again.message) == ("rate_limited", "https://x.example/", "Later.")
    assert (again.status, again.retryable, again.retry_after) == (429, True, 9.0)


def test_every_code_is_described():
    import net.errors

    described = {line.split()[0] for line in net.errors.__doc__.splitlines()[3:] if line.strip()}
    assert described == CODES


def test_an_invented_code_is_refused():
    with pytest.raises(ValueError, match="oops"):
        FetchFailed("oops", "https://x.example/", "x")
