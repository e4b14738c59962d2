"""Files of the real forms, made from a table of figures: we know the truth by construction."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

LEI = "529900TENFOLD0000001"
CIK = "0000320123"
IFRS_NAMESPACE = "https://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full"


@dataclass(frozen=True)
class Tagged:
    """A figure with the taxonomy's sign, in base units. Without a start it is of one day."""

    element: str
    end: date
    value: int | Decimal | None
    start: date | None = None
    unit: str = "EUR"
    decimals: str = "-6"
    member: str = ""  # of a dimension


@dataclass(frozen=True)
class Filing:
    accession: str
    form: str
    filed: date
    facts: Sequence[Tagged]


def company_facts(filings: Sequence[Filing], cik: str = CIK) -> bytes:
    """As the SEC's `companyfacts/CIK##########.json`."""
    facts: dict[str, dict[str, dict]] = {}
    for filing in filings:
        for one in filing.facts:
            prefix, _, name = one.element.partition(":")
            described = facts.setdefault(prefix, {}).setdefault(
                name, {"label": name, "description": "", "units": {}}
            )
            entry: dict[str, object] = {
                "end": one.end.isoformat(),
                "val": one.value,
                "accn": filing.accession,
                "fy": one.end.year,
                "fp": "FY",
                "form": filing.form,
                "filed": filing.filed.isoformat(),
            }
            if one.start:
                entry = {"start": one.start.isoformat(), **entry}
            described["units"].setdefault(one.unit, []).append(entry)
    return json.dumps({"cik": int(cik), "entityName": "Northwind Instruments plc", "facts": facts}).encode()


def submissions(filings: Sequence[Filing], cik: str = CIK) -> bytes:
    """As the SEC's `submissions/CIK##########.json`."""
    recent = {
        "accessionNumber": [one.accession for one in filings],
        "filingDate": [one.filed.isoformat() for one in filings],
        "reportDate": [max(fact.end for fact in one.facts).isoformat() for one in filings],
        "form": [one.form for one in filings],
        "isXBRL": [1 for _ in filings],
        "isInlineXBRL": [1 for _ in filings],
        "primaryDocument": ["report.htm" for _ in filings],
    }
    body = {"cik": cik, "name": "Northwind Instruments plc", "filings": {"recent": recent, "files": []}}
    return json.dumps(body).encode()


def xbrl_json(facts: Sequence[Tagged]) -> bytes:
    """An xBRL-JSON report."""
    said = {}
    for number, one in enumerate(facts):
        dimensions = {"concept": one.element, "entity": f"lei:{LEI}", "period": _moments(one),
                      "unit": _measure(one.unit)}  # fmt: skip
        if one.member:
            dimensions["ifrs-full:SegmentsAxis"] = one.member
        value = None if one.value is None else str(one.value)
        said[f"f{number}"] = {"value": value, "dimensions": dimensions}
        if one.decimals != "INF":
            said[f"f{number}"]["decimals"] = int(one.decimals)
    about = {
        "documentType": "https://xbrl.org/2021/xbrl-json",
        "namespaces": {"ifrs-full": IFRS_NAMESPACE, "lei": "http://standards.iso.org/iso/17442",
                       "iso4217": "http://www.xbrl.org/2003/iso4217",
                       "xbrli": "http://www.xbrl.org/2003/instance"},
    }  # fmt: skip
    return json.dumps({"documentInfo": about, "facts": said}).encode()


def inline_page(facts: Sequence[Tagged], extra: str = "") -> bytes:
    """A tagged page: figures printed in millions with commas as marks of thousands."""
    contexts, units, cells = {}, {}, []
    for one in facts:
        name = f"c{one.start}{one.end}{one.member}".replace(":", "")
        contexts[name] = _context(name, one)
        units[one.unit] = _unit(one.unit)
        cells.append(_cell(one, name))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:ifrs-full="{IFRS_NAMESPACE}"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:own="https://northwind.example/2024">
