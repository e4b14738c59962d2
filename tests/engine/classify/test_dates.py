"""Dates in eight languages, and which of them ends the period."""

from datetime import date

import pytest

from engine.classify.dates import dates_in, period_clues, period_end_of, plain_text
from engine.kinds import DocumentKind as Kind

LAST_DAY = date(2023, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "31 December 2023",
        "31st December, 2023",
        "31st of December 2023",
        "December 31, 2023",
        "December 31st, 2023",
        "Dec. 31, 2023",
        "31-Dec-2023",
        "31.12.2023",
        "31/12/2023",
        "12/31/2023",
        "2023-12-31",
        "31. Dezember 2023",
        "31 décembre 2023",
        "31 december 2023",
        "31 de diciembre de 2023",
        "31 dicembre 2023",
        "31 de dezembro de 2023",
        "den 31 december 2023",
    ],
)
def test_one_day_written_in_many_ways(text):
    found = [day for _place, day, _written in dates_in(plain_text(text))]
    assert found[:1] == [LAST_DAY]


@pytest.mark.parametrize(
    "text", ["31 February 2023", "45.13.2023", "1.2.3", "31 2023", "version 1.12.20231", "Mayor 5, 2023"]
)
def test_what_is_no_day(text):
    assert list(dates_in(plain_text(text))) == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("for the year ended 31 December 2023", LAST_DAY),
        ("for the fiscal year ended: December 31, 2023", LAST_DAY),
        ("for the 53 weeks ended 31 December 2023", LAST_DAY),
        ("Konzernabschluss zum 31. Dezember 2023", LAST_DAY),
        ("Geschäftsjahr vom 1. Januar bis 31. Dezember 2023", LAST_DAY),
        ("exercice clos le 31 décembre 2023", LAST_DAY),
        ("boekjaar geëindigd op 31 december 2023", LAST_DAY),
        ("ejercicio anual terminado el 31 de diciembre de 2023", LAST_DAY),
        ("esercizio chiuso al 31 dicembre 2023", LAST_DAY),
        ("exercício findo em 31 de dezembro de 2023", LAST_DAY),
        ("räkenskapsåret 2023-01-01 - 2023-12-31", LAST_DAY),
        ("year ended 31 December 2023, compared with the year ended 31 December 2022", LAST_DAY),
        (
            "Reporting period: for the year ended 31 December 2023. Previous period: year "
            "ended 31 December 2022",
            LAST_DAY,
        ),
        ("year ended 31 December 2023. Published on 12 March 2024 in London", LAST_DAY),
        ("no day at all", None),
    ],
)
def test_the_end_of_a_year(text, end):
    assert period_end_of(Kind.ANNUAL_REPORT, period_clues([text]))[0] == end


def test_the_length_that_belongs_to_the_kind_decides():
    half, year = "for the six months ended 30 June 2023", "for the year ended 31 December 2022"
    clues = period_clues([f"{half}; see the annual report {year}"])
    assert period_end_of(Kind.HALF_YEAR_REPORT, clues)[0] == date(2023, 6, 30)
    assert period_end_of(Kind.ANNUAL_REPORT, clues)[0] == date(2022, 12, 31)


def test_the_words_that_decided_are_given():
    clues = period_clues(["Report for the year ended 31 December 2023"])
    assert period_end_of(Kind.ANNUAL_REPORT, clues) == (LAST_DAY, "year ended 31 december 2023")
