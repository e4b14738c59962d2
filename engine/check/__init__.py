"""What must add up: accounting identities on printed precision, and how far a reading can be trusted."""
