"""What a document is: weighted evidence from its address, its link and its first pages."""
