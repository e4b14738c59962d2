"""What corrections say, in words that a person reads and that are equal for equal intents."""

from decimal import Decimal

from engine.values import Unit


def number_words(number: Decimal | None) -> str:
    """A printed number as a person reads it; equal numbers give equal words."""
    if number is None:
        return "no number"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sign_words(factor: int) -> str:
    """How the figures of a line count."""
    return "as printed" if factor > 0 else "turned"


def unit_words(unit: Unit) -> str:
    """A unit in words, with what is not known named."""
    scale = "scale not known" if unit.scale is None else f"times {unit.scale:,}"
    return f"{unit.currency or 'currency not known'}, {scale}"
