"""What the pages of a company and of a document show above their forms."""
