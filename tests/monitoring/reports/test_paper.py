"""A paper comes back from JSON as it was, and its PDF says every word and is the same each time."""

import pypdfium2
import pytest

from monitoring.reports.drawing import drawn
from monitoring.reports.fonts import markup
from monitoring.reports.html import html_of
from monitoring.reports.paper import (
    Bars,
    Cell,
    Column,
    Grid,
    Heading,
    Kind,
    Mark,
    Move,
    Moves,
    Paper,
    Quote,
    Quotes,
    Section,
    Text,
    Tile,
    Tiles,
    Tone,
    from_json,
    to_json,
)
from monitoring.reports.pdf import pdf_of

SITE = "https://tenfold.example"
PAPER = Paper(
    over="Tenfold · Daily report",
    title="15 June 2026",
    under="From midnight to midnight",
    facts=(("Compared with", "14 June 2026"),),
    sections=(
        Section(
            "work",
            "Work",
            (
                Tiles(
                    (
                        Tile(
                            "ended",
                            "Runs ended",
                            "1,234",
                            "10 more",
                            Tone.BAD,
                            "/admin/?a=1&b=2",
                            "1234",
                            "1224",
                        ),
                    )
                ),
                Bars(
                    "How runs ended", (Kind("good", "Done"),), (Column("00:00", (3,)), Column("01:00", (0,)))
                ),
                Grid(
                    "By task",
                    (Heading("Task"), Heading("Runs", True)),
                    ((Cell("download_pdf", "/admin/jobs/"), Cell("7", tone=Tone.WARN)),),
                    unlisted=3,
                ),
                Text("Nothing else <happened> & all is well.", Tone.GOOD),
            ),
        ),
        Section(
            "words",
            "Words",
            (
                Moves("What moved", (Move("Revenue", "+3.1 %", "0.031"), Move("Loss", "from 0", None))),
                Quotes("Policies", (Quote("Přijato: ΔΩ 会計方針は変更なし。", "page 7", "/p/7", Mark.NEW),)),
                Quotes("Gone", (), "No sentence is gone."),
            ),
        ),
    ),
    foot="Daily report of 15 June 2026.",
)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_it_comes_back_from_json_as_it_was() -> None:
    assert from_json(to_json(PAPER)) == PAPER
    assert PAPER.figures() == {"work": {"ended": {"value": "1234", "before": "1224"}}}


def test_the_pdf_says_every_word_and_is_the_same_each_time() -> None:
    made = pdf_of(PAPER, site=SITE)
    assert made == pdf_of(from_json(to_json(PAPER)), site=SITE)
    said = " ".join(text_of(made).split())
    for words in (
        *("15 June 2026", "1,234", "10 more", "How runs ended", "3 done", "download_pdf", "And 3 more."),
        *("Nothing else <happened> & all is well.", "Revenue", "+3.1 %", "Přijato: ΔΩ", "New · page 7"),
        *("No sentence is gone.", "Compared with 14 June 2026", "Daily report of 15 June 2026."),
    ):
        assert words in said, words


def test_links_of_the_pdf_lead_to_the_site() -> None:
    page = pypdfium2.PdfDocument(pdf_of(PAPER, site=SITE))
    raw = pdf_of(PAPER, site=SITE)
    assert len(page) == 1
    for address in (b"https://tenfold.example/admin/?a=1&b=2", b"https://tenfold.example/p/7"):
        assert address in raw


def test_the_html_file_says_the_same_and_needs_nothing_beside_it() -> None:
    made = html_of(PAPER, site=SITE).decode()
    assert made == html_of(from_json(to_json(PAPER)), site=SITE).decode()
    assert 'href="https://tenfold.example/admin/?a=1&amp;b=2"' in made
    assert "Nothing else &lt;happened&gt; &amp; all is well." in made
    assert "会計方針は変更なし。" in made
    assert "<link" not in made
    assert "<script" not in made
    assert made.count("<style>") == 1


def test_letters_are_set_in_a_font_that_has_them() -> None:
    assert markup("Umsatz & Łódź") == "Umsatz &amp; Łódź"
    assert markup("売上 のA") == '<font name="HeiseiKakuGo-W5">売上 の</font>A'
    assert markup("营业") == '<font name="STSong-Light">营业</font>'
    assert markup("매출") == '<font name="HYGothic-Medium">매출</font>'
    assert markup("a\U0001f600b") == "a\ufffdb"


def test_a_move_runs_to_the_edge_and_no_further() -> None:
    moves = Moves("", tuple(Move("m", "", share) for share in ("0.25", "-0.5", "7", None)))
    (block,) = drawn(Paper("", "", "", sections=(Section("s", "S", (moves,)),)))[0].blocks
    assert [(one.x, one.width, one.fill) for one in block.moves[:3]] == [
        ("100.0", "25.0", "good"),
        ("50.0", "50.0", "bad"),
        ("100.0", "100.0", "good"),
    ]
    assert block.moves[3].width == "0.0"


def test_a_row_that_does_not_fit_its_headings_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Grid("t", (Heading("a"),), ((Cell("1"), Cell("2")),))


def test_a_long_table_goes_over_pages_with_its_headings() -> None:
    rows = tuple((Cell(f"line {number}"), Cell("1")) for number in range(200))
    paper = Paper(
        "",
        "Long",
        "",
        sections=(Section("s", "S", (Grid("G", (Heading("Name"), Heading("N", True)), rows),)),),
    )
    document = pypdfium2.PdfDocument(pdf_of(paper, site=SITE))
    texts = [page.get_textpage().get_text_bounded() for page in document]
    assert len(texts) > 2
    assert all("Name" in text for text in texts)
    assert "line 199" in texts[-1]
