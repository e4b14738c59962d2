"""What a row may claim to be, and the scene in which the rows of a table are judged."""

from dataclasses import dataclass

from engine.concepts.lexicon import Lexicon
from engine.concepts.regions import Place
from engine.concepts.taxonomy import Taxonomy
from engine.kinds import MappingMethod
from engine.statement import StatementTable


@dataclass(frozen=True, slots=True)
class Claim:
    """A row's claim to a concept. It is at home where the row stands in the concept's part."""

    row: int
    concept: str
    score: float
    method: MappingMethod
    reason: str
    at_home: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """A table with all that is known of it before its rows are judged. `sums` are the rows that
    equal the sum of lines above them."""

    table: StatementTable
    taxonomy: Taxonomy
    lexicon: Lexicon
    places: tuple[Place, ...]
    sums: frozenset[int]
