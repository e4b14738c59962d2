"""Which machines may be contacted, decided by the address and never by the spelling."""

import ipaddress
import socket

import pytest

from net.addresses import AddressPolicy, checked_addresses, is_public, parse_url
from net.errors import FetchFailed
from net.fetch import Fetcher
from net.limiter import LocalHostLimiter
from net.values import FetchOptions
from tests.http import LocalSite

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "100.63.255.255",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
    "::ffff:8.8.8.8",
]
CLOSED = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_open_addresses(address):
    assert is_public(ipaddress.ip_address(address)) is True


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses(address):
    assert is_public(ipaddress.ip_address(address)) is False


@pytest.fixture
def sockets(monkeypatch):
    """Every address a socket is told to connect to; none of them is reached."""
    seen = []

    def connect(_socket, address):
        seen.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("net.connection.WatchedSocket.connect", connect, raising=False)
    return seen


def fetcher(**policy):
    options = FetchOptions("ir@example.org", policy=AddressPolicy(**policy), obey_robots=False)
    return Fetcher(options, LocalHostLimiter(0.0))


def resolving_to(monkeypatch, *answers):
    """Makes every name lead to these addresses, one list per question asked."""
    waiting = [list(answer) for answer in answers]

    def getaddrinfo(host, port, **_options):
        addresses = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://0/",
    ],
)
def test_odd_spellings_are_refused_and_nothing_is_contacted(url, sockets):
    with pytest.raises(FetchFailed) as caught:
        fetcher().get(url)
    assert (caught.value.code, caught.value.retryable) == ("blocked_address", False)
    assert sockets == []


@pytest.mark.parametrize("url", ["http://8.8.8.8:22/", "http://8.8.8.8:6379/", "https://8.8.8.8:8443/"])
def test_other_ports_are_refused(url, sockets):
    with pytest.raises(FetchFailed) as caught:
        fetcher().get(url)
    assert caught.value.code == "blocked_address"
    assert sockets == []


def test_a_listed_port_is_open(sockets):
    with pytest.raises(FetchFailed) as caught:
        fetcher(ports=frozenset({80, 443, 8443})).get("https://8.8.8.8:8443/")
    assert caught.value.code == "connection_failed"
    assert sockets == [("8.8.8.8", 8443)]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "reports.html",
        "//example.org/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://",
        "http://user:secret@example.org/",
        "http://@example.org/",
        "http://exa mple.org/",
        "http://example..org/",
        "http://-example.org/",
        "http://example.org:99999/",
        "http://example.org:port/",
        "http://example.org/\r\nX-Injected: 1",
        "http://example.org/\0",
        "http://[::1/",
        "http://[v1.x]/",
        "http://example.org/" + "x" * 20_000,
        "http://" + "x" * 300 + ".org/",
    ],
)
def test_what_is_no_address(url, sockets):
    with pytest.raises(FetchFailed) as caught:
        fetcher().get(url)
    assert (caught.value.code, caught.value.retryable) == ("bad_url", False)
    assert "secret" not in str(caught.value)
    assert "secret" not in caught.value.url
    assert sockets == []


def test_letters_beyond_ascii_are_spelt_for_the_wire():
    target = parse_url("https://Bücher.example/Geschäftsbericht 2023.pdf?für=ä#teil")
    assert target.host == "xn--bcher-kva.example"
    assert target.path == "/Gesch%C3%A4ftsbericht%202023.pdf?f%C3%BCr=%C3%A4"
    assert target.url == f"https://xn--bcher-kva.example{target.path}"


def test_what_is_encoded_already_stays():
    assert parse_url("https://example.org/a%20b/%C3%A4?x=%26").path == "/a%20b/%C3%A4?x=%26"


def test_one_closed_address_among_several_refuses_the_host(monkeypatch, sockets):
    resolving_to(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(FetchFailed) as caught:
        fetcher().get("http://two-faced.example/")
    assert caught.value.code == "blocked_address"
    assert "10.0.0.1" not in caught.value.message
    assert sockets == []


def test_the_checked_address_is_the_one_contacted(monkeypatch, sockets):
    """A name that leads elsewhere at the second question has no second question."""
    resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(FetchFailed):
        fetcher().get("http://rebinding.example/")
    assert sockets == [("93.184.216.34", 80)]


def test_every_request_resolves_and_judges_anew(monkeypatch, sockets):
    resolving_to(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    door = fetcher()
    with pytest.raises(FetchFailed):
        door.get("http://rebinding.example/")
    with pytest.raises(FetchFailed) as caught:
        door.get("http://rebinding.example/")
    assert caught.value.code == "blocked_address"
    assert sockets == [("93.184.216.34", 80)]


def test_addresses_are_tried_in_turn(monkeypatch, sockets):
    resolving_to(monkeypatch, ["93.184.216.34", "2606:4700:4700::1111"])
    with pytest.raises(FetchFailed):
        fetcher().get("http://example.org/")
    assert sockets == [("93.184.216.34", 80), ("2606:4700:4700::1111", 80)]


def test_a_name_nobody_knows(monkeypatch):
    def nobody(*_arguments, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(FetchFailed) as caught:
        fetcher().get("http://nowhere.example/")
    assert (caught.value.code, caught.value.retryable) == ("name_not_resolved", True)


def test_a_named_pair_is_open_and_its_neighbours_are_not():
    with LocalSite() as site, LocalSite() as other:
        site.add("/", b"fine")
        site.redirect("/away", other.url("/"))
        door = fetcher(allowed_private=frozenset({site.pair}))
        assert door.get(site.url("/")).body == b"fine"
        for url in (other.url("/"), site.url("/away"), f"http://localhost:{site.port}/"):
            with pytest.raises(FetchFailed) as caught:
                door.get(url)
            assert caught.value.code == "blocked_address"
        assert other.requests == []


def test_a_denied_host_is_never_contacted(monkeypatch, sockets):
    resolving_to(monkeypatch, ["93.184.216.34"])
    with pytest.raises(FetchFailed) as caught:
        fetcher(denied_hosts=frozenset({"tenfold.example"})).get("https://tenfold.example./admin/")
    assert caught.value.code == "blocked_address"
    assert sockets == []


def test_the_name_stays_in_the_host_header(monkeypatch):
    with LocalSite() as site:
        site.add("/", b"fine")
        resolving_to(monkeypatch, ["127.0.0.1"])
        pair = f"demo.example:{site.port}"
        door = fetcher(allowed_private=frozenset({pair}))
        assert door.get(f"http://{pair}/").body == b"fine"
        assert site.requests[0].headers["host"] == pair


@pytest.mark.parametrize("pair", ["127.0.0.1", "host:", "host:0", "host:70000", ":80"])
def test_a_wrong_pair_is_named(pair):
    with pytest.raises(ValueError, match="allowed_private"):
        AddressPolicy(allowed_private=frozenset({pair}))


def test_a_wrong_port_is_named():
    with pytest.raises(ValueError, match="ports: 0 is not"):
        AddressPolicy(ports=frozenset({0}))


def test_answers_carry_family_and_address(monkeypatch):
    resolving_to(monkeypatch, ["93.184.216.34", "93.184.216.34"])
    found = checked_addresses(parse_url("http://example.org/"), AddressPolicy())
    assert found == [(socket.AF_INET, ("93.184.216.34", 80))]
