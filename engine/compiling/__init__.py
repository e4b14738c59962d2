"""Many reports of one company folded into one statement with explicit gaps."""
