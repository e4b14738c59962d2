"""Prices out of rows with named fields: CSV and JSON, from files and from sources.

Columns are found by their names, in the languages of the table below, or as told. Adjusted closes are
left aside on purpose: they change with every dividend, and the adjusted series is derived here.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from engine.prices import ActionKind
from market.providers.base import Answer, GivenAction, GivenBar, ProviderFailed, UnreadLine

# What sources call their columns, in small letters without what stands around the word.
NAMES: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "day", "timestamp", "time", "datetime", "datum", "fecha", "data", "日付", "t"),
    "open": ("open", "opening", "open price", "eröffnung", "erster", "ouverture", "apertura", "始値", "o"),
    "high": ("high", "high price", "hoch", "tageshoch", "haut", "máximo", "massimo", "高値", "h"),
    "low": ("low", "low price", "tief", "tagestief", "bas", "mínimo", "minimo", "安値", "l"),
    "close": (
        *(
            "close",
            "closing",
            "close price",
            "close/last",
            "price",
            "last",
            "schluss",
            "schlusskurs",
            "clôture",
        ),
        *("cierre", "chiusura", "終値", "c"),
    ),
    "volume": ("volume", "vol", "shares", "stück", "stücke", "volumen", "出来高", "v"),
    "dividend": ("dividend", "dividends", "dividend amount", "dividende", "div", "divcash"),
    "split": ("split", "splits", "stock splits", "split coefficient", "split factor", "splitfactor"),
}
NUMBERS = ("open", "high", "low", "close", "volume", "dividend", "split")
# How sources write that they have no value.
NOTHING = frozenset({"", "-", "–", "n/a", "na", "nan", "null", "none", "."})
_DAY_FORMS = ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%b %d, %Y")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}")
_LONGEST_SHOWN = 120
_MOST_UNREAD = 200

Reader = Callable[[Any], Decimal | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """Under which name a table gives what; what is not named is looked for by `NAMES`. `rows` is the way
    to the rows in JSON, such as chart.result.0."""

    names: Mapping[str, str]
    rows: str = ""
    delimiter: str = ""

    @classmethod
    def told(cls, columns: Mapping[str, Any]) -> "Layout":
        """Out of the columns of a source as they stand in its row. Raises ProviderFailed for a name that
        means nothing."""
        known = {*NAMES, "rows", "delimiter", "format"}
        if unknown := sorted(set(columns) - known):
            raise ProviderFailed(
                "misconfigured",
                f"The columns of this source name {', '.join(unknown)}; known are"
                f" {', '.join(sorted(known))}.",
            )
        names = {name: str(columns[name]) for name in NAMES if name in columns}
        return cls(names, str(columns.get("rows", "")), str(columns.get("delimiter", "")))


BY_NAME = Layout({})


def read_csv(text: str, zone: ZoneInfo, layout: Layout = BY_NAME) -> Answer:
    """The prices of a CSV file with a header.

    Raises ProviderFailed: wrong_columns where the header names no day or no close, no_prices where
    nothing follows it.
    """
    lines = text.lstrip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = layout.delimiter or max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, skipinitialspace=True)
    numbered = [(number, row) for number, row in enumerate(reader, start=1) if any(map(str.strip, row))]
    header = numbered[0][1] if numbered else []
    places = _places([name.strip() for name in header], layout)
    rows = (
        (number, {name: row[place] if place < len(row) else "" for name, place in places.items()})
        for number, row in numbered[1:]
    )
    found = list(rows)
    decimal_comma = delimiter != "," and _has_decimal_comma(row for _, row in found)
    return _answer(found, zone, _number_with_comma if decimal_comma else _number)


def read_json(text: str, zone: ZoneInfo, layout: Layout = BY_NAME) -> Answer:
    """The prices of a JSON text: a list of objects, an object of objects by day, or an object of lists.

    Raises ProviderFailed: wrong_body where it is no JSON, wrong_columns and no_prices as for CSV.
    """
    content = loads(text)
    for step in filter(None, layout.rows.split(".")):
        content = _into(content, step)
    records = _records(content, layout)
    if not records:
        raise ProviderFailed("no_prices", "What came is in order and holds no prices.")
    names = sorted({name for record in records for name in record})
    by_field = {field: names[place] for field, place in _places(names, layout).items()}
    rows = [
        (number, {field: record.get(name) for field, name in by_field.items()})
        for number, record in enumerate(records, start=1)
    ]
    return _answer(rows, zone, _number)


def loads(text: str) -> Any:
    """JSON with exact numbers. Raises ProviderFailed (wrong_body)."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProviderFailed(
            "wrong_body",
            "What came is no JSON, or is cut short. Look at it in a browser: the address may have changed or"
            " ask for a person.",
        ) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _into(content: Any, step: str) -> Any:
    if isinstance(content, list) and step.isdecimal() and int(step) < len(content):
        return content[int(step)]
    if isinstance(content, dict) and step in content:
        return content[step]
    raise ProviderFailed(
        "wrong_columns", f"The answer has no “{step}” where this source is told to have its rows."
    )


