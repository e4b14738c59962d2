"""Running titles are known by their neighbours, and only those with a number leave the page."""

from engine.locate.running_lines import running_lines, without_running_foot
from engine.pdf.words import Line, Page, Word

FOOT = "Fichtelbruck AG Geschäftsbericht 2022 {page}"


def line(text: str, y: float) -> Line:
    words = [Word(part, 50.0 + 60 * n, 100.0 + 60 * n, y, 9.0, False) for n, part in enumerate(text.split())]
    return Line(words, y)


def page(*texts: str) -> Page:
    return Page(1, 595, 842, 0, [line(text, 100.0 + 12 * n) for n, text in enumerate(texts)], "", 0, 0)


def test_a_line_on_three_neighbours_is_running_whatever_its_digits():
    texts = [FOOT.format(page=n) for n in (5, 6, 7)]
    assert running_lines(texts, [2]) == {"fichtelbruckaggeschäftsbericht"}


def test_two_pages_are_too_few():
    assert running_lines([FOOT.format(page=n) for n in (5, 6)], [1]) == frozenset()


def test_pages_far_away_do_not_count():
    texts = [FOOT.format(page=5), *["nothing"] * 6, FOOT.format(page=12), FOOT.format(page=13)]
    assert "fichtelbruckaggeschäftsbericht" not in running_lines(texts, [1])


def test_the_running_foot_leaves_the_page():
    running = running_lines([FOOT.format(page=n) for n in (5, 6, 7)], [2])
    read = without_running_foot(page("Bilanzsumme 1.234 1.100", FOOT.format(page=6)), running)
    assert [entry.text for entry in read.lines] == ["Bilanzsumme 1.234 1.100"]


def test_a_repeated_unit_without_a_number_stays():
    running = running_lines(["in Tausend Euro"] * 3, [2])
    read = without_running_foot(page("Bilanzsumme 1.234 1.100", "in Tausend Euro"), running)
    assert [entry.text for entry in read.lines] == ["Bilanzsumme 1.234 1.100", "in Tausend Euro"]


def test_a_row_that_is_not_at_the_foot_stays():
    running = running_lines([FOOT.format(page=n) for n in (5, 6, 7)], [2])
    read = without_running_foot(page(FOOT.format(page=6), "Bilanzsumme 1.234 1.100"), running)
    assert len(read.lines) == 2
