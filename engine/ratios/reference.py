"""The definitions of ratios as people read them: formulas in words, and all of them as a page."""

from collections.abc import Iterator

from engine.concepts.taxonomy import load_taxonomy
from engine.kinds import RatioUnit
from engine.ratios.expression import Expression, written
from engine.ratios.registry import MARKET_PRICE, Ratio, load_registry

BEGIN = "<!-- ratios: made by `./run manage document_ratios` -->"
END = "<!-- end of ratios -->"

_LIKE_OPERATIONS = (" less ", " times ", " and ", " before ", ", ", " to ")

_UNITS = {
    RatioUnit.SHARE: "percent",
    RatioUnit.TIMES: "times",
    RatioUnit.DAYS: "days",
    RatioUnit.MONEY: "currency",
    RatioUnit.PER_SHARE: "currency per share",
    RatioUnit.SCORE: "score",
}


def in_words(tree: Expression) -> str:
    """A formula with the names people use: "Revenue / average(total assets)"."""
    return written(tree, _words).replace(" * ", " × ")


def with_reference(page: str) -> str:
    """A page of Markdown with the definitions between its two marks written anew. Raises ValueError where
    the page lacks them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, behind = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The page needs the lines {BEGIN} and {END}, between which the ratios stand.")
    lines = "\n".join(_reference())
    return f"{before}{BEGIN}\n{lines}\n{END}{behind}"


def _reference() -> Iterator[str]:
    registry = load_registry()
    for group, label in registry.groups.items():
        yield f"\n## {label}\n"
        yield "| Ratio | Code | Formula | In | What it says |"
        yield "|---|---|---|---|---|"
        for ratio in registry.ratios.values():
            if ratio.group == group:
                yield _line(ratio)
    yield "\n## What formulas speak of\n"
    yield "| Quantity | Name | Taken from, the first that is there |"
    yield "|---|---|---|"
    for quantity in registry.quantities.values():
        ways = "; or ".join(f"`{written(way)}`" for way in quantity.ways)
        basis = " Years found by different ways do not compare." if quantity.one_basis else ""
        yield f"| {_capital(quantity.label)} | `{quantity.name}` | {ways}.{basis} |"


def _line(ratio: Ratio) -> str:
    said = f"{_capital(ratio.reads)}."
    if ratio.above_zero:
        said += f" Only where {' and '.join(in_words(tree) for _, tree in ratio.above_zero)} is positive."
    if ratio.not_for:
        said += f" Not for: {', '.join(sorted(ratio.not_for))}."
    if ratio.source:
        said += f" *{ratio.source}.*"
    return f"| {ratio.label} | `{ratio.code}` | {in_words(ratio.tree)} | {_UNITS[ratio.unit]} | {said} |"


def _words(name: str) -> str:
    """The label; in brackets where it reads like a formula itself."""
    label = _label(name)
    return f"({label})" if any(word in label for word in _LIKE_OPERATIONS) else label


def _label(name: str) -> str:
    registry = load_registry()
    if name in registry.quantities:
        return registry.quantities[name].label
    if name in registry.ratios:
        return registry.ratios[name].label
    return "share price" if name == MARKET_PRICE else load_taxonomy()[name].label


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
