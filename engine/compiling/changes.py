"""What a compile changed against the version before it, row by row and cell by cell, and why.

The cause of a change is concluded from where its figures come from: a report that was not there
before, one that is no longer compiled, a person's rule, another engine, another reading of the same
file; and where none of these is the case, another choice among the known publications.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.kinds import ChangeCause, ChangeKind
from engine.values import Period


@dataclass(frozen=True, slots=True)
class Given:
    """A cell that holds a figure. `documents` are those it comes from; none where the facts of an older
    reading are gone. `overridden`: a person's rule says what the line is."""

    value: Decimal
    documents: tuple[str, ...]
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row with the cells that hold figures; what is not among them is a gap."""

    key: str
    label: str
    labels: frozenset[str]
    cells: Mapping[Period, Given]


@dataclass(frozen=True, slots=True)
class Reading:
    """Which reading of a document was compiled, and by which engine it was made."""

    run: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Version:
    """A compile as far as it is compared: its rows, and the readings of documents it was made of."""

    rows: tuple[GivenRow, ...]
    readings: Mapping[str, Reading]
    engine_version: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row (`period` None) or cell that differs, why, and the document behind it where it is one."""

    kind: ChangeKind
    cause: ChangeCause
    row_key: str
    label: str
    period: Period | None
    old_value: Decimal | None
    new_value: Decimal | None
    document: str | None


def changes_between(before: Version, after: Version) -> tuple[Change, ...]:
    """Every difference in figures, in the order of the newer version's rows; rows that are gone last.
    A row that was renamed is the same row as long as it shares a wording."""
    because = _Causes(before, after)
    older = _partners(before, after)
    changes: list[Change] = []
    for row in after.rows:
        changes += _row_changes(older.get(row.key), row, because)
    kept = {row.key for row in older.values()}
    for row in before.rows:
        if row.key not in kept and row.cells:
            changes += _row_changes(row, None, because)
    return tuple(changes)


def _partners(before: Version, after: Version) -> dict[str, GivenRow]:
    """The older row of each newer one, by the newer one's key."""
    by_key = {row.key: row for row in before.rows}
    partners = {row.key: by_key[row.key] for row in after.rows if row.key in by_key}
    free = [row for row in before.rows if row.key not in partners]
    for row in after.rows:
        if row.key in partners:
            continue
        same = next((other for other in free if other.labels & row.labels), None)
        if same is not None:
            free.remove(same)
            partners[row.key] = same
    return partners


def _row_changes(old: GivenRow | None, new: GivenRow | None, because: "_Causes") -> Iterator[Change]:
    row = new or old
    if row is None:
        return
    cells = list(_cell_changes(row, old, new, because))
    before, after = bool(old and old.cells), bool(new and new.cells)
    if cells and before != after:
        kind = ChangeKind.ADDED if after else ChangeKind.REMOVED
        yield Change(kind, cells[0].cause, row.key, row.label, None, None, None, cells[0].document)
    yield from cells


def _cell_changes(
    row: GivenRow, old: GivenRow | None, new: GivenRow | None, because: "_Causes"
) -> Iterator[Change]:
    was: Mapping[Period, Given] = old.cells if old is not None else {}
    is_now: Mapping[Period, Given] = new.cells if new is not None else {}
    for period in sorted(was.keys() | is_now.keys(), key=_newest):
        one, other = was.get(period), is_now.get(period)
        if one is not None and other is not None and one.value == other.value:
            continue
        kind = (
            ChangeKind.ADDED if one is None else ChangeKind.REMOVED if other is None else ChangeKind.CHANGED
        )
        cause, document = because.of(one, other)
        yield Change(
            kind,
            cause,
            row.key,
            row.label,
            period,
            one.value if one else None,
            other.value if other else None,
            document,
        )


def _newest(period: Period) -> tuple[int, int]:
    return -period.end.toordinal(), -(period.days or 0)


class _Causes:
    """Why figures of two versions differ."""

    def __init__(self, before: Version, after: Version) -> None:
        self.before, self.after = before, after
        self.new = sorted(after.readings.keys() - before.readings.keys())
        self.gone = sorted(before.readings.keys() - after.readings.keys())
        self.read_again = sorted(
            name
            for name in before.readings.keys() & after.readings.keys()
            if before.readings[name] != after.readings[name]
        )

    def of(self, old: Given | None, new: Given | None) -> tuple[ChangeCause, str | None]:
        """The cause of one cell's change, and the document behind it."""
        now = new.documents if new else ()
        was = old.documents if old else ()
        if (document := _first(now, self.new)) is not None:
            return ChangeCause.NEW_DOCUMENT, document
        if (document := _first(was, self.gone)) is not None:
            return ChangeCause.DOCUMENT_GONE, document
        if new is not None and new.overridden and not (old is not None and old.overridden):
            return ChangeCause.OVERRIDE, _first(now, now)
        if (document := _first((*now, *was), self.read_again)) is not None:
            return self._reading(document), document
        return self._of_all(lost=old is not None and not was)

    def _reading(self, document: str) -> ChangeCause:
        is_newer = (
            self.before.readings[document].engine_version != self.after.readings[document].engine_version
        )
        return ChangeCause.ENGINE_VERSION if is_newer else ChangeCause.RE_READING

    def _of_all(self, *, lost: bool) -> tuple[ChangeCause, str | None]:
        """The cause where the cell's own documents are the same: something else pushed it aside."""
        if lost and self.read_again:
            return self._reading(self.read_again[0]), _only(self.read_again)
        if self.new:
            return ChangeCause.NEW_DOCUMENT, _only(self.new)
        if self.gone:
            return ChangeCause.DOCUMENT_GONE, _only(self.gone)
        if self.read_again:
            return self._reading(self.read_again[0]), _only(self.read_again)
        if self.before.engine_version != self.after.engine_version:
            return ChangeCause.ENGINE_VERSION, None
        return ChangeCause.CHOICE, None


def _first(documents: Iterable[str], among: Iterable[str]) -> str | None:
    wanted = set(among)
    return next((document for document in documents if document in wanted), None)


def _only(documents: list[str]) -> str | None:
    return documents[0] if len(documents) == 1 else None
