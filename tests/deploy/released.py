"""Points in the history of the schema: the last migration of each app of ours at the time.

The tests bring each of them up to today with data in it, and rules about changing a schema that is in use
hold for whatever came after the last one. A release adds its point: `./run manage showmigrations --plan`
lists them.
"""

RELEASED: dict[str, dict[str, str]] = {
    # The first schema that ever held figures.
    "the first figures": {
        "companies": "0001_initial",
        "documents": "0001_initial",
        "extraction": "0001_initial",
        "jobs": "0001_initial",
    },
    # What the first release brings.
    "0.1.0": {
        "analysis": "0006_missing_lines",
        "audit": "0001_events",
        "companies": "0004_filers",
        "documents": "0006_summaries",
        "extraction": "0008_facts_from_outside",
        "jobs": "0006_details_removed",
        "market": "0003_share_names",
        "monitoring": "0008_reports",
    },
}
OURS = tuple(RELEASED["0.1.0"])
