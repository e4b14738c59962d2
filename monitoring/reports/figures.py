"""Figures in words, with what they were in the window before."""

from collections.abc import Sequence
from decimal import Decimal

from monitoring.reports.paper import Bars, Column, Kind, Tile, Tone
from monitoring.reports.window import Window

_BYTES = ((Decimal(10) ** 9, "GB"), (Decimal(10) ** 6, "MB"), (Decimal(10) ** 3, "kB"))


def count_tile(
    code: str,
    label: str,
    now: int,
    before: int | None,
    *,
    window: Window,
    tone: Tone = Tone.PLAIN,
    address: str = "",
) -> Tile:
    """A count beside that of the window before."""
    note = "" if before is None else _against(now - before, f"{abs(now - before):,}", window)
    return Tile(
        code, label, f"{now:,}", note, tone, address, str(now), None if before is None else str(before)
    )


def share_tile(
    code: str,
    label: str,
    now: Decimal | None,
    before: Decimal | None,
    *,
    window: Window,
    tone: Tone = Tone.PLAIN,
) -> Tile:
    """A share of 1 as percent; a dash where there was nothing to take a share of."""
    note = ""
    if now is not None and before is not None:
        note = _against(now - before, f"{abs(now - before) * 100:.1f} points", window)
    return Tile(code, label, percent(now), note, tone, "", _plain(now), _plain(before))


def amount_tile(
    code: str,
    label: str,
    text: str,
    now: Decimal | None,
    before: Decimal | None,
    difference: str,
    *,
    window: Window,
    tone: Tone = Tone.PLAIN,
) -> Tile:
    """Any other amount: `text` says it, `difference` how far it is from the one before."""
    note = "" if now is None or before is None else _against(now - before, difference, window)
    return Tile(code, label, text, note, tone, "", _plain(now), _plain(before))


def percent(share: Decimal | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def in_bytes(size: Decimal | None) -> str:
    """A size with the unit that suits it."""
    if size is None:
        return "–"
    for factor, unit in _BYTES:
        if abs(size) >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size:,.0f} bytes"


def in_seconds(seconds: float | None) -> str:
    """A time with the unit that suits it."""
    if seconds is None:
        return "–"
    if seconds >= 5400:
        return f"{seconds / 3600:,.1f} h"
    if seconds >= 90:
        return f"{seconds / 60:,.1f} min"
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:,.0f} ms"


def in_dollars(cost: Decimal | None) -> str:
    return "–" if cost is None else f"${cost:,.2f}" if cost >= 1 or not cost else f"${cost:,.4f}"


def share_of(part: int, whole: int) -> Decimal | None:
    return None if not whole else Decimal(part) / Decimal(whole)


def bars(
    title: str, kinds: Sequence[tuple[str, str]], columns: Sequence[tuple[str, Sequence[int]]]
) -> Bars | None:
    """A chart, or None where nothing is to be drawn."""
    if not any(sum(counts) for _, counts in columns):
        return None
    return Bars(
        title,
        tuple(Kind(fill, text) for fill, text in kinds),
        tuple(Column(label, tuple(counts)) for label, counts in columns),
    )


def _against(difference: Decimal | int, said: str, window: Window) -> str:
    before = {"daily": "the day before", "weekly": "the week before", "monthly": "the month before"}
    named = before[window.report_type.value]
    if not difference:
        return f"as {named}"
    return f"{said} {'more' if difference > 0 else 'less'} than {named}"


def _plain(value: Decimal | None) -> str | None:
    """Without needless zeros, which databases add or not."""
    return None if value is None else f"{value.normalize():f}"
