"""Pages as pictures: marks where they belong, and only the marked bands where that is asked for."""

import io

import pytest
from PIL import Image

from engine.errors import NotFound, Unreadable
from engine.pdf.render import Mark, mark_page, render_page
from engine.values import Box
from tests.engine import makepdf

BLUE = (37, 99, 235)
PAGE = makepdf.report([makepdf.income()])  # 595 by 842 points
HEAD = Mark(Box(400, 100, 440, 110), BLUE, 45)
FIGURE = Mark(Box(400, 600, 440, 610), BLUE, 90)


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def test_a_page_is_drawn_at_its_resolution() -> None:
    page = opened(render_page(PAGE, 1))
    assert page.size == (992, 1404)  # 120 dots per inch
    assert round(page.info["dpi"][0]) == 120


def test_a_mark_covers_its_box_and_nothing_else() -> None:
    plain = render_page(PAGE, 1)
    before, after = opened(plain), opened(mark_page(plain, [FIGURE]))
    assert after.size == before.size
    inside, outside = (700, 1008), (700, 900)  # 420, 605 and 420, 540 in points
    assert before.getpixel(inside) == (255, 255, 255)
    assert after.getpixel(inside) == (178, 200, 248)
    assert after.getpixel(outside) == before.getpixel(outside)


def test_only_the_marked_bands_are_shown_and_the_cut_between_them() -> None:
    whole = render_page(PAGE, 1)
    bands = opened(mark_page(whole, [HEAD, FIGURE], only_marked=True))
    # Each band is ten points and thirty on both sides, 116 or 117 dots; the line between them
    # has three.
    assert bands.height == 117 + 3 + 116
    assert bands.getpixel((5, 118)) == (148, 163, 184)
    assert bands.width == 120  # forty points and sixteen on both sides


def test_bands_that_touch_are_one() -> None:
    near = Mark(Box(100, 640, 500, 650), BLUE)
    bands = opened(mark_page(render_page(PAGE, 1), [FIGURE, near], only_marked=True))
    assert bands.size == (720, 183)


def test_of_a_long_box_only_the_part_that_matters_is_kept() -> None:
    line = Mark(Box(50, 600, 500, 610), BLUE, 22, kept_width=100)
    bands = opened(mark_page(render_page(PAGE, 1), [line, FIGURE], only_marked=True))
    assert bands.size == (220 + 3 + 120, 117)
    assert bands.getpixel((221, 5)) == (148, 163, 184)


def test_nothing_marked_is_the_whole_page() -> None:
    page = render_page(PAGE, 1)
    assert mark_page(page, [], only_marked=True) == page


def test_a_page_that_is_not_there_and_a_file_that_is_none() -> None:
    with pytest.raises(NotFound, match="has 1 pages; there is no page 2"):
        render_page(PAGE, 2)
    with pytest.raises(Unreadable) as refused:
        render_page(b"no file", 1)
    assert refused.value.code == "damaged"
