"""What is deleted when it has become old, what never is, and deleting it a batch at a time."""
