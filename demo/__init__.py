"""A made-up company with its own investor-relations site, so that everything can be tried at once.

`serve` is needed at run time and uses the standard library alone; `typeset` and `build` make the
reports and need reportlab, a development package.
"""
