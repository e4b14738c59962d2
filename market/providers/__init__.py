"""Sources of prices: one module for each form in which they answer."""
