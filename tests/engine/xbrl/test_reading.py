"""Tagged publications of every form, read to the same facts."""

import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from engine.errors import Unreadable
from engine.kinds import PeriodKind
from engine.limits import Limits
from engine.sandbox import filings_safely, rates_safely, tagged_safely
from engine.values import Period
from engine.xbrl.package import PackageLimits, read_package
from engine.xbrl.read import read_tagged
from engine.xbrl.values import LeftOut, TaggedFact
from tests.engine.xbrl.made import (
    CIK,
    LEI,
    Filing,
    Tagged,
    company_facts,
    esef_package,
    filings_index,
    inline_page,
    submissions,
    xbrl_json,
)

START, END = date(2024, 1, 1), date(2024, 12, 31)
YEAR = Period(PeriodKind.DURATION, START, END)
CLOSE = Period(PeriodKind.INSTANT, None, END)
FACTS = (
    Tagged("ifrs-full:Revenue", END, 1_234_000_000, START),
    Tagged("ifrs-full:CostOfSales", END, 700_000_000, START),
    Tagged("ifrs-full:ProfitLoss", END, -15_000_000, START),
    Tagged("ifrs-full:Assets", END, 5_000_000_000),
    Tagged("ifrs-full:Goodwill", END, None),
    Tagged("ifrs-full:WeightedAverageShares", END, 250_000_000, START, unit="shares"),
    Tagged("ifrs-full:Revenue", END, 400_000_000, START, member="own:EuropeMember"),
    Tagged("own:SomethingElse", END, 1_000_000, START),
)
EXPECTED = (
    TaggedFact("ifrs-full:Revenue", YEAR, "EUR", Decimal(1_234_000_000), -6),
    TaggedFact("ifrs-full:CostOfSales", YEAR, "EUR", Decimal(700_000_000), -6),
    TaggedFact("ifrs-full:ProfitLoss", YEAR, "EUR", Decimal(-15_000_000), -6),
    TaggedFact("ifrs-full:Assets", CLOSE, "EUR", Decimal(5_000_000_000), -6),
    TaggedFact("ifrs-full:Goodwill", CLOSE, "EUR", None, -6),
    TaggedFact("ifrs-full:WeightedAverageShares", YEAR, "shares", Decimal(250_000_000), -6),
)


@pytest.mark.parametrize("made", [xbrl_json, inline_page, esef_package])
def test_every_form_of_a_report_gives_the_same_facts(made) -> None:
    reading = tagged_safely(made(FACTS))
    assert reading.facts == EXPECTED
    assert reading.entity == LEI
    assert {one.code: one.count for one in reading.left_out} == {"has_dimensions": 1, "no_concept": 1}


def test_company_facts_name_the_filing_of_each_figure() -> None:
    revenue = Tagged("ifrs-full:Revenue", date(2023, 12, 31), 1_100_000_000, date(2023, 1, 1))
    older = Filing("0000320123-24-000007", "20-F", date(2024, 3, 1), [revenue])
    newer = Filing("0000320123-25-000009", "20-F", date(2025, 3, 3), FACTS[:2])
    reading = tagged_safely(company_facts([older, newer]))
    assert reading.entity == CIK
    assert [(one.element, one.accession, one.form, one.filed_on, one.value) for one in reading.facts] == [
        ("ifrs-full:Revenue", "0000320123-24-000007", "20-F", date(2024, 3, 1), Decimal(1_100_000_000)),
        ("ifrs-full:Revenue", "0000320123-25-000009", "20-F", date(2025, 3, 3), Decimal(1_234_000_000)),
        ("ifrs-full:CostOfSales", "0000320123-25-000009", "20-F", date(2025, 3, 3), Decimal(700_000_000)),
    ]
    assert all(one.decimals is None for one in reading.facts)


def test_a_figure_of_company_facts_that_names_no_filing_is_left_out_and_counted() -> None:
    body = json.loads(company_facts([Filing("0000320123-25-000009", "10-K", date(2025, 3, 3), FACTS[:1])]))
    said = body["facts"]["ifrs-full"]["Revenue"]["units"]["EUR"]
    said += [{"end": "2024-12-31", "val": 5}, {"end": "soon", "val": 5, "accn": "x"}, {"val": "many"}]
    reading = read_tagged(json.dumps(body).encode())
    assert len(reading.facts) == 1
    assert {one.code: one.count for one in reading.left_out} == {
        "no_filing": 1, "bad_period": 1, "bad_number": 1,
    }  # fmt: skip


def test_lists_of_filings_of_both_forms() -> None:
    filing = Filing("0000320123-25-000009", "10-K", date(2025, 3, 3), FACTS)
    (listed,) = filings_safely(submissions([filing]))
    assert (listed.accession, listed.form, listed.period_end, listed.filed_on, listed.is_tagged) == (
        "0000320123-25-000009", "10-K", END, date(2025, 3, 3), True,
    )  # fmt: skip
    (indexed,) = filings_safely(
        filings_index([("northwind-2024", END, date(2025, 4, 2), "/northwind/2024.json")])
    )
    assert (indexed.accession, indexed.period_end, indexed.filed_on) == (
        "northwind-2024",
        END,
        date(2025, 4, 2),
    )
    assert (indexed.facts_address, indexed.package_address) == ("/northwind/2024.json", "/northwind/2024.zip")


