"""Fetching against a real server on this machine: every fault and its answer."""

import gzip
import hashlib
import io
import ipaddress
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from net.addresses import AddressPolicy
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.limiter import LocalHostLimiter
from net.values import FetchOptions
from tests.http import LocalSite, Reply, investor_site, small_pdf


@pytest.fixture
def site():
    with LocalSite() as running:
        yield running


def fetcher_for(*sites, limiter=None, **changes):
    policy = AddressPolicy(allowed_private=frozenset(site.pair for site in sites))
    options = {"contact": "ir@example.org", "policy": policy, "obey_robots": False} | changes
    return Fetcher(FetchOptions(**options), limiter or LocalHostLimiter(0.0))


def failure_of(fetcher, url, **arguments):
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(url, **arguments)
    return caught.value


class TestSuccess:
    def test_a_page_comes_whole(self, site):
        site.add("/page", b"<html>hello</html>", headers=(("ETag", '"a1"'), ("Last-Modified", "yesterday")))
        page = fetcher_for(site).get(site.url("/page"))
        assert page.body == b"<html>hello</html>"
        assert (page.status, page.content_type, page.charset) == (200, "text/html; charset=utf-8", "utf-8")
        assert (page.media_type, page.etag, page.last_modified) == ("text/html", '"a1"', "yesterday")
        assert (page.url, page.final_url, page.not_modified) == (site.url("/page"), site.url("/page"), False)

    def test_says_who_it_is_and_nothing_else(self, site, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        site.add("/", b"x")
        fetcher_for(site).get(site.url("/"))
        headers = site.requests[0].headers
        assert headers["user-agent"] == "Tenfold/0.1 (+ir@example.org)"
        assert headers["host"] == site.pair
        assert sorted(headers) == ["accept", "accept-encoding", "connection", "host", "user-agent"]

    def test_a_file_is_hashed_while_it_is_written(self, site):
        report = small_pdf("Annual report 2024")
        named = (("Content-Disposition", 'attachment; filename="AR 2024.pdf"'),)
        site.add("/r.pdf", report, content_type="application/pdf", headers=named)
        into = io.BytesIO()
        got = fetcher_for(site).stream(site.url("/r.pdf"), into)
        assert into.getvalue() == report
        assert (got.size, got.sha256) == (len(report), hashlib.sha256(report).hexdigest())
        assert (got.media_type, got.disposition_name) == ("application/pdf", "AR 2024.pdf")
        assert got.head == report[:1024]
        assert site.requests[0].headers["accept-encoding"] == "identity"

    def test_an_invitation_to_go_on_is_passed_over(self, site):
        said = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
        site.add_raw("/x", lambda c: c.sendall(said))
        assert fetcher_for(site).get(site.url("/x")).body == b"fine"

    def test_bare_line_ends_are_read(self, site):
        site.add_raw("/x", lambda c: c.sendall(b"HTTP/1.1 200 OK\nContent-Length: 4\n\r\nfine"))
        assert fetcher_for(site).get(site.url("/x")).body == b"fine"

    @pytest.mark.parametrize(
        ("said", "known"),
        [
            (b"Content-Length: 4\r\n\r\nfine", True),
            (b"Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n", True),
            (b"\r\nfine", False),
        ],
    )
    def test_whether_the_end_is_known(self, site, said, known):
        site.add_raw("/x", lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n" + said))
        got = fetcher_for(site).stream(site.url("/x"), io.BytesIO())
        assert (got.size, got.end_known) == (4, known)

    def test_chunks_are_joined(self, site):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        site.add_raw("/c", lambda c: c.sendall(head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
        assert fetcher_for(site).get(site.url("/c")).body == b"abcde"

    @pytest.mark.parametrize(
        ("coding", "packed"),
        [
            ("gzip", gzip.compress(b"hello " * 100, mtime=0)),
            ("x-gzip", gzip.compress(b"hello " * 50, mtime=0) + gzip.compress(b"hello " * 50, mtime=0)),
            ("deflate", zlib.compress(b"hello " * 100)),
            ("deflate", zlib.compress(b"hello " * 100)[2:-4]),
            ("identity", b"hello " * 100),
        ],
    )
    def test_one_coding_is_unpacked(self, site, coding, packed):
        site.add("/z", packed, headers=(("Content-Encoding", coding),))
        assert fetcher_for(site).get(site.url("/z")).body == b"hello " * 100

    def test_an_empty_answer_is_empty(self, site):
        site.add("/e", b"")
        got = fetcher_for(site).stream(site.url("/e"), io.BytesIO())
        assert (got.size, got.media_type, got.head) == (0, "", b"")

    def test_unchanged_is_said_so(self, site):
        def answer(request):
            same = request.headers.get("if-none-match") == '"v7"'
            return Reply(b"", 304, "", (("ETag", '"v7"'),)) if same else Reply(b"new", 200, "text/plain")

        site.add_answer("/r", answer)
        fetcher = fetcher_for(site)
        again = fetcher.get(site.url("/r"), etag='"v7"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT")
        assert (again.not_modified, again.body, again.status) == (True, b"", 304)
        assert site.requests[0].headers["if-modified-since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
        assert fetcher.get(site.url("/r"), etag='"v6"').body == b"new"

    def test_a_page_dressed_as_pdf_is_recognised(self, site):
        site.add("/r.pdf", b"<!DOCTYPE html><title>Log in</title>", content_type="application/pdf")
        got = fetcher_for(site).stream(site.url("/r.pdf"), io.BytesIO())
        assert (got.content_type, got.media_type) == ("application/pdf", "text/html")

    def test_a_pdf_dressed_as_page_is_recognised(self, site):
        site.add("/r", small_pdf("x"), content_type="text/html")
        assert fetcher_for(site).stream(site.url("/r"), io.BytesIO()).media_type == "application/pdf"

    def test_a_full_disk_is_not_blamed_on_the_site(self, site):
        class FullDisk(io.BytesIO):
            def write(self, data):
                raise OSError(28, "No space left on device")

        site.add("/r.pdf", b"%PDF-1.4 x", content_type="application/pdf")
        with pytest.raises(OSError, match="No space left") as caught:
            fetcher_for(site).stream(site.url("/r.pdf"), FullDisk())
        assert caught.value.errno == 28


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "code", "retryable"),
        [
            (400, "http_4xx", False),
            (401, "blocked_by_site", False),
            (403, "blocked_by_site", False),
            (404, "not_found", False),
            (408, "http_4xx", True),
            (410, "not_found", False),
            (418, "http_4xx", False),
            (425, "http_4xx", True),
            (429, "rate_limited", True),
            (451, "blocked_by_site", False),
            (500, "http_5xx", True),
            (501, "http_5xx", False),
            (503, "http_5xx", True),
            (204, "bad_response", False),
            (206, "bad_response", False),
        ],
    )
    def test_each_status_has_its_code(self, site, status, code, retryable):
        site.add("/s", b"", status=status)
        failure = failure_of(fetcher_for(site), site.url("/s"))
        assert (failure.code, failure.status, failure.retryable) == (code, status, retryable)
        assert failure.message.startswith("127.0.0.1 ")
        assert failure.message.endswith(".")

    def test_a_challenge_is_a_refusal_whatever_its_status(self, site):
        page = b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
        site.add("/503", page, status=503)
        site.add("/200", page, headers=(("cf-mitigated", "challenge"),))
        site.add("/zipped", gzip.compress(page, mtime=0), status=503, headers=(("Content-Encoding", "gzip"),))
        for path in ("/503", "/200", "/zipped"):
            failure = failure_of(fetcher_for(site), site.url(path))
            assert (failure.code, failure.retryable) == ("blocked_by_site", False)
            assert "asks for a human being" in failure.message

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("120", 120.0),
            ("-1", 60.0),
            ("0", 60.0),
            ("1000000000000", 86400.0),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 60.0),
            ("soon", 60.0),
            ("", 60.0),
        ],
    )
    def test_retry_after_is_read_and_bounded(self, site, header, seconds):
        site.add("/s", b"", status=429, headers=(("Retry-After", header),))
        assert failure_of(fetcher_for(site), site.url("/s")).retry_after == seconds

    def test_retry_after_as_a_date(self, site):
        moment = datetime.now(UTC) + timedelta(seconds=600)
        site.add("/s", b"", status=429, headers=(("Retry-After", format_datetime(moment, usegmt=True)),))
        assert failure_of(fetcher_for(site), site.url("/s")).retry_after == pytest.approx(600, abs=5)

    def test_a_limited_host_is_left_alone_and_others_are_not(self, site):
        with LocalSite() as other:
            site.add("/s", b"", status=429, headers=(("Retry-After", "3600"),))
            other.add("/s", b"fine")
            fetcher = fetcher_for(site, other)
            assert failure_of(fetcher, site.url("/s")).code == "rate_limited"
            second = failure_of(fetcher, site.url("/other"))
            assert (second.code, second.retryable) == ("host_paused", True)
            assert second.retry_after == pytest.approx(3600, abs=5)
            assert len(site.requests) == 1
            assert fetcher.get(other.url("/s")).body == b"fine"

    def test_a_failing_host_is_left_alone_after_five_failures(self, site):
        site.add("/s", b"", status=500)
        fetcher = fetcher_for(site)
        codes = [failure_of(fetcher, site.url("/s")).code for _ in range(6)]
        assert codes == ["http_5xx"] * 5 + ["host_paused"]
        assert len(site.requests) == 5


class TestRedirects:
    def test_followed_to_the_end(self, site):
        site.redirect("/a", "/b", 301)
        site.redirect("/b", "c?x=1", 307)
        site.add("/c?x=1", b"end")
        got = fetcher_for(site).get(site.url("/a"))
        assert (got.body, got.url, got.final_url) == (b"end", site.url("/a"), site.url("/c?x=1"))

    def test_five_are_followed_and_six_are_not(self, site):
        for number in range(6):
            site.redirect(f"/{number}", f"/{number + 1}")
        site.add("/6", b"end")
        assert fetcher_for(site).get(site.url("/1")).body == b"end"
        failure = failure_of(fetcher_for(site), site.url("/0"))
        assert (failure.code, failure.retryable) == ("too_many_redirects", False)
        assert "/6" not in site.paths()[6:]

    def test_a_circle_is_noticed_at_once(self, site):
        site.redirect("/a", "/b")
        site.redirect("/b", "/a")
        assert failure_of(fetcher_for(site), site.url("/a")).code == "too_many_redirects"
        assert site.paths() == ["/a", "/b"]

    @pytest.mark.parametrize(
        ("to", "code"),
        [
            ("file:///etc/passwd", "bad_url"),
            ("ftp://example.org/x", "bad_url"),
            ("gopher://example.org/", "bad_url"),
            ("data:text/html,hi", "bad_url"),
            ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
            ("http://10.0.0.1/", "blocked_address"),
            ("http://127.0.0.1:1/", "blocked_address"),
            ("http://user:pw@example.org/", "bad_url"),
            ("http://[::1", "bad_url"),
            ("", "bad_response"),
        ],
    )
    def test_every_hop_is_judged(self, site, to, code):
        site.redirect("/a", to)
        failure = failure_of(fetcher_for(site), site.url("/a"))
        assert (failure.code, failure.retryable) == (code, False)
        assert site.paths() == ["/a"]

    def test_cookies_do_not_travel(self, site):
        site.add("/a", status=302, headers=(("Set-Cookie", "session=1"), ("Location", "/b")))
        site.add("/b", b"end")
        fetcher_for(site).get(site.url("/a"))
        assert "cookie" not in site.requests[1].headers


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that signs itself, with its key in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_site(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with LocalSite(tls=context) as running:
        yield running


class TestTls:
    def test_a_trusted_certificate_opens_the_door(self, secure_site, certificate):
        secure_site.add("/", b"fine")
        fetcher = fetcher_for(secure_site, extra_certificates=str(certificate))
        assert fetcher.get(secure_site.url("/")).body == b"fine"

    def test_any_other_certificate_does_not(self, secure_site):
        secure_site.add("/", b"fine")
        failure = failure_of(fetcher_for(secure_site), secure_site.url("/"))
        assert (failure.code, failure.retryable) == ("tls_failed", False)
        assert "its certificate is not valid" in failure.message
        assert secure_site.requests == []

    def test_a_certificate_for_another_name_does_not(self, secure_site, certificate):
        url = f"https://localhost:{secure_site.port}/"
        policy = AddressPolicy(allowed_private=frozenset({f"localhost:{secure_site.port}"}))
        fetcher = fetcher_for(policy=policy, extra_certificates=str(certificate))
        assert failure_of(fetcher, url).code == "tls_failed"

    def test_no_tls_at_all(self, site):
        fetcher = fetcher_for(site)
        assert failure_of(fetcher, f"https://{site.pair}/").code == "tls_failed"

    def test_from_secure_to_insecure_is_refused(self, site, secure_site, certificate):
        secure_site.redirect("/a", site.url("/b"))
        fetcher = fetcher_for(site, secure_site, extra_certificates=str(certificate))
        failure = failure_of(fetcher, secure_site.url("/a"))
        assert (failure.code, failure.retryable, failure.status) == ("insecure_redirect", False, 302)
        assert site.requests == []

    def test_limits_hold_under_tls(self, secure_site, certificate):
        secure_site.add("/long", b"x" * 150, length=100)
        secure_site.add_raw("/silent", lambda _connection: secure_site.wait(5))
        fetcher = fetcher_for(secure_site, extra_certificates=str(certificate), idle_seconds=0.3)
        assert failure_of(fetcher, secure_site.url("/long")).code == "wrong_length"
        assert failure_of(fetcher, secure_site.url("/silent")).code == "timeout"


class TestHostileBodies:
    def test_announced_too_large_is_not_read(self, site):
        site.add("/big", b"x" * 10, length=10**10)
        failure = failure_of(fetcher_for(site), site.url("/big"))
        assert (failure.code, failure.retryable) == ("too_large", False)
        assert "10,000,000,000" in failure.message

    def test_an_endless_stream_is_cut(self, site):
        def endless(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n")
            while not site.is_stopping:
                connection.sendall(b"x" * 65536)

        site.add_raw("/big", endless)
        into = io.BytesIO()
        with pytest.raises(FetchFailed) as caught:
            fetcher_for(site).stream(site.url("/big"), into, max_bytes=1_000_000)
        assert caught.value.code == "too_large"
        assert len(into.getvalue()) == 1_000_000

    def test_a_gzip_bomb_is_cut_while_unpacking(self, site):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(300)) + packer.flush()
        site.add("/bomb", bomb, headers=(("Content-Encoding", "gzip"),))
        assert len(bomb) < 400_000
        assert failure_of(fetcher_for(site), site.url("/bomb")).code == "too_large"

    @pytest.mark.parametrize(
        ("coding", "body"),
        [
            ("gzip, gzip, gzip, gzip, gzip", b"x"),
            ("br", b"x"),
            ("gzip", b"this is not gzip"),
            ("deflate", b"\xff\xff\xff\xff"),
        ],
    )
    def test_other_codings_are_refused(self, site, coding, body):
        site.add("/z", body, headers=(("Content-Encoding", coding),))
        failure = failure_of(fetcher_for(site), site.url("/z"))
        assert (failure.code, failure.retryable) == ("bad_response", False)

    def test_cut_compressed_data_are_not_whole(self, site):
        packed = gzip.compress(bytes(range(256)) * 50)
        site.add("/z", packed[:-20], headers=(("Content-Encoding", "gzip"),))
        failure = failure_of(fetcher_for(site), site.url("/z"))
        assert (failure.code, failure.retryable) == ("wrong_length", True)

    def test_one_byte_now_and_then_is_too_slow(self, site):
        def drip(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not site.is_stopping:
                connection.sendall(b"x")
                site.wait(0.05)

        site.add_raw("/drip", drip)
        failure = failure_of(fetcher_for(site, speed_grace=0.3), site.url("/drip"))
        assert (failure.code, failure.retryable) == ("too_slow", True)

    def test_headers_that_drip_end_at_the_deadline(self, site):
        def drip(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not site.is_stopping:
                connection.sendall(b"a: b\r\n")
                site.wait(0.1)

        site.add_raw("/drip", drip)
        failure = failure_of(fetcher_for(site, page_seconds=1.0), site.url("/drip"))
        assert (failure.code, failure.retryable) == ("too_slow", True)

    def test_silence_is_a_timeout(self, site):
        site.add_raw("/silent", lambda _connection: site.wait(5))
        failure = failure_of(fetcher_for(site, idle_seconds=0.2), site.url("/silent"))
        assert (failure.code, failure.retryable) == ("timeout", True)

    def test_too_many_header_bytes(self, site):
        line = b"x-filler: " + b"y" * 1000 + b"\r\n"
        site.add_raw("/h", lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n" + line * 90 + b"\r\nhello"))
        failure = failure_of(fetcher_for(site), site.url("/h"))
        assert (failure.code, failure.retryable) == ("too_large", False)
        assert "headers" in failure.message

    def test_shorter_than_announced(self, site):
        site.add("/short", b"x" * 99, length=100)
        failure = failure_of(fetcher_for(site), site.url("/short"))
        assert (failure.code, failure.retryable) == ("wrong_length", True)
        assert "1 bytes fewer" in failure.message

    def test_longer_than_announced(self, site):
        site.add("/long", b"x" * 150, length=100)
        assert failure_of(fetcher_for(site), site.url("/long")).code == "wrong_length"

    def test_chunks_that_break_off(self, site):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        site.add_raw("/c", lambda c: c.sendall(head + b"ff\r\nabc"))
        assert failure_of(fetcher_for(site), site.url("/c")).code == "wrong_length"

    @pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b"\0" * 500])
    def test_what_is_not_http(self, site, said):
        site.add_raw("/x", lambda c: c.sendall(said))
        failure = failure_of(fetcher_for(site), site.url("/x"))
        assert failure.code == ("connection_failed" if said == b"" else "bad_response")

    def test_nobody_listens(self, site):
        import socket

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        policy = AddressPolicy(allowed_private=frozenset({f"127.0.0.1:{port}"}))
        failure = failure_of(fetcher_for(policy=policy), f"http://127.0.0.1:{port}/")
        assert (failure.code, failure.retryable) == ("connection_failed", True)
        assert "refused" in failure.message


class TestRobots:
    def test_asked_once_and_obeyed(self):
        with investor_site() as site:
            fetcher = fetcher_for(site, obey_robots=True)
            assert fetcher.get(site.url("/investors/")).status == 200
            failure = failure_of(fetcher, site.url("/private/board.html"))
            assert (failure.code, failure.retryable) == ("robots_disallow", False)
            assert [request.path for request in site.requests] == ["/robots.txt", "/investors/"]
            assert fetcher.robots_for(site.url("/")).sitemaps == ("/sitemap.xml",)

    @pytest.mark.parametrize("status", [401, 403, 404, 410])
    def test_no_file_permits_everything(self, site, status):
        site.add("/robots.txt", b"User-agent: *\nDisallow: /", status=status)
        site.add("/x", b"fine")
        assert fetcher_for(site, obey_robots=True).get(site.url("/x")).body == b"fine"

    def test_a_server_error_forbids_for_now(self, site):
        site.add("/robots.txt", b"", status=503)
        site.add("/x", b"fine")
        failure = failure_of(fetcher_for(site, obey_robots=True), site.url("/x"))
        assert (failure.code, failure.retryable) == ("robots_disallow", True)
        assert site.paths() == []

    def test_a_huge_file_is_read_up_to_its_cap(self, site):
        rules = b"User-agent: *\nDisallow: /closed\n" + b"# filler\n" * 6_000_000
        site.add("/robots.txt", rules, content_type="text/plain")
        site.add("/open", b"fine")
        fetcher = fetcher_for(site, obey_robots=True)
        assert fetcher.get(site.url("/open")).body == b"fine"
        assert failure_of(fetcher, site.url("/closed/x")).code == "robots_disallow"

    def test_a_redirected_file_counts(self, site):
        site.redirect("/robots.txt", "/real-robots.txt")
        site.add("/real-robots.txt", b"User-agent: Tenfold\nDisallow: /x\nCrawl-delay: 900")
        fetcher = fetcher_for(site, obey_robots=True)
        assert failure_of(fetcher, site.url("/x")).code == "robots_disallow"
        assert fetcher.robots_for(site.url("/")).crawl_delay == 30.0

    def test_rules_for_others_do_not_bind_us(self, site):
        site.add("/robots.txt", b"User-agent: GreedyBot\nDisallow: /\n\nUser-agent: *\nAllow: /")
        site.add("/x", b"fine")
        assert fetcher_for(site, obey_robots=True).get(site.url("/x")).body == b"fine"


class SharedAnswers:
    """What a cache keeps, without the cache."""

    def __init__(self):
        self.kept = {}

    def recall(self, origin):
        return self.kept.get(origin, (None,))[0]

    def keep(self, origin, status, body, seconds):
        self.kept[origin] = ((status, body), seconds)


class TestSharedRobots:
    def sharing(self, site, memory):
        policy = AddressPolicy(allowed_private=frozenset({site.pair}))
        return Fetcher(FetchOptions("ir@example.org", policy=policy), LocalHostLimiter(0.0), memory)

    def test_a_site_is_asked_once_by_all(self, site):
        site.add("/robots.txt", b"User-agent: *\nDisallow: /closed", content_type="text/plain")
        site.add("/open", b"fine")
        memory = SharedAnswers()
        for _worker in range(3):
            fetcher = self.sharing(site, memory)
            assert fetcher.get(site.url("/open")).body == b"fine"
            assert failure_of(fetcher, site.url("/closed")).code == "robots_disallow"
        assert [request.path for request in site.requests].count("/robots.txt") == 1
        assert memory.kept == {site.url(""): ((200, b"User-agent: *\nDisallow: /closed"), 86400.0)}

    @pytest.mark.parametrize(("status", "seconds"), [(404, 86400.0), (503, 60.0)])
    def test_a_failing_server_is_asked_again_soon(self, site, status, seconds):
        site.add("/robots.txt", b"", status=status)
        memory = SharedAnswers()
        self.sharing(site, memory).robots_for(site.url("/"))
        assert memory.kept[site.url("")][1] == seconds


class TestUnwantedDocuments:
    @pytest.mark.parametrize(
        ("start", "media_type"),
        [(small_pdf("x"), "application/pdf"), (b"PK\x03\x04" + b"\0" * 2000, "application/zip")],
    )
    def test_only_the_start_of_a_document_is_read(self, site, start, media_type):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000000\r\n\r\n"
        site.add_raw("/view", lambda c: (c.sendall(head + start), site.wait(20)))
        page = fetcher_for(site).get(site.url("/view"), documents_unwanted=True)
        assert (page.media_type, page.is_whole) == (media_type, False)
        assert page.body == start

    def test_a_page_is_read_whole_and_one_too_large_is_still_refused(self, site):
        site.add("/page", b"<html>" + b"x" * 5000)
        page = fetcher_for(site).get(site.url("/page"), documents_unwanted=True)
        assert (len(page.body), page.is_whole) == (5006, True)
        site.add("/long", b"<html>" + b"x" * 5000, length=90_000_000)
        failure = failure_of(fetcher_for(site), site.url("/long"), documents_unwanted=True)
        assert (failure.code, "90,000,000" in failure.message) == ("too_large", True)


class TestOptions:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"contact": " "}, "contact"),
            ({"contact": "a\r\nX: y"}, "contact"),
            ({"product": "Ten fold"}, "product"),
            ({"page_seconds": 0}, "page_seconds"),
        ],
    )
    def test_a_wrong_option_is_named(self, changes, message):
        with pytest.raises(ValueError, match=message):
            FetchOptions(**({"contact": "a@b.example"} | changes))
