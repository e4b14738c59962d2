"""Financial ratios: formulas as data, worked out from figures of one period each, with their operands.

`calculate.calculate` is the way in. Definitions are in `ratios.yaml`, what formulas speak of in
`operands.yaml`. A ratio without one of its operands names it; it is never worked out with something else.
"""
