"""Report packages: a ZIP with tagged pages in its folder `reports` (report packages 1.0, ESEF manual 2.6).

Nothing is unpacked to disk. What could fill memory, or names a place outside the package, is refused
before it is decompressed.
"""

import io
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Unreadable
from engine.xbrl.inline import read_inline
from engine.xbrl.oim import read_xbrl_json
from engine.xbrl.values import TaggedReading

_PAGE = re.compile(r"\A[^/]+/reports/(?:([^/]+)/)?[^/]+\.(?:xhtml|html|htm)\Z", re.IGNORECASE)
_JSON = re.compile(r"\A[^/]+/reports/[^/]+\.json\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PackageLimits:
    """What a package may hold. Ratios are of decompressed to compressed bytes, of one member; small
    members may compress better than that."""

    members: int = 5_000
    member_bytes: int = 200 << 20
    total_bytes: int = 500 << 20
    ratio: int = 200
    small_bytes: int = 1 << 20


def read_package(data: bytes, limits: PackageLimits | None = None) -> TaggedReading:
    """The figures of the report in a package. Of several reports, such as translations, the first by name
    is read: they say the same.

    Raises Unreadable: bad_package, unsafe_package, package_too_large, no_report, and those of `read_inline`.
    """
    limits = limits or PackageLimits()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = _safe_members(package, limits)
            pages = _pages([member.filename for member in members])
            tagged = sorted(member.filename for member in members if _JSON.match(member.filename))
            chosen = pages or tagged[:1]
            if not chosen:
                raise Unreadable(
                    "The package has no page in its folder `reports`, so that there is no report to read.",
                    code="no_report",
                )
            contents = [_content(package, name, limits) for name in chosen]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, RuntimeError, NotImplementedError,
            ValueError) as error:  # fmt: skip
        raise Unreadable(
            f"The package cannot be opened ({str(error)[:100]}). Fetch it again.", code="bad_package"
        ) from None
    return read_inline(contents) if pages else read_xbrl_json(contents[0])


def _safe_members(package: zipfile.ZipFile, limits: PackageLimits) -> list[zipfile.ZipInfo]:
    """The files of a package. Raises Unreadable where any of its names or sizes is not to be trusted."""
    members = package.infolist()
    if len(members) > limits.members:
        raise _too_large(f"it has {len(members):,} files")
    total = 0
    for member in members:
        name = member.filename
        kind = member.external_attr >> 16
        outside = name.startswith(("/", "\\")) or "\\" in name or ".." in name.split("/") or ":" in name
        if outside or "\0" in name or stat.S_ISLNK(kind):
            raise Unreadable(
                f"The package names {name[:80]!r}, which lies outside of it or is a link. It is refused.",
                code="unsafe_package",
            )
        total += member.file_size
        if member.file_size > limits.member_bytes or total > limits.total_bytes:
            raise _too_large(f"{name[:80]!r} makes it larger than {limits.total_bytes >> 20:,} MB unpacked")
        swollen = member.file_size > limits.small_bytes
        if swollen and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise _too_large(f"{name[:80]!r} unpacks to more than {limits.ratio} times its size")
    return [member for member in members if not member.is_dir()]


def _pages(names: Sequence[str]) -> list[str]:
    """The pages of the first report: those of one folder below `reports`, or one lying in it directly."""
    found = sorted(name for name in names if _PAGE.match(name))
    if not found:
        return []
    first = _PAGE.match(found[0])
    assert first is not None  # noqa: S101  it is how it was found
    if first[1] is None:
        return [found[0]]
    folder = found[0].rpartition("/")[0]
    return [name for name in found if name.rpartition("/")[0] == folder]


def _content(package: zipfile.ZipFile, name: str, limits: PackageLimits) -> bytes:
    """A member, read no further than the directory said it goes."""
    announced = package.getinfo(name).file_size
    with package.open(name) as member:
        content = member.read(min(announced, limits.member_bytes) + 1)
    if len(content) > announced:
        raise _too_large(f"{name[:80]!r} is larger than the package says")
    return content


def _too_large(why: str) -> Unreadable:
    return Unreadable(f"The package is refused: {why}.", code="package_too_large")
