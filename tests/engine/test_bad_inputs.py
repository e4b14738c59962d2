"""Files that hurt, each with its named verdict within the limits; the caller lives on and reads the
next one. Real files from beside the repository, and hostile ones made here."""

import gzip
import io
import pickle
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.errors import Unreadable
from engine.limits import Limits
from engine.pdf import ocr
from engine.pdf.second_engine import read_pages
from engine.sandbox import read_safely
from tests.engine import hostile
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report

BAD = Path(__file__).resolve().parents[3] / "shared" / "samples" / "bad_inputs"
SOUND = report([PROSE, income(), balance(), cash_flow()])
LIMITS = Limits()

VERDICTS = {
    "broken_structure_297": "no_text_layer",
    "corrupted_stream": "statement_not_found",
    "empty": "not_a_pdf",
    "encrypted_empty_password": "statement_not_found",
    "encrypted_no_id": "no_text_layer",
    "encrypted_owner_only": "statement_not_found",
    "encrypted_user_password_aes256": "encrypted",
    "excel_print": "no_text_layer",
    "font_without_mapping": "no_text_layer",
    "html_error_page_named": "not_a_pdf",
    "image_only_statements_COSTCO_2022": "no_text_layer",
    "missing_info": "statement_not_found",
    "non_unicode_cmap": "no_text_layer",
    "not_a_pdf": "damaged",
    "page_without_contents": "no_text_layer",
    "recursive_xobjects": "statement_not_found",
    "scanned_with_ocr_layer": "statement_not_found",
    "truncated_COSTCO_2022": "damaged",
    "two_column": "statement_not_found",
    "type3_font_without_mapping": "no_text_layer",
    "vertical_text": "no_text_layer",
}
# What text recognition adds: the pictures' words, and with them another verdict.
RECOGNISED = {
    "encrypted_no_id": "statement_not_found",
    "image_only_statements_COSTCO_2022": "read",
}


def verdict(data: bytes, *, recognise: bool = False) -> str:
    """The code of the refusal or of all abstentions, "read" where statements were found."""
    began = time.monotonic()
    try:
        reading = read_safely(data, LIMITS, ocr=recognise)
    except Unreadable as refused:
        return refused.code
    finally:
        assert time.monotonic() - began < LIMITS.wall_seconds + 2
    codes = {abstention.code for abstention in reading.abstentions}
    return codes.pop() if len(codes) == 1 and not reading.statements else "read"


def zip_archive() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return output.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off at half": (lambda: SOUND[: len(SOUND) // 2], "damaged"),
    "no cross-reference table": (lambda: SOUND.replace(b"xref\n", b"xxxx\n"), "read"),
    "some junk before the header": (lambda: b"junk" * 100 + SOUND, "read"),
    "much junk before the header": (lambda: b"\0" * 2000 + SOUND, "not_a_pdf"),
    "no page": (hostile.no_pages, "damaged"),
    "50,000 pages": (lambda: hostile.many_pages(50_000), "too_many_pages"),
    "a page tree that contains itself": (hostile.circular_page_tree, "statement_not_found"),
    "forms that draw each other": (hostile.circular_forms, "out_of_memory"),
    "a stream of a gigabyte": (lambda: hostile.flate_bomb(1), "out_of_memory"),
    "a bomb in a bomb": (lambda: hostile.flate_bomb(2), "out_of_memory"),
    "five thousand filters": (lambda: hostile.filters_on_filters(5000), "no_text_layer"),
    "a page of 10^9 points": (
        lambda: hostile.one_page(box=b"0 0 1000000000 1000000000"),
        "statement_not_found",
    ),
    "an image of 60,000 x 60,000": (hostile.huge_image, "no_text_layer"),
    "200 megabytes": (lambda: hostile.padded(200), "statement_not_found"),
    "more bytes than allowed": (lambda: b"%PDF-1.7\n" + b"\0" * 300_000_000, "too_large"),
    "a zip named so": (zip_archive, "not_a_pdf"),
    "a program named so": (lambda: b"MZ" + b"\0" * 4000, "not_a_pdf"),
    "a web page named so": (lambda: b"<!DOCTYPE html><html>403 Forbidden</html>", "not_a_pdf"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_every_hostile_file_has_its_verdict(name: str) -> None:
    make, expected = HOSTILE[name]
    assert verdict(make()) == expected
    assert verdict(SOUND) == "read"  # the caller lives on


@pytest.mark.skipif(not ocr.is_available(), reason="no text recognition is installed")
@pytest.mark.parametrize("name", ["an image of 60,000 x 60,000", "a page of 10^9 points"])
def test_huge_pages_are_not_drawn_in_full_for_recognition(name: str) -> None:
    make, expected = HOSTILE[name]
    assert verdict(make(), recognise=True) == expected


class Trap:
    """An object that creates a file when it is unpickled."""

    def __init__(self, touched: Path) -> None:
        self._touched = touched

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._touched,)


def test_a_character_map_does_not_load_the_file_it_is_named_after(tmp_path: Path) -> None:
    marker, touched = tmp_path / "map.pickle.gz", tmp_path / "touched"
    marker.write_bytes(gzip.compress(pickle.dumps(Trap(touched))))
    for path in (str(marker), str(tmp_path / "map"), "../" * 12 + str(tmp_path / "map")[1:]):
        data = hostile.cmap_named(path)
        assert verdict(data) == "statement_not_found"
        with suppress(Unreadable):  # the second engine reads maps by itself
            read_pages(data, (1,))
    assert not touched.exists()
    pickle.loads(gzip.decompress(marker.read_bytes()))  # noqa: S301 the trap is a trap
    assert touched.exists()


def test_scripts_launches_and_attachments_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "touched"
    data = hostile.with_actions(f'this.exportDataObject("f", "{target}")', str(target))
    assert verdict(data) == "statement_not_found"
    assert list(tmp_path.iterdir()) == []


def bad_input(name: str) -> bytes:
    path = BAD / f"{name}.pdf"
    if not path.exists():
        pytest.skip("the bad inputs are not beside the repository")
    return path.read_bytes()


@pytest.mark.samples
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_every_bad_input_has_its_verdict(name: str) -> None:
    assert verdict(bad_input(name)) == VERDICTS[name]
    assert verdict(SOUND) == "read"


@pytest.mark.samples
@pytest.mark.skipif(not ocr.is_available(), reason="no text recognition is installed")
@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_every_bad_input_has_its_verdict_with_text_recognition(name: str) -> None:
    assert verdict(bad_input(name), recognise=True) == RECOGNISED.get(name, VERDICTS[name])


@pytest.mark.samples
def test_no_bad_input_was_forgotten() -> None:
    if not BAD.is_dir():
        pytest.skip("the bad inputs are not beside the repository")
    assert {path.stem for path in BAD.glob("*.pdf")} == set(VERDICTS)


@pytest.mark.samples
def test_a_real_report_that_forbids_copying_is_read_and_can_be_turned_away() -> None:
    path = BAD.parent / "unlabelled" / "1af8f906e34a.pdf"
    if not path.exists():
        pytest.skip("the samples are not beside the repository")
    data = path.read_bytes()
    reading = read_safely(data, LIMITS, ocr=False)
    assert reading.survey.copying_forbidden
    assert len(reading.statements) == 3
    with pytest.raises(Unreadable) as refused:
        read_safely(data, LIMITS, ocr=False, refuse_copying_forbidden=True)
    assert refused.value.code == "copying_forbidden"