def _records(content: Any, layout: Layout) -> list[dict[str, Any]]:
    if isinstance(content, dict) and content and all(isinstance(row, dict) for row in content.values()):
        name = layout.names.get("day", "date")
        return [{**row, name: day} for day, row in content.items()]
    if isinstance(content, dict) and content and all(isinstance(row, list) for row in content.values()):
        if len({len(column) for column in content.values()}) > 1:
            raise ProviderFailed("wrong_columns", "The lists of the answer differ in length.")
        columns = list(content)
        return [dict(zip(columns, row, strict=True)) for row in zip(*content.values(), strict=True)]
    if isinstance(content, list) and all(isinstance(row, dict) for row in content):
        return content
    raise ProviderFailed("wrong_columns", "The answer is JSON, but neither rows nor columns of prices.")


def _places(header: Sequence[str], layout: Layout) -> dict[str, int]:
    """Where each field stands. Names that are told have to be there."""
    plain = [re.sub(r"^\d+\.\s*|[\"*]", "", name).strip().lower() for name in header]
    places: dict[str, int] = {}
    for field, names in NAMES.items():
        told = layout.names.get(field)
        if told is not None:
            if told in header:
                places[field] = list(header).index(told)
            continue
        known = next((name for name in names if name in plain), None)
        if known is not None:
            places[field] = plain.index(known)
    missing = [field for field in ("day", "close") if field not in places]
    missing += [field for field in layout.names if field not in places and field not in missing]
    if missing:
        shown = ", ".join(header)[:_LONGEST_SHOWN] or "nothing"
        raise ProviderFailed(
            "wrong_columns",
            f"No column with the {' and the '.join(missing)} was found; the columns are: {shown}. Name"
            " them in the settings of the source, or in the first line of the file.",
        )
    return places


def _answer(rows: Iterable[tuple[int, Mapping[str, Any]]], zone: ZoneInfo, number: Reader) -> Answer:
    bars: list[GivenBar] = []
    actions: list[GivenAction] = []
    unread: list[UnreadLine] = []
    rows = list(rows)
    slashes = _order_of_slashes(row["day"] for _, row in rows)
    for place, row in rows:
        try:
            day = _day(row["day"], zone, slashes)
            values = {name: number(row.get(name)) for name in NUMBERS}
            close = values["close"]
            if close is None:
                if not _actions(day, values):
                    raise ValueError("it has no closing price")
            else:
                bars.append(
                    GivenBar(day, close, values["open"], values["high"], values["low"], values["volume"])
                )
            actions += _actions(day, values)
        except ValueError as error:
            shown = ", ".join(str(value) for value in row.values())[:_LONGEST_SHOWN]
            unread.append(UnreadLine(place, shown, str(error)))
    if not bars and not actions and not unread:
        raise ProviderFailed("no_prices", "What came is in order and holds no prices.")
    return Answer(tuple(bars), tuple(actions), tuple(unread[:_MOST_UNREAD]))


def _actions(day: date, values: Mapping[str, Decimal | None]) -> list[GivenAction]:
    """0 and 1 are how sources write that there was none."""
    found = []
    if values["split"] not in (None, Decimal(0), Decimal(1)):
        found.append(GivenAction(ActionKind.SPLIT, day, values["split"]))
    if values["dividend"] not in (None, Decimal(0)):
        found.append(GivenAction(ActionKind.DIVIDEND, day, values["dividend"]))
    return found


def _order_of_slashes(days: Iterable[Any]) -> str:
    """How 3/6/2024 is meant: London puts the day first and New York the month. A file says so by a day
    behind the twelfth; "" where it does not."""
    found = [match for day in days if (match := _SLASHES.fullmatch(str(day).strip()))]
    first, second = (max((int(match[place]) for match in found), default=0) for place in (1, 2))
    if (first > 12) == (second > 12):
        return ""
    return "%d/%m/%Y" if first > 12 else "%m/%d/%Y"


def _day(value: Any, zone: ZoneInfo, slashes: str) -> date:
    """A day, or the day of a moment in the zone of the exchange. Raises ValueError."""
    if isinstance(value, Decimal):
        seconds = value / 1000 if value > 10**11 else value
        if seconds == seconds.to_integral() and 19000101 <= seconds <= 22001231:
            return datetime.strptime(str(int(seconds)), "%Y%m%d").date()  # noqa: DTZ007
        return datetime.fromtimestamp(float(seconds), UTC).astimezone(zone).date()
    text = str(value or "").strip()
    if _SLASHES.fullmatch(text) and not slashes:
        raise ValueError(f"{text!r} may put the month or the day first; write it like 2024-01-31")
    for form in filter(None, (*_DAY_FORMS, slashes)):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no day") from None
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date()


def _number(value: Any) -> Decimal | None:
    """A number with a point, and commas between thousands where they stand properly. None for nothing.
    Raises ValueError."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        raise ValueError(f"{value} is no number")
    text = str(value).strip().lstrip("$€£¥ ")
    if text.lower() in NOTHING:
        return None
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:40]!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{text[:40]!r} is no number")
    return number


def _number_with_comma(value: Any) -> Decimal | None:
    """A number with a comma, and points between thousands. Raises ValueError."""
    text = str(value or "").strip()
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", text) or "." not in text:
        return _number(text.replace(".", "").replace(",", "."))
    raise ValueError(f"{text[:40]!r} has a point where the other numbers of the file have a comma")


def _has_decimal_comma(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the prices of a file are written with a comma: one has one and none a point behind it."""
    prices = [str(row.get(name) or "").strip() for row in rows for name in ("open", "high", "low", "close")]
    return any(re.fullmatch(r"[+-]?[\d.]*,\d+", text) for text in prices) and not any(
        re.fullmatch(r"[+-]?[\d,]*\.\d+", text) and "," in text for text in prices
    )
