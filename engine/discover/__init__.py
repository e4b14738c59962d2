"""Finding reports on a company's site: addresses, links with their surroundings, rank and frontier.

Nothing here opens a connection; pages come in as bytes.
"""
