"""How good the data are: rules as data, one function for each, a score that says how it is made."""