<head><title>Annual report</title></head><body>
<div style="display:none"><ix:header><ix:resources>{"".join(contexts.values())}{"".join(units.values())}
</ix:resources></ix:header></div>
<table>{"".join(cells)}</table>{extra}</body></html>""".encode()


def esef_package(facts: Sequence[Tagged], name: str = "northwind-2024-12-31-en") -> bytes:
    """A report package as issuers file it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(f"{name}/META-INF/reportPackage.json", '{"documentInfo": {"documentType": '
                         '"https://xbrl.org/report-package/2023"}}')  # fmt: skip
        package.writestr(f"{name}/META-INF/catalog.xml", "<catalog/>")
        package.writestr(f"{name}/reports/{name}.xhtml", inline_page(facts))
    return out.getvalue()


def filings_index(rows: Sequence[tuple[str, date, date, str]]) -> bytes:
    """A page of the index of filings.xbrl.org: identifier, period end, day added, address of the facts."""
    data = [
        {"type": "filing", "id": str(number), "attributes": {
            "fxo_id": accession, "period_end": end.isoformat(), "date_added": f"{added} 09:21:14.000000",
            "json_url": address, "package_url": address.replace(".json", ".zip"), "country": "DE"}}
        for number, (accession, end, added, address) in enumerate(rows)
    ]  # fmt: skip
    return json.dumps({"data": data, "meta": {"count": len(data)}, "links": {}}).encode()


def _cell(one: Tagged, context: str) -> str:
    unit = one.unit.replace("/", "-per-")
    about = f'name="{one.element}" contextRef="{context}" unitRef="{unit}" decimals="{one.decimals}"'
    if one.value is None:
        return f'<tr><td><ix:nonFraction {about} xsi:nil="true"/></td></tr>'
    sign = ' sign="-"' if one.value < 0 else ""
    scale, shown = ("6", abs(one.value) // 10**6) if one.decimals == "-6" else ("0", abs(one.value))
    brackets = ("(", ")") if one.value < 0 else ("", "")
    return (
        f'<tr><td>{brackets[0]}<ix:nonFraction {about} scale="{scale}" format="ixt:num-dot-decimal"{sign}>'
        f"{shown:,}</ix:nonFraction>{brackets[1]}</td></tr>"
    )


def _context(name: str, one: Tagged) -> str:
    days = (
        f"<xbrli:startDate>{one.start}</xbrli:startDate><xbrli:endDate>{one.end}</xbrli:endDate>"
        if one.start
        else f"<xbrli:instant>{one.end}</xbrli:instant>"
    )
    scenario = (
        f'<xbrli:scenario><xbrldi:explicitMember dimension="ifrs-full:SegmentsAxis">{one.member}'
        "</xbrldi:explicitMember></xbrli:scenario>"
        if one.member
        else ""
    )
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier'
        f' scheme="http://standards.iso.org/iso/17442">{LEI}</xbrli:identifier></xbrli:entity>'
        f"<xbrli:period>{days}</xbrli:period>{scenario}</xbrli:context>"
    )


def _unit(unit: str) -> str:
    over, _, under = unit.partition("/")
    measure = f"<xbrli:measure>{_measure(over)}</xbrli:measure>"
    if under:
        measure = (
            f"<xbrli:divide><xbrli:unitNumerator>{measure}</xbrli:unitNumerator><xbrli:unitDenominator>"
            f"<xbrli:measure>{_measure(under)}</xbrli:measure></xbrli:unitDenominator></xbrli:divide>"
        )
    return f'<xbrli:unit id="{unit.replace("/", "-per-")}">{measure}</xbrli:unit>'


def _measure(unit: str) -> str:
    def one(name: str) -> str:
        return f"xbrli:{name}" if name in ("shares", "pure") else f"iso4217:{name}"

    return "/".join(one(name) for name in unit.split("/"))


def _moments(one: Tagged) -> str:
    end = f"{one.end + timedelta(days=1)}T00:00:00"
    return f"{one.start}T00:00:00/{end}" if one.start else end
