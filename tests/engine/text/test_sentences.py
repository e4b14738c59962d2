"""Where sentences end, and where they do not."""

import pytest

from engine.text.sentences import ends_sentence, sentences_of


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Sales rose. Costs fell.", ["Sales rose.", "Costs fell."]),
        ("Mr. Smith joined Example Inc. in 2018. He left.",
         ["Mr. Smith joined Example Inc. in 2018.", "He left."]),
        ("We sell in the U.S. The rest is abroad.", ["We sell in the U.S.", "The rest is abroad."]),
        ("We sell in the U.S. Pacific region.", ["We sell in the U.S. Pacific region."]),
        ("Sales rose by 3.5 to 4.1 million. See Note 5.",
         ["Sales rose by 3.5 to 4.1 million.", "See Note 5."]),
        ("Is it so? It is!", ["Is it so?", "It is!"]),
        ("He said “no.” We agreed.", ["He said “no.”", "We agreed."]),
        ("First paragraph\nSecond paragraph", ["First paragraph", "Second paragraph"]),
        ("Der Umsatz stieg um 1,5 Mio. Euro. Die Kosten sanken.",
         ["Der Umsatz stieg um 1,5 Mio. Euro.", "Die Kosten sanken."]),
        ("Le chiffre d'affaires de Exemple S.A. a augmenté. Nous investissons.",
         ["Le chiffre d'affaires de Exemple S.A. a augmenté.", "Nous investissons."]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text, sentences):
    assert [sentence.text for sentence in sentences_of(text)] == sentences


def test_a_sentence_says_where_it_stands():
    text = "  Sales rose.\n\nCosts (of 2019) fell sharply.  "
    assert [(s.start, s.end) for s in sentences_of(text)] == [(2, 13), (15, 44)]
    assert all(text[s.start : s.end] == s.text for s in sentences_of(text))


def test_an_abbreviation_at_the_end_ends_no_paragraph():
    assert not ends_sentence("as reported by Example Inc.")
    assert ends_sentence("as reported by the company.")
    assert not ends_sentence("which is usually")
