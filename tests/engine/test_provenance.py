"""Figures are found again where they were read, and nowhere else."""

from dataclasses import replace

from engine.provenance import Place, relocate
from engine.reading import read
from engine.sandbox import relocate_safely
from engine.values import Box
from tests.engine.makepdf import PROSE, balance, cash_flow, income, report

DATA = report([PROSE, income(), balance(), cash_flow()])


def places() -> list[Place]:
    return [
        Place(cell.page, cell.box, cell.text, statement.table.read_by)
        for statement in read(DATA).statements
        for row in statement.table.rows
        for cell in row.cells
        if cell is not None
    ]


def test_every_figure_is_found_again():
    asked = places()
    found = relocate_safely(DATA, asked)
    assert found == relocate(DATA, asked)
    assert len(asked) > 60
    assert found.found == (True,) * len(asked)


def test_a_figure_is_not_found_elsewhere():
    place = places()[0]
    box = place.box
    wrong = (
        replace(place, text="1" + place.text),
        replace(place, page=1),
        replace(place, page=99),
        replace(place, box=Box(box.x0, box.y0 + 200, box.x1, box.y1 + 200)),
        replace(place, box=Box(box.x0, box.y0, box.x1 - 8, box.y1)),
        replace(place, box=Box(box.x0 - 300, box.y0, box.x1 + 300, box.y1)),
    )
    assert relocate(DATA, wrong).found == (False,) * len(wrong)
    assert relocate(DATA, [place]).found == (True,)
