"""The definitions as people read them, and as one word that changes with them."""

from pathlib import Path

import pytest

from engine.ratios.expression import parse, written
from engine.ratios.reference import in_words, with_reference
from engine.ratios.registry import definition_hash, load_registry

PAGE = Path(__file__).parents[3] / "docs" / "ratios.md"


@pytest.mark.parametrize(
    "formula",
    ["a - (b - c)", "a - b - c", "a / (b * c)", "- a - b?", "a - (- b)", "(a + b) / 2 * days()", "- (a + b)"],
)
def test_a_formula_is_written_as_it_was_read(formula: str) -> None:
    assert written(parse(formula)) == formula


def test_every_shipped_formula_is_read_back_the_same() -> None:
    registry = load_registry()
    trees = [
        *(ratio.tree for ratio in registry.ratios.values()),
        *(tree for ratio in registry.ratios.values() for _, tree in ratio.above_zero),
        *(way for quantity in registry.quantities.values() for way in quantity.ways),
    ]  # fmt: skip
    assert len(trees) > 150
    for tree in trees:
        assert parse(written(tree)) == tree


def test_a_formula_in_words() -> None:
    ratio = load_registry().ratios["return_on_equity"]
    assert in_words(ratio.tree) == "net income of the owners / average(equity of the owners)"


def test_the_page_of_ratios_has_every_definition_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_reference(page) == page, "Call ./run manage document_ratios."
    for code in load_registry().ratios:
        assert f"| `{code}` |" in page


def test_a_page_without_a_place_for_them_is_refused() -> None:
    with pytest.raises(ValueError, match="between which the ratios stand"):
        with_reference("# Ratios")


def test_ratios_have_words_of_their_own() -> None:
    hashes = {code: definition_hash(code) for code in load_registry().ratios}
    assert len(set(hashes.values())) == len(hashes)
    with pytest.raises(KeyError):
        definition_hash("none")
