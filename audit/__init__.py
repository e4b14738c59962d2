"""Who did what to which object: an append-only trail that shows when it has been tampered with."""
