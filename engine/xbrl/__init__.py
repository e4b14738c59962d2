"""Tagged figures: what issuers publish for machines, in the forms in which it is published.

Everything ends as a `TaggedFact`. Only facts without dimensions are of a primary statement; figures of
segments and the like are counted and left out. Values keep the sign of the taxonomy; `elements.py` knows
what turns them into contributions.
"""
