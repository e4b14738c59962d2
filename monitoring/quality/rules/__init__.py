"""The functions of the rules, one module for each kind of data."""
