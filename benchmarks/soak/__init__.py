"""An hour of work under random faults: what is lost, doubled, stuck or swollen afterwards."""
