"""A tagged publication for a person at a terminal."""

from engine.xbrl.elements import meanings
from engine.xbrl.values import TaggedReading


def show_tagged(reading: TaggedReading) -> str:
    """One fact a line, then what was left out and why."""
    lines = [f"{reading.form} of {reading.entity or 'an entity without a name'}"]
    for fact in reading.facts:
        concepts = ", ".join(one.concept for one in meanings(fact.element))
        since = f"{fact.period.start} to " if fact.period.start else ""
        value = "nil" if fact.value is None else f"{fact.value:,f}"
        lines.append(f"{since}{fact.period.end}  {value} {fact.unit}  {fact.element}  {concepts}")
    lines += [f"left out: {one.count} {one.code} ({one.example})" for one in reading.left_out]
    return "\n".join(lines)
