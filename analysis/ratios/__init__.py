"""Ratios of companies: worked out from compiled years and prices, kept, shown and compared."""
