"""A language model as second reader: asked within a budget, never believed without proof on the page."""
