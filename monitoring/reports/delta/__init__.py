"""The note on a new report of a company: what it says otherwise than what was known before."""