def test_a_figure_said_twice_counts_once_with_its_best_precision_and_a_contradiction_not_at_all() -> None:
    twice = [
        Tagged("ifrs-full:Revenue", END, 1_234_000_000, START),
        Tagged("ifrs-full:Revenue", END, 1_233_900_000, START, decimals="-5"),
        Tagged("ifrs-full:Assets", END, 5_000_000_000),
        Tagged("ifrs-full:Assets", END, 5_002_000_000),
    ]
    reading = read_tagged(xbrl_json(twice))
    assert [(one.element, one.value, one.decimals) for one in reading.facts] == [
        ("ifrs-full:Revenue", Decimal(1_233_900_000), -5)
    ]
    assert reading.left_out == (
        LeftOut("contradicts_itself", 1, "ifrs-full:Assets 2024-12-31: 5000000000, 5002000000"),
    )


def test_an_unknown_format_is_never_guessed() -> None:
    strange = inline_page(FACTS[:2]).replace(b"num-dot-decimal", b"num-in-runes", 1)
    reading = read_tagged(strange)
    assert [one.element for one in reading.facts] == ["ifrs-full:CostOfSales"]
    assert [(one.code, one.count) for one in reading.left_out] == [("unknown_format", 1)]


def test_entities_are_not_resolved(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("4711")
    page = inline_page(FACTS[:2]).decode()
    page = page.replace("<html", f'<!DOCTYPE html [<!ENTITY s SYSTEM "file://{secret}">]>\n<html', 1)
    reading = tagged_safely(page.replace(">1,234<", ">&s;<").encode())
    assert [one.element for one in reading.facts] == ["ifrs-full:CostOfSales"]
    assert "4711" not in str(reading)


def test_entities_that_multiply_fill_no_memory() -> None:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    page = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "ha">{lines}]><html>&e11;</html>'
    with pytest.raises(Unreadable) as refused:
        tagged_safely(page.encode(), Limits(wall_seconds=20, cpu_seconds=15, memory_bytes=400 << 20))
    assert refused.value.code in ("bad_xml", "not_inline_xbrl")


def _package(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "a/../../b", "C:\\x", "a\\..\\b"])
def test_a_package_that_names_a_place_outside_is_refused(name: str) -> None:
    data = _package(("n/reports/n.xhtml", inline_page(FACTS)), (name, b"x"))
    with pytest.raises(Unreadable) as refused:
        tagged_safely(data)
    assert refused.value.code == "unsafe_package"


def test_a_package_with_a_link_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        link = zipfile.ZipInfo("n/reports/n.xhtml")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable) as refused:
        read_package(out.getvalue())
    assert refused.value.code == "unsafe_package"


def test_a_package_that_would_fill_memory_is_refused_before_it_is_unpacked() -> None:
    swollen = _package(("n/reports/n.xhtml", b" " * (3 << 20)))
    with pytest.raises(Unreadable, match="unpacks to more than 200 times its size") as refused:
        read_package(swollen)
    assert refused.value.code == "package_too_large"
    many = _package(*((f"n/{number}", b"") for number in range(4)))
    with pytest.raises(Unreadable, match="it has 4 files"):
        read_package(many, PackageLimits(members=3))
    large = _package(("n/reports/n.xhtml", bytes(range(256)) * 40))
    with pytest.raises(Unreadable, match="makes it larger"):
        read_package(large, PackageLimits(member_bytes=5_000))


def test_of_several_translations_one_is_read() -> None:
    data = _package(
        ("n/reports/n-de.xhtml", inline_page(FACTS[:1])), ("n/reports/n-en.xhtml", inline_page(FACTS[:2]))
    )
    assert [one.element for one in read_tagged(data).facts] == ["ifrs-full:Revenue"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7", "not_tagged"),
        (b"{", "bad_json"),
        (b"[1]", "not_tagged"),
        (b'{"cik": 5}', "not_company_facts"),
        (b'{"facts": {}}', "not_xbrl_json"),
        (b"<html>", "bad_xml"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "not_inline_xbrl"),
        (b"PK\x03\x04 and no more", "bad_package"),
        (_package(("n/readme.txt", b"x")), "no_report"),
    ],
)
def test_what_is_no_tagged_report_says_what_it_is(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_tagged(data)
    assert refused.value.code == code


ECB_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>
<Cube><Cube time="2024-06-14"><Cube currency="USD" rate="1.0686"/><Cube currency="GBP" rate="0.84183"/></Cube>
<Cube time="2024-06-13"><Cube currency="USD" rate="1.0784"/></Cube></Cube></gesmes:Envelope>"""


def test_rates_in_xml_and_in_csv_are_the_same() -> None:
    expected = [
        ("2024-06-14", "USD", "1.0686"),
        ("2024-06-14", "GBP", "0.84183"),
        ("2024-06-13", "USD", "1.0784"),
    ]
    csv = b"Date,USD,GBP,\n2024-06-14,1.0686,0.84183,\n2024-06-13,1.0784,N/A,\n"
    for data in (ECB_XML, csv):
        found = [(one.day.isoformat(), one.currency, str(one.rate)) for one in rates_safely(data)]
        assert found == expected


@pytest.mark.parametrize(
    "data",
    [
        ECB_XML.replace(b"1.0784", b"-1"),
        ECB_XML.replace(b"2024-06-13", b"soon"),
        ECB_XML.replace(b"GBP", b"<!>"),
        b"<html>no rates</html>",
        b"no rates",
    ],
)
def test_rates_that_cannot_be_read_are_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        rates_safely(data)
    assert refused.value.code == "bad_input"
