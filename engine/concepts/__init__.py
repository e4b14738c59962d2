"""What a printed line means: the canonical concepts, the wordings that report them, and their signs."""
