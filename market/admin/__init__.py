"""Prices in the admin, one module for each screen."""

from market.admin import bars as bars
from market.admin import instruments as instruments
from market.admin import sources as sources
