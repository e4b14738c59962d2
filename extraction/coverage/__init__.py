"""Which reports of a company are there, which are missing, and when the next is due."""
